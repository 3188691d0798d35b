"""When a route sends: by number, bytes, age, and when it is told to (P5)."""

import asyncio
from collections.abc import Sequence

from locust_failure_forwarder.config.models import BatchConfig
from locust_failure_forwarder.destinations.base import Delivered
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.parcel import ENVELOPE_BYTES
from support.memory_store import MemorySource, Ride, ScriptedCourier, moments, numbered

MINUTE = BatchConfig(max_records=10, max_age=60.0)


def _committed(ride: Ride, events: Sequence[Event]) -> None:
    """As the committer tells it."""
    ride.source.add(events)
    ride.route.notify(sum(len(e.body) + 1 for e in events))


async def _sent_so_far(ride: Ride) -> list[list[int]]:
    """What is sent if nothing else happens; the route runs already."""
    ride.route.notify(0)  # so that it looks at the clock now
    await moments()
    return ride.courier.batches


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
