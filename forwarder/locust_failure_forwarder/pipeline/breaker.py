"""The circuit breaker of one destination: after several failures in a row nothing is sent but one probe at a time (P7).

Pure but for its clock and randomness, which are passed in. Waits for nothing itself.
"""

from collections.abc import Callable
from typing import Final, Literal

Uniform = Callable[[float, float], float]
State = Literal["closed", "open", "probing"]

FAILURES: Final = 5
"""In a row, until it opens."""
FIRST_OPEN: Final = 5.0
"""Seconds; doubles with each probe that fails. Each wait is between half and all of it, so that many nodes do not probe
at once."""
LONGEST_OPEN: Final = 300.0
FIRST_OPEN_FOR_REPAIR: Final = 60.0
"""Seconds, where only a person can mend the cause: it opens at once, and there is no use in asking soon."""
DRAINING_OPEN: Final = 1.0
"""Seconds at most at the end of a test, unless a person is needed: there is no time for long waits."""


class Breaker:
    """Shared by all routes of a destination. Whoever was let through must say how it went."""

    def __init__(self, clock: Callable[[], float], uniform: Uniform) -> None:
        self._clock = clock
        self._uniform = uniform
        self._failures = 0
        self._failed_at = float("-inf")
        self._open_for = 0.0
        self.state: State = "closed"
        self.retry_at = 0.0
        """Monotonic time before which no probe is sent."""
        self.for_repair = False
        """True if it is open for something that only a person can mend."""
        self.draining = False
        """True once all waits have to be short."""

    @property
    def is_open(self) -> bool:
        """True unless requests may pass freely."""
        return self.state != "closed"

    def admit(self) -> bool:
        """Whether a request may be sent now. If the breaker is open, the one that is let through is the probe."""
        if self.state == "closed":
            return True
        if self.state == "open" and self._clock() >= self.retry_at:
            self.state = "probing"
            return True
        return False

    def succeeded(self, *, is_probe: bool) -> None:
        """The destination does its work, whatever it thinks of the batch."""
        if self.is_open and not is_probe:
            return  # an answer to something sent before it opened
        self._failures = 0
        self._open_for = 0.0
        self.state = "closed"
        self.for_repair = False

    def failed(self, sent_at: float, *, for_repair: bool, is_probe: bool) -> None:
        """It did not answer, or not now; `for_repair` if only a person can mend that.

        `sent_at` is the monotonic time of the request: of several that were under way together, one failure counts, or
        the more batches are sent at once, the sooner a moment's trouble would open it.
        """
        if self.is_open and not is_probe:
            return  # an answer to something sent before it opened
        if sent_at >= self._failed_at:
            self._failures += 1
            self._failed_at = self._clock()
        if is_probe or for_repair or self._failures >= FAILURES:
            first = FIRST_OPEN_FOR_REPAIR if for_repair else FIRST_OPEN
            self._open_for = min(LONGEST_OPEN, max(first, self._open_for * 2))
            bound = min(DRAINING_OPEN, self._open_for) if self.draining and not for_repair else self._open_for
            self.for_repair = for_repair
            self.retry_at = self._clock() + self._uniform(bound / 2, bound)
            self.state = "open"

    def abandoned(self) -> None:
        """The probe was never sent, nobody waited for its answer, or that said nothing about the destination."""
        if self.state == "probing":
            self.state = "open"

    def hurry(self) -> None:
        """Probe as soon as somebody asks."""
        self.retry_at = min(self.retry_at, self._clock())
