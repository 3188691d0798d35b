"""When to try again: full jitter within a series of attempts, and what holds a whole destination back.

tenacity owns the seconds inside a series; between series the circuit breaker (`breaker.py`) decides, while the log
keeps the events. Clock, sleep and randomness are passed in.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from ..destinations.base import Retry, Verdict

Uniform = Callable[[float, float], float]

BACKOFF_BASE: Final = 0.5
BACKOFF_CAP: Final = 30.0
SERIES_ATTEMPTS: Final = 6
MAX_RETRY_AFTER: Final = 15 * 60.0
"""Seconds; no destination may silence us for longer than this at a time."""
DRAIN_CAP: Final = 1.0
"""Seconds; at the end of a test there is no time for long waits."""


def backoff(attempt: int, uniform: Uniform, cap: float = BACKOFF_CAP) -> float:
    """Seconds before the attempt after `attempt` (counted from 1).

    Full jitter: uniform between 0 and a bound that doubles. Source: AWS Architecture Blog, "Exponential Backoff and
    Jitter" (2015), which found it to need the least work of all clients together.
    """
    return uniform(0.0, min(cap, BACKOFF_BASE * 2 ** min(attempt - 1, 16)))


class Gate:
    """Holds a whole destination back: its own pace, and what Retry-After asked for."""

    def __init__(
        self, min_interval: float, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._min_interval = min_interval
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self.opens_at = 0.0
        """Monotonic time before which nothing is sent."""

    def hold(self, seconds: float) -> None:
        """Send nothing for this long, or longer if that was already decided."""
        self.opens_at = max(self.opens_at, self._clock() + min(seconds, MAX_RETRY_AFTER))

    async def enter(self) -> None:
        """Wait for one's turn."""
        async with self._turn:
            while (wait := self.opens_at - self._clock()) > 0:
                await self._sleep(wait)
            self.opens_at = self._clock() + self._min_interval


class RateLimit:
    """At most so many records a second, over all who share it."""

    def __init__(
        self, per_second: float, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()

    @property
    def records_a_second(self) -> int:
        """The most that should be sent at once: what may be sent in a second, one at least."""
        return max(1, int(self._per_second))

    async def wait(self, records: int) -> None:
        """Wait until `records` more may be sent."""
        now = self._clock()
        begin = max(now, self._free_at)
        self._free_at = begin + records / self._per_second
        if begin > now:
            await self._sleep(begin - now)


class Hurry:
    """A sleep that a flush cuts short."""

    def __init__(self) -> None:
        self._called = asyncio.Event()
        self.draining = False
        """True from the order to drain on: waits stay short."""

    def call(self) -> None:
        """Wake whoever sleeps now."""
        self._called.set()
        self._called = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Sleep `seconds`, or until `call`."""
        called = self._called
        try:
            async with asyncio.timeout(seconds):
                await called.wait()
        except TimeoutError:
            pass


async def series(
    attempt: Callable[[], Awaitable[Verdict]], hurry: Hurry, uniform: Uniform, over: Callable[[], bool]
) -> Verdict:
    """Attempts until one is settled, needs a person, or the series is over; the last verdict.

    `over` may end the series early: a destination that does not answer anybody is not worth another attempt now.

    Raises:
        Exception: whatever `attempt` raises; it is not retried.
    """

    def wait(state: RetryCallState) -> float:
        return backoff(state.attempt_number, uniform, DRAIN_CAP if hurry.draining else BACKOFF_CAP)

    def worth_retrying(verdict: Verdict) -> bool:
        return isinstance(verdict, Retry) and not verdict.needs_repair

    def last_verdict(state: RetryCallState) -> Verdict:
        outcome = state.outcome
        if outcome is None:  # pragma: no cover - tenacity calls this after an attempt only
            raise RuntimeError("no attempt was made")
        return outcome.result()

    retrying = AsyncRetrying(
        sleep=hurry.sleep,
        wait=wait,
        stop=lambda state: state.attempt_number >= SERIES_ATTEMPTS or over(),
        retry=retry_if_result(worth_retrying),
        retry_error_callback=last_verdict,
    )
    return await retrying(attempt)
