"""P7: when to try again. Clock, sleep and randomness are made up; nothing waits."""

import asyncio
from collections.abc import Callable

import pytest
from locust_failure_forwarder.destinations.base import Delivered, Rejected, Retry, Verdict
from locust_failure_forwarder.pipeline import retry
from locust_failure_forwarder.pipeline.retry import Gate, Hurry, backoff, pause, series


def _highest(low: float, high: float) -> float:
    return high


def _lowest(low: float, high: float) -> float:
    return low


class _RecordingHurry(Hurry):
    """Does not sleep; remembers for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_backoff_is_full_jitter_under_a_doubling_bound() -> None:
    assert [backoff(n, _highest) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff(5, _lowest) == 0.0


def test_backoff_never_overflows() -> None:
    assert backoff(10**6, _highest) == retry.BACKOFF_CAP


def test_pauses_between_series_double_up_to_minutes_and_keep_half_of_the_bound() -> None:
    assert [pause(n, _highest) for n in (1, 2, 3, 4, 5)] == [30, 60, 120, 240, 300]
    assert pause(1, _lowest) == 15


def _attempts(verdicts: list[Verdict]) -> tuple[Callable[[], "asyncio.Future[Verdict]"], list[Verdict]]:
    made: list[Verdict] = []

    def attempt() -> "asyncio.Future[Verdict]":
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        made.append(verdicts[min(len(made), len(verdicts) - 1)])
        future.set_result(made[-1])
        return future

    return attempt, made


@pytest.mark.parametrize("end", [Delivered(), Rejected("no"), Retry("401", needs_repair=True)])
def test_a_series_ends_with_the_first_verdict_that_is_final(end: Verdict) -> None:
    attempt, made = _attempts([Retry("503"), Retry("503"), end])
    hurry = _RecordingHurry()

    async def run() -> Verdict:
        async def awaited() -> Verdict:
            return await attempt()

        return await series(awaited, hurry, _highest)

    assert asyncio.run(run()) == end
    assert len(made) == 3
    assert hurry.slept == [0.5, 1.0]


def test_a_series_that_never_succeeds_ends_with_its_last_verdict() -> None:
    attempt, made = _attempts([Retry("503")])
    hurry = _RecordingHurry()

    async def run() -> Verdict:
        async def awaited() -> Verdict:
            return await attempt()

        return await series(awaited, hurry, _highest)

    assert asyncio.run(run()) == Retry("503")
    assert len(made) == retry.SERIES_ATTEMPTS


def test_waits_are_short_while_draining() -> None:
    attempt, _ = _attempts([Retry("503")])
    hurry = _RecordingHurry()
    hurry.draining = True

    async def run() -> None:
        async def awaited() -> Verdict:
            return await attempt()

        await series(awaited, hurry, _highest)

    asyncio.run(run())
    assert max(hurry.slept) == retry.DRAIN_CAP


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_gate_keeps_the_pace_of_its_destination() -> None:
    clock = _Clock()
    gate = Gate(1.0, clock, clock.sleep)
    entered: list[float] = []

    async def enter() -> None:
        await gate.enter()
        entered.append(clock.now)

    async def run() -> None:
        await asyncio.gather(enter(), enter(), enter())

    asyncio.run(run())
    assert entered == [100.0, 101.0, 102.0]


def test_retry_after_holds_every_route_of_the_destination() -> None:
    clock = _Clock()
    gate = Gate(0.0, clock, clock.sleep)
    gate.hold(7.0)
    gate.hold(3.0)
    asyncio.run(gate.enter())
    assert clock.now == 107.0


def test_no_destination_silences_us_for_longer_than_a_quarter_of_an_hour() -> None:
    clock = _Clock()
    gate = Gate(0.0, clock, clock.sleep)
    gate.hold(86400.0)
    assert gate.opens_at == 100.0 + retry.MAX_RETRY_AFTER


def test_a_flush_wakes_a_sleeping_route() -> None:
    async def run() -> None:
        hurry = Hurry()
        sleeper = asyncio.create_task(hurry.sleep(3600))
        await asyncio.sleep(0)
        hurry.call()
        await asyncio.wait_for(sleeper, 5)

    asyncio.run(run())
