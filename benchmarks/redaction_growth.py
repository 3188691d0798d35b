"""How the time of redaction grows with a hostile text: 16,000, 32,000, 64,000 characters; the worst first.

    PYTHONPATH=. python benchmarks/redaction_growth.py [lines]

The texts are those of `tests/support/hostile_texts.py`: openers that never close, runs, halves of characters. Twice the
text takes twice the time where redaction is linear, four times where it is quadratic; a table, no verdict. CPU time;
short ones are the best of three redactors, each of which sees a text once, since a redactor remembers what it has seen.
Who needs more than a second for the second is not given the third.
"""

import gc
import sys
import time
from itertools import pairwise
from typing import Final, NamedTuple

from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

from tests.support.hostile_texts import UNITS, Unit, hostile

SIZES: Final = (16_000, 32_000, 64_000)
_TRIES: Final = 3
_MEASURABLE: Final = 0.5
"""Milliseconds at the smallest size; the ratio of less tells about the clock."""
_REPEAT: Final = 20.0
"""Milliseconds; what takes longer is timed once, since noise is a smaller part of it."""
_ENOUGH: Final = 1000.0
"""Milliseconds; who takes longer shows its growth without a longer text."""
_LINES: Final = 25


class Growth(NamedTuple):
    """What texts of one unit took."""

    name: str
    milliseconds: tuple[float, ...]
    """One for each of `SIZES`, or for the first two."""

    @property
    def steps(self) -> tuple[float, ...]:
        """Times as long for twice the text."""
        return tuple(after / before for before, after in pairwise(self.milliseconds))

    @property
    def doubling(self) -> float:
        """Times as long for twice the text, over the whole range: noise hits one step more than both."""
        return (self.milliseconds[-1] / self.milliseconds[0]) ** (1 / (len(self.milliseconds) - 1))


def milliseconds(redactors: list[Redactor], text: str) -> float:
    taken: list[float] = []
    for redactor in redactors:
        started = time.process_time()
        redactor.redact_text(text)
        taken.append((time.process_time() - started) * 1e3)
        if taken[-1] > _REPEAT:
            break
    return min(taken)


def grow(redactors: list[Redactor], name: str, unit: Unit) -> Growth:
    taken: list[float] = []
    for size in SIZES:
        taken.append(milliseconds(redactors, hostile(unit, size)))
        if len(taken) > 1 and taken[-1] > _ENOUGH:
            break
    return Growth(name, tuple(taken))


def measure() -> list[Growth]:
    redactors = [Redactor(RedactionConfig()) for _ in range(_TRIES)]
    for redactor in redactors:
        redactor.redact_text("password=n0t-real " * 1000)  # patterns are compiled at their first use
    gc.disable()  # a collection in one text's time would be told as its growth
    found: list[Growth] = []
    for name, unit in UNITS.items():
        gc.collect()
        found.append(grow(redactors, name, unit))
    gc.enable()
    return found


def rows(found: list[Growth], lines: int) -> list[str]:
    """The worst growth first, then the slowest."""
    told = sorted((each for each in found if each.milliseconds[0] >= _MEASURABLE), key=lambda each: -each.doubling)
    slow = sorted(found, key=lambda each: -each.milliseconds[-1])
    sizes = "".join(f"{f'{size:,}':>10}" for size in SIZES)
    head = f"{'':<42}{sizes}{'x2':>7}{'x2':>7}{'mean':>7}"
    quiet = len(found) - len(told)
    return [
        f"milliseconds for hostile texts, and times as long for twice the text; the {lines} that grow most",
        f"(of {len(found)}; {quiet} take less than {_MEASURABLE} ms for {SIZES[0]:,} characters)",
        head,
        *(_row(each) for each in told[:lines]),
        f"the {lines} slowest",
        head,
        *(_row(each) for each in slow[:lines]),
    ]


def _row(each: Growth) -> str:
    times = "".join(f"{value:>10,.1f}" for value in each.milliseconds)
    steps = "".join(f"{step:>7.2f}" for step in each.steps)
    return f"{each.name[:42]:<42}{times:<{10 * len(SIZES)}}{steps:<{7 * (len(SIZES) - 1)}}{each.doubling:>7.2f}"


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else _LINES
    print("\n".join(rows(measure(), lines)))


if __name__ == "__main__":
    main()
