"""A log that cannot be read or written holds a route up and does not end it. P1: what was delivered is counted once."""

import asyncio
import sqlite3
from collections.abc import Sequence

import pytest
from locust_failure_forwarder.destinations.base import Delivered, Rejected
from locust_failure_forwarder.errors import LogCorruptError
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import LAST, DeadLetter, Flight
from support.memory_store import MemorySource, Ride, ScriptedCourier, numbered


def damaged() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


class FullDisk(MemorySource):
    """Fails the first uses of each kind."""

    def __init__(
        self, events: Sequence[Event], *, takes: int = 0, settles: int = 0, error: sqlite3.Error | None = None
    ) -> None:
        super().__init__(events)
        self._takes = takes
        self._settles = settles
        self._error = error or sqlite3.OperationalError("database or disk is full")

    async def take(self, max_records: int, max_bytes: int, last: int = LAST) -> Flight | None:
        if self._takes:
            self._takes -= 1
            raise self._error
        return await super().take(max_records, max_bytes, last)

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        if self._settles:
            self._settles -= 1
            raise self._error
        await super().settle(flight, delivered, dead)


def test_what_was_delivered_is_not_sent_again_because_the_disk_was_full() -> None:
    source, courier = FullDisk(numbered(3), settles=4), ScriptedCourier(lambda _: Delivered())
    ride = Ride(source, courier)
    ride.until_settled()
    assert courier.batches == [[1, 2, 3]]
    assert source.account == Account(captured=3, delivered=3)
    assert ride.said == [
        "monitoring/failures: not delivered yet, everything is kept: the log cannot be used (database or disk is full)",
        "monitoring/failures: delivering again",
    ]


def test_the_pauses_between_two_uses_of_a_full_disk_double_up_to_seconds() -> None:
    source, courier = FullDisk(numbered(3), settles=8), ScriptedCourier(lambda _: Delivered())
    Ride(source, courier).until_settled()
    assert courier.clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])


def test_a_log_that_cannot_be_read_is_read_later() -> None:
    source, courier = FullDisk(numbered(3), takes=2), ScriptedCourier(lambda _: Delivered())
    ride = Ride(source, courier)
    ride.until_settled()
    assert source.account.delivered == 3
    assert len(ride.said) == 2
    assert ride.route.note is None


def test_dead_letters_are_buried_once_the_disk_allows() -> None:
    source, courier = FullDisk(numbered(2), settles=1), ScriptedCourier(lambda _: Rejected("418: refused"))
    Ride(source, courier).until_settled()
    assert len(courier.batches) == 1
    assert source.dead_positions == [1, 2]


@pytest.mark.parametrize("use", ["takes", "settles"])
def test_a_log_that_is_damaged_ends_the_route_and_waits_for_nothing(use: str) -> None:
    source = FullDisk(numbered(2), **{use: 1}, error=damaged())
    courier = ScriptedCourier(lambda _: Delivered())
    ride = Ride(source, courier)
    ride.route.flush()
    with pytest.raises(LogCorruptError, match="malformed"):
        asyncio.run(ride.until(lambda: False))
    assert courier.clock.slept == []
    assert source.pending == 2, "what became of them is for the next log to say"
