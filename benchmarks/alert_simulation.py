"""Alert rules over synthetic tests: false alarms an hour, detection delay, missed episodes. Writes into docs/alerts.md.

    .venv/bin/python benchmarks/alert_simulation.py --hours 10 --write

Each test has a usual share of failures and a pace; in some of them episodes begin whose times are known. The rules see
one sample a second, as from a local Locust. A firing message outside of every episode is a false alarm; an episode
during which none fires is missed. The same samples are given to every rule.
"""

import argparse
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from locust_failure_forwarder.alerts import engine
from locust_failure_forwarder.alerts.samples import Sample
from locust_failure_forwarder.config.alert_rules import DEFAULT_RULES, AnyRule, FailureRatioRule, SpikeRule

DOCUMENT = Path(__file__).parent.parent / "docs" / "alerts.md"
BEGIN = "<!-- simulation -->"
END = "<!-- /simulation -->"
EPISODE = 120
"""Seconds of an episode."""
BETWEEN = 600
"""Seconds from the end of one to the next."""
SETTLING = 60
"""Seconds after an episode in which what fires still belongs to it."""

Shape = Callable[[int], tuple[float, float]]
"""From the second of the test to requests a second and the share of failures, without episodes."""


@dataclass(frozen=True)
class Scene:
    """One kind of test."""

    name: str
    shape: Shape
    worse: Callable[[float], float] | None = None
    """The share of failures in an episode, from the usual one; None: a test without episodes."""
    clump: int = 1
    """Failures come together in clumps of this size, as when a connection or an instance dies."""


def steady(pace: float, share: float) -> Shape:
    return lambda _: (pace, share)


def ramp(pace: float, share: float) -> Shape:
    """The pace climbs to ten times as much within ten minutes, again and again."""
    return lambda second: (pace * (1 + 9 * (second % 600) / 600), share)


def gusts(pace: float, share: float) -> Shape:
    """Five times the pace for ten seconds of each minute."""
    return lambda second: (pace * (5 if second % 60 < 10 else 1), share)


SCENES = [
    Scene("0 %, 50/s", steady(50, 0.0)),
    Scene("0.1 %, 5/s", steady(5, 0.001)),
    Scene("0.1 %, 500/s", steady(500, 0.001)),
    Scene("3 %, 5/s", steady(5, 0.03)),
    Scene("3 %, 50/s", steady(50, 0.03)),
    Scene("3 %, 500/s", steady(500, 0.03)),
    Scene("3 %, ramp from 10/s to 100/s", ramp(10, 0.03)),
    Scene("3 %, bursts of 5 times 20/s", gusts(20, 0.03)),
    Scene("1 % in clumps of 10, 50/s", steady(50, 0.01), clump=10),
    Scene("0 % to 20 %, 5/s", steady(5, 0.0), lambda _: 0.2),
    Scene("0 % to 3 %, 50/s", steady(50, 0.0), lambda _: 0.03),
    Scene("0 % to 50 %, 500/s", steady(500, 0.0), lambda _: 0.5),
    Scene("0.1 % to 2 %, 500/s", steady(500, 0.001), lambda _: 0.02),
    Scene("3 % to 9 %, 5/s", steady(5, 0.03), lambda share: share * 3),
    Scene("3 % to 9 %, 50/s", steady(50, 0.03), lambda share: share * 3),
    Scene("3 % to 9 %, 500/s", steady(500, 0.03), lambda share: share * 3),
    Scene("3 % to 9 %, ramp from 10/s to 100/s", ramp(10, 0.03), lambda share: share * 3),
]

RULES: list[tuple[str, tuple[AnyRule, ...]]] = [
    ("threshold of 5 %", (FailureRatioRule(name="fixed", resolve_below=0.04, repeat=0, max_per_hour=10_000),)),
    ("`spike`", (SpikeRule(name="spike", when="spike", repeat=0, max_per_hour=10_000),)),
    ("the rules that are on by default", DEFAULT_RULES),
]


@dataclass
class Score:
    """How one set of rules did in one scene."""

    false: int = 0
    delays: list[float] = field(default_factory=list[float])
    episodes: int = 0
    seconds: int = 0

    @property
    def false_an_hour(self) -> float:
        return self.false / (self.seconds / 3600)


