"""Microseconds of CPU that redaction takes for 1.5 KB, beside sentry-sdk's EventScrubber and detect-secrets.

    python benchmarks/redaction_speed.py [--peers PYTHON] [--records N] [--rounds N]

All get the same records, with none, one or five secrets, whose values repeat (100 different records) or are all new.
Each runs in a process of its own on the same core, and they take turns: one round of each, then the next round; shown
is the median of the rounds. What each is asked to do stands in `bench/redaction_process.py`; they do not do the same
work, so the last column shows how many of the secrets were still there. `--peers` is the interpreter of an
environment that has the peers; without it, ours is measured alone.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, NamedTuple

from bench.processes import Cores, started
from bench.redaction_records import KEPT, SECRETS, draft, planted

_WARM: Final = 10_000_000
"""Number of the first of the records that are not measured."""
_SLOW: Final = 20
"""Of a round's records, detect-secrets gets one in so many: its time does not depend on what it saw before."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A process that redacts what it is told to."""

    name: str
    key: str
    process: "subprocess.Popen[bytes]"
    share: int
    """It gets one record in so many."""

    def round(self, start: int, count: int, every: int, secrets: int) -> tuple[float, int]:
        """Microseconds a record, and the secrets that were left in the last one.

        Raises:
            RuntimeError: the process has ended.
        """
        count = max(1, count // self.share)
        task = {"start": start, "count": count, "every": every, "secrets": secrets}
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} has no pipe")
        self.process.stdin.write(json.dumps(task).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has ended")
        answer = json.loads(line)
        last = start + count - 1
        left = sum(secret in answer["output"] for secret in planted(last % every if every else last, secrets))
        return answer["seconds"] / count * 1e6, left


class Figure(NamedTuple):
    """What one contender did with one kind of record."""

    name: str
    microseconds: float
    left: float
    """Secrets still there, in a record on average."""


def measure(contenders: Sequence[Contender], secrets: int, count: int, rounds: int, *, new: bool) -> list[Figure]:
    every = 0 if new else KEPT
    for each in contenders:
        each.round(_WARM, max(3 * KEPT, count), every, secrets)
    taken: dict[str, list[tuple[float, int]]] = {each.key: [] for each in contenders}
    for number in range(rounds):
        for each in contenders:
            taken[each.key].append(each.round(number * count, count, every, secrets))
    return [
        Figure(
            each.name,
            statistics.median(time for time, _ in taken[each.key]),
            statistics.fmean(left for _, left in taken[each.key]),
        )
        for each in contenders
    ]


def rows(figures: Sequence[Figure], secrets: int, *, new: bool) -> Iterator[str]:
    size = len(json.dumps(draft(1, secrets)))
    title = f"{'all values new' if new else 'values repeat'}, {secrets} secrets, {size:,} bytes"
    yield f"{title:<44}{'us a record':>12}{'times ours':>12}{'secrets left':>14}"
    for figure in figures:
        ratio = figure.microseconds / figures[0].microseconds
        left = f"{figure.left:.1f} of {secrets}" if secrets else "-"
        yield f"  {figure.name:<42}{figure.microseconds:>12,.1f}{ratio:>12,.2f}{left:>14}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", help="interpreter that has sentry-sdk and detect-secrets")
    parser.add_argument("--records", type=int, default=600, help="records a round")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    cores = Cores.choose()
    listed = [("locust-failure-forwarder", "ours", sys.executable, 1)]
    if options.peers:
        listed += [
            ("sentry-sdk EventScrubber", "sentry", options.peers, 1),
            ("sentry-sdk EventScrubber, recursive", "sentry-recursive", options.peers, 1),
            ("detect-secrets, all plugins", "detect-secrets", options.peers, _SLOW),
        ]
    with ExitStack() as stack:
        contenders = [
            Contender(
                name,
                key,
                stack.enter_context(started([python, "-m", "bench.redaction_process", key], cores.measured)),
                share,
            )
            for name, key, python, share in listed
        ]
        for new in (False, True):
            for secrets in SECRETS:
                figures = measure(contenders, secrets, options.records, options.rounds, new=new)
                print("\n".join(rows(figures, secrets, new=new)), flush=True)


if __name__ == "__main__":
    main()
