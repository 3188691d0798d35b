"""How much a route sends at once (P7), stories in their order, and how it ends (P2)."""

import asyncio
from collections.abc import Sequence

import pytest
from locust_failure_forwarder.config.models import BatchConfig
from locust_failure_forwarder.destinations.base import Delivered, Rejected, Retry, Verdict
from locust_failure_forwarder.events import Event, Kind
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.pace import START
from support.memory_store import FAILURES, MemorySource, Ride, ScriptedCourier, moments, numbered


class Door:
    """Holds each batch until it is let through."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[Verdict]] = {}
        self.most = 0

    async def __call__(self, events: Sequence[Event]) -> Verdict:
        first = events[0].position
        future = self.waiting[first] = asyncio.get_running_loop().create_future()
        self.most = max(self.most, len(self.waiting))
        try:
            return await future
        finally:
            del self.waiting[first]

    def let(self, first: int, verdict: Verdict | None = None) -> None:
        self.waiting[first].set_result(verdict or Delivered())


def _ride_through(door: Door, count: int, key: RouteKey = FAILURES, *, alone: bool = False) -> Ride:
    courier = ScriptedCourier(door, BatchConfig(max_records=1))
    return Ride(MemorySource(numbered(count, key.kind), key), courier, alone=alone)


def test_p7_as_many_batches_are_under_way_as_the_destination_bears() -> None:
    door = Door()
    ride = _ride_through(door, 20)

    async def run() -> None:
        ride.route.flush()
        task = asyncio.create_task(ride.route.run())
        await moments()
        assert sorted(door.waiting) == list(range(1, START + 1))
        assert ride.route.state()["under_way"] == START
        ride.courier.concurrency.overloaded()
        door.let(1)
        door.let(2)
        await moments()
        assert sorted(door.waiting) == [3, 4], "half as many now"
        door.let(3)
        await moments()
        assert sorted(door.waiting) == [4, 5]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert door.most == START


def test_batches_settle_in_any_order_and_none_waits_for_another() -> None:
    door = Door()
    ride = _ride_through(door, 6)

    async def run() -> None:
        ride.route.flush()
        task = asyncio.create_task(ride.route.run())
        await moments()
        for first, verdict in ((3, Delivered()), (1, Rejected("418")), (5, Delivered()), (4, Delivered())):
            door.let(first, verdict)
            await moments()
        assert ride.source.account == Account(captured=6, delivered=3, dead=1)
        assert sorted(flight.events[0].position for flight in ride.source.flights.values()) == [2, 6]
        door.let(6)
        door.let(2)
        await moments()
        assert ride.source.account == Account(captured=6, delivered=5, dead=1)
        assert ride.route.state()["under_way"] == 0
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert ride.courier.concurrency.in_use == 0


@pytest.mark.parametrize(("kind", "alone"), [("alerts", False), ("summaries", False), ("failures", True)])
def test_stories_go_one_at_a_time_and_in_order(kind: Kind, alone: bool) -> None:
    door = Door()
    ride = _ride_through(door, 3, RouteKey("monitoring", kind), alone=alone)
    seen: list[list[int]] = []

    async def run() -> None:
        ride.route.flush()
        task = asyncio.create_task(ride.route.run())
        for n in (1, 2, 3):
            await moments()
            seen.append(sorted(door.waiting))
            door.let(n)
        await moments()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert seen == [[1], [2], [3]]
    assert ride.source.account.delivered == 3


def test_p8_an_alert_does_not_wait_for_a_place_among_failures() -> None:
    door = Door()
    failures = _ride_through(door, 20)
    alert_source = MemorySource(numbered(1, "alerts", first=100), RouteKey("monitoring", "alerts"))
    alerts = Ride(alert_source, failures.courier)

    async def run() -> None:
        failures.route.flush()
        alerts.route.flush()
        tasks = [asyncio.create_task(ride.route.run()) for ride in (failures, alerts)]
        await moments()
        assert 100 in door.waiting
        assert len(door.waiting) == START + 1
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_p6_a_batch_that_cannot_be_delivered_keeps_its_place_and_the_others_pass_by() -> None:
    def judge(events: Sequence[Event]) -> Verdict:
        return Retry("503") if events[0].position == 1 else Delivered()

    ride = Ride(MemorySource(numbered(30)), ScriptedCourier(judge, BatchConfig(max_records=1)))
    ride.route.flush()
    asyncio.run(ride.until(lambda: ride.source.account.delivered == 29))
    assert [flight.events[0].position for flight in ride.source.flights.values()] == [1]


def test_a_replay_waits_before_what_it_sends_for_the_first_time() -> None:
    waited: list[int] = []

    async def pace(records: int) -> None:
        waited.append(records)

    answers = iter([Retry("503"), Delivered(), Delivered()])
    courier = ScriptedCourier(lambda _: next(answers), BatchConfig(max_records=3))
    ride = Ride(MemorySource(numbered(5)), courier, paced=pace, alone=True)
    ride.until_settled()
    assert waited == [3, 2]


# -- the end -------------------------------------------------------------------------------------------------------


def test_p2_cancelled_in_the_middle_it_leaves_what_is_under_way_unsettled() -> None:
    door = Door()
    ride = _ride_through(door, 8)

    async def run() -> None:
        ride.route.flush()
        task = asyncio.create_task(ride.route.run())
        await moments()
        door.let(1)
        await moments()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert ride.source.account == Account(captured=8, delivered=1)
    assert len(ride.source.flights) == START
    assert ride.source.dead == []
    assert ride.courier.concurrency.in_use == 0


def test_a_bug_ends_the_route_visibly_and_settles_nothing() -> None:
    def judge(_: Sequence[Event]) -> Verdict:
        raise ZeroDivisionError("a bug")

    ride = Ride(MemorySource(numbered(2)), ScriptedCourier(judge))
    ride.route.flush()
    with pytest.raises(ZeroDivisionError, match="a bug"):
        asyncio.run(ride.until(lambda: False))
    assert ride.source.pending == 2


def test_the_state_of_a_route_names_all_that_holds_it_up() -> None:
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered()))
    calm = {"note": None, "under_way": 0, "breaker": "closed", "needs_repair": False, "next_try_s": None}
    assert ride.route.state() == {**calm, "concurrency": START}
    assert not ride.route.paused
