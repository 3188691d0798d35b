"""When a route sends, and how much at once. P5 (a flush), P7 (concurrency), and stories in their order."""

import asyncio
from collections.abc import Sequence

import pytest
from locust_failure_forwarder.config.models import BatchConfig
from locust_failure_forwarder.destinations.base import Delivered, Rejected, Retry, Verdict
from locust_failure_forwarder.events import Event, Kind
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.pace import START
from locust_failure_forwarder.pipeline.route import ENVELOPE_BYTES
from support.memory_store import FAILURES, MemorySource, Ride, ScriptedCourier, moments, numbered

MINUTE = BatchConfig(max_records=10, max_age=60.0)


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


def _committed(ride: Ride, events: Sequence[Event]) -> None:
    """As the committer tells it."""
    ride.source.add(events)
    ride.route.notify(sum(len(e.body) + 1 for e in events))


async def _sent_so_far(ride: Ride) -> list[list[int]]:
    """What is sent if nothing else happens; the route runs already."""
    ride.route.notify(0)  # so that it looks at the clock now
    await moments()
    return ride.courier.batches


# -- when ----------------------------------------------------------------------------------------------------------


def test_a_batch_is_due_once_its_oldest_event_is_old_enough() -> None:
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered(), MINUTE))

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        _committed(ride, numbered(1))
        assert await _sent_so_far(ride) == []
        ride.courier.clock.now += 59.0
        _committed(ride, numbered(1, first=2))
        assert await _sent_so_far(ride) == []
        ride.courier.clock.now += 1.0
        assert await _sent_so_far(ride) == [[1, 2]]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_a_batch_is_due_once_it_has_enough_records() -> None:
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered(), MINUTE))

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        _committed(ride, numbered(9))
        assert await _sent_so_far(ride) == []
        _committed(ride, numbered(3, first=10))
        assert await _sent_so_far(ride) == [list(range(1, 11))], "and the rest waits for company"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_a_batch_is_due_once_it_has_enough_bytes() -> None:
    size = len(numbered(1)[0].body) + 1
    batch = BatchConfig(max_age=60.0, max_bytes=ENVELOPE_BYTES + 3 * size)
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered(), batch))

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        _committed(ride, numbered(2))
        assert await _sent_so_far(ride) == []
        _committed(ride, numbered(1, first=3))
        assert await _sent_so_far(ride) == [[1, 2, 3]]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_bytes_that_were_sent_are_not_counted_again_however_long_the_test_goes_on() -> None:
    size = len(numbered(1)[0].body) + 1
    batch = BatchConfig(max_records=2, max_age=60.0, max_bytes=ENVELOPE_BYTES + 3 * size)
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered(), batch))

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        rounds = 2 * size  # a byte forgotten with each record would soon look like a full batch
        _committed(ride, numbered(1))
        for n in range(rounds):
            _committed(ride, numbered(2, first=2 * n + 2))
            await moments(8)
        assert await _sent_so_far(ride) == [[2 * n + 1, 2 * n + 2] for n in range(rounds)], "the last one waits"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_p5_a_flush_sends_what_there_is_and_what_comes_later_waits_for_company_again() -> None:
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered(), MINUTE))

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        _committed(ride, numbered(2))
        assert await _sent_so_far(ride) == []
        ride.route.flush()
        assert await _sent_so_far(ride) == [[1, 2]]
        _committed(ride, numbered(1, first=3))
        assert await _sent_so_far(ride) == [[1, 2]], "the next run's records are gathered as the first one's were"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_p5_once_drained_everything_is_sent_as_it_comes() -> None:
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered(), MINUTE))

    async def run() -> None:
        task = asyncio.create_task(ride.route.run())
        ride.route.drain()
        await moments()
        _committed(ride, numbered(2))
        assert await _sent_so_far(ride) == [[1, 2]]
        _committed(ride, numbered(1, first=3))
        assert await _sent_so_far(ride) == [[1, 2], [3]]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert ride.courier.breaker.draining
    assert ride.courier.hurry.draining


def test_what_an_earlier_process_left_is_sent_without_anybody_telling_of_it() -> None:
    ride = Ride(MemorySource(numbered(3)), ScriptedCourier(lambda _: Delivered(), BatchConfig(max_age=0.0)))
    asyncio.run(ride.until(lambda: ride.source.pending == 0))
    assert ride.courier.batches == [[1, 2, 3]]


# -- how much at once ----------------------------------------------------------------------------------------------


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
    with pytest.raises(BaseExceptionGroup) as caught:
        asyncio.run(ride.until(lambda: False))
    assert caught.group_contains(ZeroDivisionError)
    assert ride.source.pending == 2


def test_the_state_of_a_route_names_all_that_holds_it_up() -> None:
    ride = Ride(MemorySource([]), ScriptedCourier(lambda _: Delivered()))
    calm = {"note": None, "under_way": 0, "breaker": "closed", "needs_repair": False, "next_try_s": None}
    assert ride.route.state() == {**calm, "concurrency": START}
    assert not ride.route.paused
