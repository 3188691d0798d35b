"""P7: when to try again. Clock, sleep and randomness are made up; nothing waits."""

import asyncio
from collections.abc import Callable

import pytest
from locust_failure_forwarder.destinations.base import Delivered, Rejected, Retry, Verdict
from locust_failure_forwarder.pipeline import retry
from locust_failure_forwarder.pipeline.retry import Gate, Hurry, RateLimit, backoff, series
from support.clocks import Clock, highest, lowest


class _RecordingHurry(Hurry):
    """Does not sleep; remembers for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_backoff_is_full_jitter_under_a_doubling_bound() -> None:
    assert [backoff(n, highest) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff(5, lowest) == 0.0


def test_backoff_never_overflows() -> None:
    assert backoff(10**6, highest) == retry.BACKOFF_CAP


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

        return await series(awaited, hurry, highest, lambda: False)

    assert asyncio.run(run()) == end
    assert len(made) == 3
    assert hurry.slept == [0.5, 1.0]


def test_a_series_that_never_succeeds_ends_with_its_last_verdict() -> None:
    attempt, made = _attempts([Retry("503")])
    hurry = _RecordingHurry()

    async def run() -> Verdict:
        async def awaited() -> Verdict:
            return await attempt()

        return await series(awaited, hurry, highest, lambda: False)

    assert asyncio.run(run()) == Retry("503")
    assert len(made) == retry.SERIES_ATTEMPTS


def test_p7_a_series_is_over_as_soon_as_somebody_says_so_but_not_before_one_attempt() -> None:
    attempt, made = _attempts([Retry("503")])
    hurry = _RecordingHurry()

    async def run(over: Callable[[], bool]) -> Verdict:
        async def awaited() -> Verdict:
            return await attempt()

        return await series(awaited, hurry, highest, over)

    assert asyncio.run(run(lambda: True)) == Retry("503")
    assert len(made) == 1
    assert asyncio.run(run(lambda: len(made) >= 3)) == Retry("503")
    assert len(made) == 3
    assert hurry.slept == [0.5]


def test_a_bug_in_an_attempt_is_not_tried_again() -> None:
    made: list[int] = []

    async def attempt() -> Verdict:
        made.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(series(attempt, _RecordingHurry(), highest, lambda: False))
    assert made == [1]


def test_waits_are_short_while_draining() -> None:
    attempt, _ = _attempts([Retry("503")])
    hurry = _RecordingHurry()
    hurry.draining = True

    async def run() -> None:
        async def awaited() -> Verdict:
            return await attempt()

        await series(awaited, hurry, highest, lambda: False)

    asyncio.run(run())
    assert max(hurry.slept) == retry.DRAIN_CAP


def test_a_gate_keeps_the_pace_of_its_destination() -> None:
    clock = Clock(100.0)
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
    clock = Clock(100.0)
    gate = Gate(0.0, clock, clock.sleep)
    gate.hold(7.0)
    gate.hold(3.0)
    asyncio.run(gate.enter())
    assert clock.now == 107.0


def test_no_destination_silences_us_for_longer_than_a_quarter_of_an_hour() -> None:
    clock = Clock(100.0)
    gate = Gate(0.0, clock, clock.sleep)
    gate.hold(86400.0)
    assert gate.opens_at == 100.0 + retry.MAX_RETRY_AFTER


def test_a_longer_hold_while_somebody_waits_holds_that_one_too() -> None:
    clock = Clock(100.0)
    gate = Gate(0.0, clock, clock.sleep)
    gate.hold(7.0)

    async def sleep(seconds: float) -> None:
        if len(clock.slept) == 0:
            gate.hold(30.0)
        await clock.sleep(seconds)

    gate._sleep = sleep  # pyright: ignore[reportPrivateUsage] - what comes in between
    asyncio.run(gate.enter())
    assert clock.now == 130.0


def test_records_a_second_are_held_down_over_all_who_share_the_limit() -> None:
    clock = Clock(100.0)
    limit = RateLimit(10.0, clock, clock.sleep)
    began: list[float] = []

    async def run() -> None:
        for records in (5, 5, 20, 1):
            await limit.wait(records)
            began.append(clock.now)

    asyncio.run(run())
    assert began == pytest.approx([100.0, 100.5, 101.0, 103.0])


def test_a_limit_does_not_save_up_what_was_not_used() -> None:
    clock = Clock(100.0)
    limit = RateLimit(10.0, clock, clock.sleep)
    clock.now += 3600
    asyncio.run(limit.wait(10))
    asyncio.run(limit.wait(10))
    assert clock.now == pytest.approx(3701.0)


def test_a_flush_wakes_a_sleeping_route() -> None:
    async def run() -> None:
        hurry = Hurry()
        sleeper = asyncio.create_task(hurry.sleep(3600))
        await asyncio.sleep(0)
        hurry.call()
        await asyncio.wait_for(sleeper, 5)

    asyncio.run(run())
