"""Which errors came within a window: Locust's error table as groups, and counts of groups at earlier moments. Pure.

Knows no rule and no alert. Both are bounded, and of the run in progress alone.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from locust_failure_schemas import ErrorCount

from .fingerprint import fingerprint
from .groups import Groups

MOST_ROWS: Final = 4096
"""Different rows of Locust's table that are told apart."""
MOST_COUNTS: Final = 100_000
"""Counts of groups that are remembered, of all moments together: about 10 MB."""


class ErrorTable:
    """Locust's error table, as a master has it of its workers. What differs in ids and numbers alone is one group."""

    def __init__(self) -> None:
        self.groups = Groups()
        self._rows: dict[tuple[str, str, str], int] = {}

    def take(self, rows: Iterable[ErrorCount]) -> None:
        """Some of its rows, with all that they have counted by now."""
        for row in rows:
            key = row.method, row.name, row.message
            if key not in self._rows and len(self._rows) >= MOST_ROWS:
                continue
            known = self._rows.get(key, 0)
            grown = row.count - known if row.count >= known else row.count  # Locust's --reset-stats
            self._rows[key] = row.count
            if grown:
                self.groups.add(error_fingerprint(*key), *key, count=grown)


def error_fingerprint(method: str, name: str, message: str) -> str:
    """Of an error in Locust's table, which has no category."""
    return fingerprint(method, name, "locust", message)


@dataclass(frozen=True, slots=True)
class _Moment:
    at: float
    counts: Mapping[str, int]


class RecentErrors:
    """What groups had counted at earlier moments, as far back as `reach` seconds and the memory allows."""

    def __init__(self, reach: float, *, from_start: bool = True) -> None:
        """`from_start` says that the run is only beginning, so that nothing has been counted before."""
        self._reach = reach
        self._moments = [_Moment(float("-inf"), {})] if from_start else []
        self._size = 0

    def note(self, at: float, counts: Mapping[str, int]) -> None:
        """What all groups have counted at epoch seconds `at`."""
        if self._moments and at < self._moments[-1].at:  # the clock was set back
            self._moments, self._size = [], 0
        if self._moments and self._moments[-1].counts == counts:
            counts = self._moments[-1].counts
        else:
            self._size += len(counts)
        self._moments.append(_Moment(at, counts))
        # One is kept that lies before the horizon: the longest window begins with it.
        while len(self._moments) > 2 and (self._moments[1].at < at - self._reach or self._size > MOST_COUNTS):
            oldest = self._moments.pop(0)
            if oldest.counts is not self._moments[0].counts:
                self._size -= len(oldest.counts)

    def before(self, moment: float) -> Mapping[str, int] | None:
        """What had been counted at `moment` (epoch seconds; `-inf`: before the run); None if it is not remembered."""
        place = bisect_right(self._moments, moment, key=lambda known: known.at) - 1
        return self._moments[place].counts if place >= 0 else None
