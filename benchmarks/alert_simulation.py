"""Alert rules over synthetic tests: false alarms an hour, detection delay, missed episodes. Writes into docs/alerts.md.

    .venv/bin/python benchmarks/alert_simulation.py --seeds 1-3 --hours 5
    .venv/bin/python benchmarks/alert_simulation.py --seeds 1001-1004 --hours 6 --episode-hours 3 --write

A firing message outside of every episode is a false alarm; an episode during which none fires is missed. The same
samples are given to every rule. The tests are in `bench/alert_scenes.py`.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.alert_scenes import AGAIN, BEGIN, CLUMPED, ENDPOINTS, EPISODES, LASTING, QUIET, Scene, samples
from locust_failure_forwarder.alerts import engine
from locust_failure_forwarder.config.alert_rules import (
    DEFAULT_RULES,
    AnyRule,
    FailureRatioRule,
    NoRequestsRule,
    SpikeRule,
)

DOCUMENT = Path(__file__).parent.parent / "docs" / "alerts.md"
MARKS = "<!-- simulation -->", "<!-- /simulation -->"
SETTLING = 60
"""Seconds after an episode in which what fires still belongs to it."""
SCENES = [*QUIET, *CLUMPED, *ENDPOINTS, *EPISODES, *AGAIN, *LASTING]
Rules = tuple[str, tuple[AnyRule, ...]]
RULES: list[Rules] = [
    ("threshold of 5 %", (FailureRatioRule(name="fixed", resolve_below=0.04, repeat=0),)),
    ("`spike`", (SpikeRule(name="spike", when="spike", repeat=0),)),
    ("the rules that are on by default", DEFAULT_RULES),
]


@dataclass
class Score:
    """How one set of rules did in one scene."""

    false: int = 0
    delays: list[float] = field(default_factory=list[float])
    episodes: int = 0
    again: int = 0
    """Firing messages within episodes, but the first of each."""
    seconds: int = 0

    def add(self, other: "Score") -> None:
        self.false += other.false
        self.delays += other.delays
        self.episodes += other.episodes
        self.again += other.again
        self.seconds += other.seconds


def fired(scene: Scene, rules: Sequence[AnyRule], seconds: int, seed: int) -> list[int]:
    """Seconds of the test at which a message told of a new alert."""
    state, told = engine.start(BEGIN), list[int]()
    for sample in samples(scene, seconds, seed):
        state, notices = engine.step(rules, state, sample)
        told += [round(sample.at - BEGIN) for notice in notices if notice.state == "firing" and not notice.repeat]
    return told


def judge(scene: Scene, told: Sequence[int], seconds: int) -> Score:
    """All firing messages against the known episodes."""
    score = Score(seconds=seconds, false=len(told))
    for begin in scene.starts(seconds):
        score.false -= sum(begin < at <= begin + scene.lasts + SETTLING for at in told)
        if begin + scene.lasts > seconds and scene not in LASTING:
            continue  # cut short by the end of the test
        # An alert that was there before says nothing new about this episode.
        hits = [at - begin for at in told if begin < at <= begin + scene.lasts]
        score.episodes += 1
        score.delays += hits[:1]
        score.again += len(hits[1:])
    return score


def for_scene(scene: Scene, rules: Iterable[AnyRule]) -> tuple[AnyRule, ...]:
    """The same rules without a bound of messages an hour; for each endpoint where the scene has some."""
    changes: dict[str, object] = {"max_per_hour": 10_000}
    apart = {"per": "endpoint"} if scene.endpoints else {}
    return tuple(r.model_copy(update=changes if isinstance(r, NoRequestsRule) else changes | apart) for r in rules)


def at_most(events: int) -> float:
    """The upper 95 % bound of a Poisson mean after so many events, exact; 3.0 after none."""

    def chance(mean: float) -> float:
        return sum(math.exp(-mean + n * math.log(mean) - math.lgamma(n + 1)) for n in range(events + 1))

    low, high = 1e-9, 10.0 + 3 * events
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > 0.05 else (low, middle)
    return high


def row(scene: Scene, scores: Sequence[Score]) -> str:
    cells: list[str] = [f"{scores[0].seconds / 3600:g}"]
    for score in scores:
        cells.append(f"{score.false / score.seconds * 3600:.2g}")
        if scene.worse is None:
            cells += ["", ""]
            continue
        delays = sorted(score.delays)
        cells.append(f"{delays[len(delays) // 2]:.0f} s" if delays else "never")
        again = f", {score.again} more" if score.again else ""
        cells.append(f"{score.episodes - len(delays)} of {score.episodes}{again}")
    return f"| {scene.name} | {' | '.join(cells)} |"


def bounds(chosen: Sequence[Rules], quiet: Sequence[Sequence[Score]]) -> list[str]:
    """What all tests without episodes and without clumps say together."""
    lines: list[str] = []
    for (name, _), scores in zip(chosen, zip(*quiet, strict=True), strict=True):
        false, hours = sum(s.false for s in scores), sum(s.seconds for s in scores) / 3600
        rate = at_most(false) / hours
        lines.append(
            f"- {name}: {false} false alarms in {hours:.0f} hours of the tests without episodes and clumps, so "
            f"{rate:.2g} an hour at most (95 %), one in {1 / rate:{'.0f' if rate < 0.1 else '.2g'}} h"
        )
    return lines


def table(options: argparse.Namespace, seeds: range) -> list[str]:
    chosen = [rules for rules in RULES if options.rules in rules[0]]
    heads = [f"{name}: false alarms an hour | delay | missed" for name, _ in chosen]
    lines = [f"| test | hours | {' | '.join(heads)} |", "|---" * (2 + 3 * len(chosen)) + "|"]
    quiet: list[list[Score]] = []
    for scene in SCENES:
        if options.only not in scene.name:
            continue
        long = scene in QUIET or scene in CLUMPED
        seconds = round((options.hours if long else options.episode_hours or options.hours) * 3600)
        scores = [Score() for _ in chosen]
        for seed in seeds:
            for score, (_, rules) in zip(scores, chosen, strict=True):
                score.add(judge(scene, fired(scene, for_scene(scene, rules), seconds, seed), seconds))
        quiet += [scores] if scene in QUIET else []
        lines.append(row(scene, scores))
        print(lines[-1], file=sys.stderr, flush=True)
    return [*lines, "", *bounds(chosen, quiet)] if quiet else lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--hours",
        type=float,
        default=10.0,
        help="length of each test without episodes, in which endpoints are not told apart",
    )
    parser.add_argument("--episode-hours", type=float, help="length of all others; the same by default")
    parser.add_argument("--seeds", default="1-1", help="first and last; each test is run with each of them")
    parser.add_argument("--rules", default="", help="sets of rules whose name has this")
    parser.add_argument("--only", default="", help="tests whose name has this")
    parser.add_argument("--write", action="store_true", help="put the table into docs/alerts.md")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split("-"))
    lines = table(options, range(first, last + 1))
    print("\n".join(lines))
    if options.write:
        before, rest = DOCUMENT.read_text(encoding="utf-8").split(MARKS[0])
        _, after = rest.split(MARKS[1])
        note = f"Seeds {first} to {last}, each test once with each."
        made = "\n".join([MARKS[0], note, "", *lines, MARKS[1]])
        DOCUMENT.write_text(before + made + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
