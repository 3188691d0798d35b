"""A summary lets alerts go first that were committed before it, but not for ever. P8: alerts wait for nothing."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.models import BatchConfig
from locust_failure_forwarder.destinations.base import Delivered, Rejected, Retry, Verdict
from locust_failure_forwarder.events import Event, Kind
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import LAST
from locust_failure_forwarder.pipeline.order import PATIENCE, PATIENCE_AT_THE_END, reach
from support.memory_store import Judge, MemorySource, Ride, ScriptedCourier, moments, numbered

ALERTS = RouteKey("chat", "alerts")
SUMMARIES = RouteKey("chat", "summaries")
HOUR = 3600.0
"""A `max_age` that nobody would wait for; the clock stands still unless something sleeps by it."""


def _at(kind: Kind, positions: Sequence[int]) -> list[Event]:
    return [replace(event, position=p) for event, p in zip(numbered(len(positions), kind), positions, strict=True)]


class Story:
    """Both routes of a destination that takes one message at a time."""

    def __init__(self, judge: Judge, alerts: Sequence[int], summaries: Sequence[int]) -> None:
        self.courier = ScriptedCourier(judge, BatchConfig(max_records=1, max_age=HOUR))
        self.alerts = Ride(MemorySource(_at("alerts", alerts), ALERTS), self.courier)
        self.summaries = Ride(MemorySource(_at("summaries", summaries), SUMMARIES), self.courier, ahead=self.alerts)

    @property
    def sent(self) -> list[int]:
        """Positions, in the order in which they were sent."""
        return [position for batch in self.courier.batches for position in batch]

    @asynccontextmanager
    async def told(self, turns: int = 100) -> AsyncGenerator[None]:
        """Everything that can happen now has happened."""
        # The summaries' route first: who is started first must not matter.
        tasks = [asyncio.create_task(ride.route.run()) for ride in (self.summaries, self.alerts)]
        try:
            await moments(turns)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, turns: int = 100) -> list[int]:
        async def run() -> list[int]:
            async with self.told(turns):
                return self.sent

        return asyncio.run(run())


# -- the decision --------------------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.booleans())
def test_where_nothing_is_ahead_nothing_is_held(put_off: int, draining: bool) -> None:
    assert reach(None, put_off, draining=draining) == LAST


@given(st.integers(1, LAST), st.integers(0, 1000), st.booleans())
def test_nothing_behind_the_oldest_alert_may_go_until_it_was_put_off_too_often(
    oldest: int, put_off: int, draining: bool
) -> None:
    too_often = put_off >= (PATIENCE_AT_THE_END if draining else PATIENCE)
    assert reach(oldest, put_off, draining=draining) == (LAST if too_often else oldest - 1)


# -- the routes ----------------------------------------------------------------------------------------------------


def test_a_summary_comes_after_all_alerts_that_were_committed_before_it() -> None:
    story = Story(lambda _: Delivered(), alerts=[1, 2, 3], summaries=[4])
    assert story.tell() == [1, 2, 3, 4]


def test_of_several_runs_each_summary_comes_after_the_alerts_of_its_run() -> None:
    sent = Story(lambda _: Delivered(), alerts=[1, 2, 4, 5], summaries=[3, 6]).tell()
    assert [p for p in sent if p in (1, 2, 4, 5)] == [1, 2, 4, 5]
    assert sent.index(2) < sent.index(3)
    assert sent[-1] == 6


def test_alerts_of_the_next_run_hold_no_summary_and_wait_for_none() -> None:
    async def run() -> None:
        never: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        story = Story(lambda events: never if events[0].kind == "alerts" else Delivered(), alerts=[2], summaries=[1])
        async with story.told():
            assert sorted(story.sent) == [1, 2]
            assert story.summaries.source.account == Account(captured=1, delivered=1)

    asyncio.run(run())


def test_p1_an_alert_that_becomes_a_dead_letter_holds_no_summary() -> None:
    story = Story(lambda events: Rejected("400") if events[0].position == 1 else Delivered(), [1, 2], [3])
    assert story.tell() == [1, 2, 3]
    assert story.alerts.source.account == Account(captured=2, delivered=1, dead=1)
    assert story.summaries.source.account == Account(captured=1, delivered=1)


@pytest.mark.parametrize("outage", [1, PATIENCE - 1])
def test_after_an_outage_the_order_is_the_same(outage: int) -> None:
    answers = iter([Retry("503")] * outage)
    story = Story(lambda _: next(answers, Delivered()), alerts=[1, 2], summaries=[3])
    assert story.tell(400) == [1] * outage + [1, 2, 3]


@pytest.mark.parametrize(("draining", "patience"), [(False, PATIENCE), (True, PATIENCE_AT_THE_END)])
def test_p1_an_alert_that_nobody_takes_does_not_hold_the_summary_for_ever(draining: bool, patience: int) -> None:
    async def run() -> None:
        if draining:
            story.alerts.route.drain()
            story.summaries.route.drain()
        async with story.told():
            story.summaries.route.notify(0)  # else it would look again after a second
            await moments()

    story = Story(lambda events: Retry("500") if events[0].kind == "alerts" else Delivered(), [1, 2], [3])
    asyncio.run(run())
    assert story.sent.index(3) >= patience
    assert set(story.sent) == {1, 3}
    assert story.alerts.source.account == Account(captured=2)
    assert story.summaries.source.account == Account(captured=1, delivered=1)


# -- no waiting for company ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "sent"), [("alerts", [[1]]), ("summaries", [[1]]), ("failures", [])])
def test_p8_alerts_and_summaries_do_not_wait_for_company_and_failures_do(kind: Kind, sent: list[list[int]]) -> None:
    ride = Ride(
        MemorySource([], RouteKey("api", kind)), ScriptedCourier(lambda _: Delivered(), BatchConfig(max_age=HOUR))
    )

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        await moments()
        ride.source.add(numbered(1, kind))
        ride.route.notify(100)
        await moments()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert ride.courier.batches == sent
    assert ride.courier.clock.slept == []


def test_p8_alerts_that_wait_already_go_together() -> None:
    async def run() -> list[list[int]]:
        door: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        courier = ScriptedCourier(
            lambda events: door if events[0].position == 1 else Delivered(), BatchConfig(max_age=HOUR)
        )
        ride = Ride(MemorySource(numbered(1, "alerts"), ALERTS), courier)
        task = asyncio.create_task(ride.route.run())
        await moments()
        for position in (2, 3):
            ride.source.add(numbered(1, "alerts", first=position))
            ride.route.notify(100)
            await moments()
        door.set_result(Delivered())
        await moments()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return courier.batches

    assert asyncio.run(run()) == [[1], [2, 3]]
