"""What a route does with each verdict. P1 (every record ends in one state) and P6 (one poison record delays nobody)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.models import BatchConfig
from locust_failure_forwarder.destinations.base import Delivered, Rejected, Retry, Verdict
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.route import ENVELOPE_BYTES, Route, limits, split_budget
from support.memory_store import MemoryStore, ScriptedCourier, route_over
from support.samples import event

KEY = RouteKey("monitoring", "failures")


def _events(count: int) -> list[Event]:
    sample = event("failures")
    return [replace(sample, position=position) for position in range(1, count + 1)]


async def _run_until_settled(route: Route, store: MemoryStore) -> None:
    route.flush()
    task = asyncio.create_task(route.run())
    async with asyncio.timeout(10):
        while store.accounts[KEY].pending:
            await asyncio.sleep(0)
            assert not task.done() or task.result() is None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_delivered_batch_moves_the_cursor_past_its_last_event() -> None:
    store, courier = MemoryStore(KEY, _events(5)), ScriptedCourier(lambda _: Delivered())
    asyncio.run(_run_until_settled(route_over(store, courier, []), store))
    assert store.cursor == 5
    assert store.accounts[KEY].delivered == 5
    assert courier.batches == [[1, 2, 3, 4, 5]]


def test_batches_hold_no_more_records_than_configured() -> None:
    store, courier = MemoryStore(KEY, _events(5)), ScriptedCourier(lambda _: Delivered())
    route = route_over(store, courier, [], BatchConfig(max_records=2))
    asyncio.run(_run_until_settled(route, store))
    assert courier.batches == [[1, 2], [3, 4], [5]]


@given(st.integers(2, 300), st.data())
def test_p6_one_poison_record_is_found_and_all_others_are_delivered(count: int, data: st.DataObject) -> None:
    poison = data.draw(st.integers(1, count))

    def judge(events: Sequence[Event]) -> Verdict:
        bad = any(e.position == poison for e in events)
        return Rejected("400: refused", splittable=True) if bad else Delivered()

    store, courier = MemoryStore(KEY, _events(count)), ScriptedCourier(judge)
    asyncio.run(_run_until_settled(route_over(store, courier, []), store))
    assert [letter.position for letter in store.dead] == [poison]
    assert store.accounts[KEY].delivered == count - 1
    assert len(courier.batches) <= 2 * split_budget(count)


def test_p6_a_destination_that_refuses_everything_is_not_asked_for_every_record() -> None:
    store = MemoryStore(KEY, _events(500))
    courier = ScriptedCourier(lambda _: Rejected("422: refused", splittable=True))
    said: list[str] = []
    asyncio.run(_run_until_settled(route_over(store, courier, said), store))
    assert store.accounts[KEY].dead == 500
    assert len(courier.batches) <= split_budget(500)
    assert "422: refused" in said[0]


def test_what_cannot_be_split_is_buried_whole_with_its_reason() -> None:
    store, courier = MemoryStore(KEY, _events(3)), ScriptedCourier(lambda _: Rejected("418: refused"))
    asyncio.run(_run_until_settled(route_over(store, courier, []), store))
    assert [letter.reason for letter in store.dead] == ["418: refused"] * 3
    assert len(courier.batches) == 1


def test_a_retry_keeps_everything_and_says_so_once() -> None:
    answers = iter([Retry("503"), Retry("503"), Retry("503"), Delivered()])
    store, courier = MemoryStore(KEY, _events(2)), ScriptedCourier(lambda _: next(answers))
    said: list[str] = []
    route = route_over(store, courier, said)

    async def hurry_along() -> None:
        async def wake() -> None:
            while True:
                route.flush()
                await asyncio.sleep(0)

        waker = asyncio.create_task(wake())
        await _run_until_settled(route, store)
        waker.cancel()

    asyncio.run(hurry_along())
    assert courier.batches == [[1, 2]] * 4
    assert store.accounts[KEY].delivered == 2
    assert said == [
        "monitoring/failures: not delivered yet, everything is kept: 503",
        "monitoring/failures: delivering again",
    ]
    assert route.note is None


def test_a_route_that_needs_a_person_is_not_waited_for_at_the_end() -> None:
    store = MemoryStore(KEY, _events(1))
    courier = ScriptedCourier(lambda _: Retry("401", needs_repair=True))
    route = route_over(store, courier, [])

    async def run() -> bool:
        route.drain()
        task = asyncio.create_task(route.run())
        async with asyncio.timeout(10):
            while not courier.batches or not route.note:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        done = route.done_by(10.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return done

    assert asyncio.run(run())
    assert store.accounts[KEY].pending == 1


def test_a_retry_after_beyond_the_deadline_is_not_waited_for() -> None:
    store, courier = MemoryStore(KEY, _events(1)), ScriptedCourier(lambda _: Delivered())
    route = route_over(store, courier, [])
    assert not route.done_by(10.0)
    courier.gate.hold(60.0)
    assert route.done_by(10.0)


@pytest.mark.parametrize(
    ("configured", "wire", "expected"),
    [
        ((500, 10_000), (None, None), (500, 10_000 - ENVELOPE_BYTES)),
        ((500, 10_000), (1, 5_000), (1, 5_000 - ENVELOPE_BYTES)),
        ((10, 100), (50, 500), (10, 1)),
    ],
)
def test_the_wire_bounds_what_the_user_configures(
    configured: tuple[int, int], wire: tuple[int | None, int | None], expected: tuple[int, int]
) -> None:
    assert limits(BatchConfig(max_records=configured[0], max_bytes=configured[1]), *wire) == expected
