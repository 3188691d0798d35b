"""Time that tests make: a clock that passes only where somebody sleeps, and a `Hurry` that sleeps by it."""

import asyncio

from locust_failure_forwarder.pipeline.retry import Hurry


class Clock:
    """Monotonic seconds; also remembers how long was slept."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class ClockedHurry(Hurry):
    """Sleeps by a clock, so that nothing waits."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


def lowest(low: float, high: float) -> float:
    return low


def highest(low: float, high: float) -> float:
    return high
