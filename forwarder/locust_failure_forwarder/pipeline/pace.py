"""How much a destination is asked at once and again: adaptive concurrency, and a budget for retries (P7).

Concurrency rises and falls by AIMD (Chiu and Jain, 1989): a little more after each success, half after each sign of
overload. The budget follows the Google SRE book, "Addressing Cascading Failures": retries may only be a share of what
is sent. Pure but for the clock, which is passed in.
"""

from collections.abc import Callable
from typing import Final

START: Final = 4
MOST: Final = 8
_DECREASE_EVERY: Final = 1.0
"""Seconds; several failures of one moment are one sign."""

BUDGET_SHARE: Final = 0.1
BUDGET_RATE: Final = 1.0
"""Retries a second that are always allowed."""
BUDGET_MOST: Final = 10.0


class Concurrency:
    """How many batches of one destination may be under way, between 1 and `MOST`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limit = float(START)
        self._decreased_at = float("-inf")
        self.in_use = 0

    @property
    def limit(self) -> int:
        """The present bound."""
        return int(self._limit)

    def enter(self) -> bool:
        """Take a place; False if all are taken."""
        if self.in_use >= self.limit:
            return False
        self.in_use += 1
        return True

    def leave(self) -> None:
        """Give the place back."""
        self.in_use -= 1

    def succeeded(self) -> None:
        """A batch got through. Where the bound was not reached, nothing was learnt."""
        if self.in_use >= self.limit:
            self._limit = min(float(MOST), self._limit + 1 / self._limit)

    def overloaded(self) -> None:
        """The destination answered that it has too much to do, or not at all."""
        now = self._clock()
        if now - self._decreased_at >= _DECREASE_EVERY:
            self._decreased_at = now
            self._limit = max(1.0, self._limit / 2)


class RetryBudget:
    """Tokens for retries: each request earns a tenth of one, each second a whole one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tokens = BUDGET_MOST
        self._at = clock()

    def earn(self) -> None:
        """A batch is sent for the first time."""
        self._tokens = min(BUDGET_MOST, self._tokens + BUDGET_SHARE)

    def spend(self) -> float:
        """Pay for one retry. Returns the seconds to wait until it is paid for; the next one waits longer."""
        now = self._clock()
        self._tokens = min(BUDGET_MOST, self._tokens + (now - self._at) * BUDGET_RATE)
        self._at = now
        self._tokens -= 1.0
        return max(0.0, -self._tokens / BUDGET_RATE)