def poisson(draw: random.Random, mean: float) -> int:
    """Knuth's method for small means, the normal approximation for large ones."""
    if mean > 100:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, draw.random()
    while product > limit:
        count, product = count + 1, product * draw.random()
    return count


def failed_of(draw: random.Random, requests: int, share: float, clump: int) -> int:
    """Failures among `requests`."""
    if share <= 0 or not requests:
        return 0
    return min(requests, clump * binomial(draw, requests, share / clump))


def binomial(draw: random.Random, n: int, p: float) -> int:
    """By skipping from one success to the next, which costs as much as there are successes."""
    count, position = 0, 0
    base = math.log1p(-p)
    while True:
        position += int(math.log(1.0 - draw.random()) / base) + 1
        if position > n:
            return count
        count += 1


def episode_at(scene: Scene, second: int) -> bool:
    return scene.worse is not None and second >= BETWEEN and (second - BETWEEN) % (BETWEEN + EPISODE) < EPISODE


def samples(scene: Scene, seconds: int, seed: int) -> Iterator[Sample]:
    """One sample a second."""
    draw = random.Random(f"{scene.name} {seed}")
    requests = failures = 0
    for second in range(seconds):
        pace, share = scene.shape(second)
        if scene.worse is not None and episode_at(scene, second):
            share = scene.worse(share)
        made = poisson(draw, pace)
        requests, failures = requests + made, failures + failed_of(draw, made, share, scene.clump)
        yield Sample(1e9 + second + 1, requests, failures, 50, ())


def play(scene: Scene, rules: Sequence[AnyRule], seconds: int, seed: int) -> Score:
    """All firing messages against the known episodes."""
    state, fired = engine.start(1e9), list[tuple[str, float, float]]()
    open_since: dict[str, float] = {}
    for sample in samples(scene, seconds, seed):
        state, notices = engine.step(rules, state, sample)
        for notice in notices:
            at = sample.at - 1e9
            if notice.state == "firing" and not notice.repeat:
                open_since[notice.rule.name] = at
            elif notice.state == "resolved":
                fired.append((notice.rule.name, open_since.pop(notice.rule.name), at))
    fired += [(name, since, float(seconds)) for name, since in open_since.items()]
    score = Score(seconds=seconds)
    starts = [s for s in range(1, seconds - EPISODE) if episode_at(scene, s) and not episode_at(scene, s - 1)]
    for begin in starts:
        score.episodes += 1
        # An alert that was there before says nothing new about this episode.
        hits = [since - begin for _, since, _ in fired if begin < since <= begin + EPISODE]
        if hits:
            score.delays.append(min(hits))
    known = [s for s in range(1, seconds) if episode_at(scene, s) and not episode_at(scene, s - 1)]
    score.false = sum(1 for _, since, _ in fired if not any(b < since <= b + EPISODE + SETTLING for b in known))
    return score


def row(scene: Scene, scores: Sequence[Score]) -> str:
    cells: list[str] = []
    for score in scores:
        cells.append(f"{score.false_an_hour:.2f}".replace("0.00", "0"))
        if scene.worse is not None:
            missed = score.episodes - len(score.delays)
            delays = sorted(score.delays)
            middle = f"{delays[len(delays) // 2]:.0f} s" if delays else "never"
            cells.append(middle)
            cells.append(f"{missed} of {score.episodes}")
        else:
            cells += ["", ""]
    return f"| {scene.name} | {' | '.join(cells)} |"


def table(hours: float, seed: int) -> list[str]:
    heads = [f"{name}: false alarms an hour | delay | missed" for name, _ in RULES]
    lines = [f"| test | {' | '.join(heads)} |", "|---" * (1 + 3 * len(RULES)) + "|"]
    for scene in SCENES:
        lines.append(row(scene, [play(scene, rules, round(hours * 3600), seed) for _, rules in RULES]))
        print(lines[-1], file=sys.stderr, flush=True)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10.0, help="length of each test")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into docs/alerts.md")
    options = parser.parse_args()
    lines = table(options.hours, options.seed)
    print("\n".join(lines))
    if options.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
        note = f"{options.hours:g} hours of each test, seed {options.seed}."
        DOCUMENT.write_text(f"{before}{BEGIN}\n{note}\n\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
