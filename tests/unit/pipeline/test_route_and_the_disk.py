"""A log that cannot be read or written holds a route up and does not end it. P1: what was delivered is counted once."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from locust_failure_forwarder.destinations.base import Delivered, Rejected
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter
from locust_failure_forwarder.pipeline.route import Route
from support.memory_store import MemoryStore, ScriptedCourier, route_over
from support.samples import event

KEY = RouteKey("monitoring", "failures")


class FullDisk(MemoryStore):
    """Fails the first uses of each kind."""

    def __init__(self, key: RouteKey, events: Sequence[Event], *, reads: int = 0, settles: int = 0) -> None:
        super().__init__(key, events)
        self._reads = reads
        self._settles = settles

    async def read(self, key: RouteKey, max_records: int, max_bytes: int) -> list[Event]:
        if self._reads:
            self._reads -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return await super().read(key, max_records, max_bytes)

    async def settle(self, key: RouteKey, cursor: int, delivered: int, dead: Sequence[DeadLetter] = ()) -> None:
        if self._settles:
            self._settles -= 1
            raise sqlite3.OperationalError("database or disk is full")
        await super().settle(key, cursor, delivered, dead)


def _events(count: int) -> list[Event]:
    return [replace(event("failures"), position=position) for position in range(1, count + 1)]


def _run(store: MemoryStore, courier: ScriptedCourier) -> tuple[Route, list[str]]:
    said: list[str] = []
    route = route_over(store, courier, said)

    async def until_settled() -> None:
        task = asyncio.create_task(route.run())
        async with asyncio.timeout(10):
            while store.accounts[KEY].pending or route.note:
                route.flush()  # cuts every pause short
                await asyncio.sleep(0)
                assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(until_settled())
    return route, said


def test_what_was_delivered_is_not_sent_again_because_the_disk_was_full() -> None:
    store, courier = FullDisk(KEY, _events(3), settles=4), ScriptedCourier(lambda _: Delivered())
    _, said = _run(store, courier)
    assert courier.batches == [[1, 2, 3]]
    assert store.accounts[KEY] == Account(captured=3, delivered=3)
    assert said == [
        "monitoring/failures: not delivered yet, everything is kept: the log cannot be used (database or disk is full)",
        "monitoring/failures: delivering again",
    ]


def test_a_log_that_cannot_be_read_is_read_later() -> None:
    store, courier = FullDisk(KEY, _events(3), reads=2), ScriptedCourier(lambda _: Delivered())
    route, said = _run(store, courier)
    assert store.accounts[KEY].delivered == 3
    assert len(said) == 2
    assert route.note is None


def test_dead_letters_are_buried_once_the_disk_allows() -> None:
    store, courier = FullDisk(KEY, _events(2), settles=1), ScriptedCourier(lambda _: Rejected("418: refused"))
    _run(store, courier)
    assert len(courier.batches) == 1
    assert [letter.position for letter in store.dead] == [1, 2]
