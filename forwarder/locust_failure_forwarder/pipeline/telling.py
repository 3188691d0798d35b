"""What the user is told of a route's troubles: when they begin and end, and not more often than is useful. No I/O."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from .counters import RouteKey

Notify = Callable[[str], None]
TELL_EVERY: Final = 10.0
"""Seconds at least between two lines of a kind: a destination that fails now and then would fill the console."""


class Telling:
    """`note` says what holds the route up, if anything does."""

    def __init__(self, key: RouteKey, clock: Callable[[], float], warn: Notify, inform: Notify) -> None:
        self.note: str | None = None
        self._key = key
        self._clock = clock
        self._warn = warn
        self._inform = inform
        self._told = False
        self._told_at = float("-inf")
        self._refused: Counter[str] = Counter()
        self._told_refused_at = float("-inf")

    def held_up(self, reason: str) -> None:
        """Something was not delivered for now."""
        if self.note is None and self._clock() - self._told_at >= TELL_EVERY:
            self._told_at = self._clock()
            self._told = True
            self._warn(f"{self._key}: not delivered yet, everything is kept: {reason}")
        self.note = reason

    def recovered(self) -> None:
        """Something was delivered."""
        if self.note is not None and self._told:
            self._told = False
            self._inform(f"{self._key}: delivering again")
        self.note = None

    def refused(self, reasons: Mapping[str, int]) -> None:
        """So many became dead letters, by reason."""
        self._refused.update(reasons)
        if self._refused and self._clock() - self._told_refused_at >= TELL_EVERY:
            self._told_refused_at = self._clock()
            for reason, count in self._refused.items():
                self._warn(f"{self._key}: {count} refused for good, kept as dead letters: {reason}")
            self._refused.clear()
