"""A log at its bound, over a real SQLite file. P1: the accounts balance however deliveries and losses interleave."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.config.models import LogConfig
from locust_failure_forwarder.errors import LogError
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline import log as log_module
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.housekeeping import remove_old
from locust_failure_forwarder.pipeline.log import DeadLetter, Flight, Log, NewEvent, Span
from locust_failure_forwarder.pipeline.log_letters import dead_reasons
from locust_failure_forwarder.pipeline.log_space import used
from locust_failure_forwarder.pipeline.store import Store
from support.crashing_log import CrashingLog, Trouble
from support.logs import FAILURES, letters, positions, take

OTHER = RouteKey("other", "failures")
ROUTES = (FAILURES, OTHER)
ORIGIN = Origin(b"{}", b"{}")


def _events(count: int, kind: Kind = "failures", *, size: int = 1000, first: int = 0) -> list[NewEvent]:
    return [NewEvent(kind, UUID(int=number), ORIGIN, b"x" * size) for number in range(first, first + count)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", ROUTES)
    yield created
    created.close()


def test_p1_a_flight_that_a_full_log_gave_up_counts_once_when_it_arrives(log: Log) -> None:
    log.append(_events(3000), [], ROUTES)
    flight = take(log, FAILURES, 500)
    lost = log.shrink(2_000_000, 10**9)[FAILURES]
    assert lost > 500
    assert log.settle(flight, 500) == 500
    assert log.accounts()[FAILURES] == Account(captured=3000, delivered=500, dropped={"log_full": lost - 500})
    assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending
    assert positions(take(log, FAILURES, 1)) == [lost + 1], "nothing comes back"


def test_p1_a_flight_that_was_given_up_in_part_counts_once(log: Log) -> None:
    log.append(_events(1000), [], ROUTES)
    flight = take(log, FAILURES, 900)
    lost = log.shrink(1_000_000, 10**9)[FAILURES]
    assert 0 < lost < 900
    refused = [DeadLetter("failures", "422: refused", e.body, e) for e in flight.events]
    assert log.settle(flight, 0, refused) == lost
    assert log.accounts()[FAILURES] == Account(captured=1000, dead=900)
    assert log.unsettled(FAILURES) == 100


def test_p1_what_lies_before_and_after_a_flight_is_given_up_in_order(log: Log) -> None:
    """Several flights are under way, and some are settled: the oldest pending go, and only those."""
    log.append(_events(1000), [], ROUTES)
    flights: list[Flight] = []
    for _ in range(4):
        flights.append(take(log, FAILURES, 100, *flights))
    log.settle(flights[0], 100)
    log.settle(flights[2], 100)
    log.settle(take(log, OTHER, 1000), 1000)
    lost = log.shrink(900_000, 10**9)
    assert set(lost) == {FAILURES}
    assert 100 < lost[FAILURES] < 700
    assert log.settle(flights[1], 100) == 100, "the oldest of them went first"
    assert log.settle(flights[3], 100) == 100
    assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending == 800 - lost[FAILURES]


def test_p1_a_full_log_gives_up_no_more_than_it_has_to(log: Log) -> None:
    log.append(_events(100, size=100_000), [], ROUTES)
    bound = used(log.connection) - 250_000
    assert log.shrink(bound, 10**9) == {FAILURES: 3, OTHER: 3}
    assert used(log.connection) <= bound


def test_p1_the_store_knows_of_it_too(log: Log) -> None:
    warnings: list[str] = []

    async def use() -> None:
        bounds = LogConfig(max_size=2 * 1024 * 1024)
        store = Store(log, bounds, warnings.append)
        await store.append(_events(1000), [], {"buffer_full": 1}, 1000)
        flight = await store.take(FAILURES, 500, 10**7)
        assert flight is not None
        for number in range(2, 6):
            await store.append(_events(1000, first=number * 1000), [], {}, number * 1000)
        assert store.accounts[FAILURES].dropped["log_full"] > 500
        await store.settle(flight, len(flight.events))
        in_memory = dict(store.accounts)
        assert await store.close(5) == in_memory, "memory and disk agree"
        assert in_memory[FAILURES].delivered == 500
        assert in_memory[FAILURES].pending > 0

    asyncio.run(use())
    assert warnings[0].startswith("monitoring/failures: the log is full; ")
    assert warnings[0].endswith(" of the oldest pending records were dropped")


def test_a_full_disk_is_relieved_of_what_is_settled_and_of_nothing_else(log: Log) -> None:
    log.append(_events(1000), [DeadLetter("failures", "invalid", b"{}")], ROUTES)
    for key in ROUTES:
        log.settle(take(log, key, 600), 600)
    under_way = take(log, FAILURES, 100)
    before = (log.accounts(), used(log.connection))
    log.relieve()
    assert used(log.connection) < before[1] - 500_000
    assert Path(f"{log.path}-wal").stat().st_size == 0
    assert log.accounts() == before[0]
    assert len(letters(log)) == 2
    assert [log.unsettled(key) for key in ROUTES] == [400, 400]
    assert positions(under_way)[0] == positions(take(log, OTHER, 1))[0] == 601
    log.settle(under_way, 100)
    assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending == 300


def test_dead_letters_go_before_what_can_still_be_delivered(log: Log) -> None:
    log.append(_events(1000), [], ROUTES)
    refused = take(log, FAILURES)
    log.settle(refused, 0, [DeadLetter("failures", "400: refused", e.body, e) for e in refused.events])
    assert log.shrink(2_000_000, 10**9) == {}
    assert log.accounts()[FAILURES] == Account(captured=1000, dead=1000), "they stay counted"
    left = [letter.event for _, letter in letters(log)]
    assert 0 < len(left) < 1000
    assert left == list(refused.events[-len(left) :]), "the oldest go first"
    assert log.unsettled(OTHER) == 1000


def test_delivered_events_go_before_dead_letters(log: Log) -> None:
    log.append(_events(2000), [DeadLetter("failures", "invalid", b"{}")], ROUTES)
    for key in ROUTES:
        log.settle(take(log, key), 2000)
    log.shrink(1_000_000, 10**9)
    assert len(letters(log)) == 2


def test_settled_events_of_another_kind_go_before_what_is_put_off(log: Log) -> None:
    """A range begins where the events before it end, even if those are of another kind and settled."""
    alerts = RouteKey("monitoring", "alerts")
    log.connection.execute("INSERT INTO routes (destination, kind) VALUES ('monitoring', 'alerts')")
    log.append(_events(300, "alerts"), [], [alerts])
    log.append(_events(20, first=1000), [], ROUTES)
    log.settle(take(log, alerts), 300)
    for key in ROUTES:
        log.settle(take(log, key, span=Span(311)), 10)
    assert log.shrink(used(log.connection) - 200_000, 10**9) == {}
    assert [log.unsettled(key) for key in ROUTES] == [10, 10]


def test_dead_letters_are_bounded_and_stay_counted_and_the_newest_stay(log: Log) -> None:
    refused = [DeadLetter("failures", f"invalid {number}", b"x" * 900, None, 400, "a" * 100) for number in range(150)]
    log.append([], refused, ROUTES)
    assert log.shrink(10**9, 200_000) == {}
    assert [letter.reason for _, letter in letters(log)][-1] == "invalid 149"
    assert len(letters(log)) == 200, "of 300, for two routes, of 1,000 bytes each"
    assert [account.dead for account in log.accounts().values()] == [150, 150]
    log.shrink(10**9, 0)
    assert letters(log) == []
    assert [account.dead for account in log.accounts().values()] == [150, 150]


def test_p1_an_append_that_is_interrupted_at_any_step_leaves_nothing_and_the_log_in_order() -> None:
    disk = CrashingLog(ROUTES)
    events, stillborn = _events(2), [DeadLetter("failures", "invalid", b"{}")]
    for step in range(1, 1000):
        done = disk.commits(lambda: disk.log.append(events, stillborn, ROUTES, received=3), Trouble(step, killed=False))
        if done:
            break
        assert not disk.log.connection.in_transaction
    else:
        pytest.fail("never done")
    assert step > 20
    assert disk.log.accounts()[FAILURES] == Account(captured=3, dead=1)
    assert positions(take(disk.log, FAILURES)) == [1, 2]
    disk.close()


def test_reasons_of_dead_letters_are_counted_by_route(log: Log) -> None:
    log.append(_events(2), [DeadLetter("failures", "invalid", b"{}")], ROUTES)
    log.settle(take(log, OTHER), 0, [DeadLetter("failures", "422", b"{}")] * 2)
    reasons = sorted(dead_reasons(log.connection))
    assert reasons == [(FAILURES, "invalid", 1), (OTHER, "422", 2), (OTHER, "invalid", 1)]


def test_a_log_that_cannot_be_written_at_the_start_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_tables(path: Path, *, create: bool) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None)

    monkeypatch.setattr(log_module, "connect", without_tables)
    with pytest.raises(LogError, match="cannot write the log"):
        Log.create(tmp_path / "a.db", [FAILURES])


def test_an_old_log_that_cannot_be_locked_or_deleted_does_not_keep_a_test_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for name in ("locked-out", "stuck", "settled"):
        Log.create(tmp_path / f"{name}.db", [FAILURES]).close()
        os.utime(tmp_path / f"{name}.db", (now.timestamp() - 1000, now.timestamp() - 1000))
    (tmp_path / "locked-out.db.lock").mkdir()
    unlink = Path.unlink

    def stuck(path: Path, missing_ok: bool = False) -> None:
        if path.name == "stuck.db":
            raise PermissionError
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", stuck)
    assert remove_old(tmp_path, 500, now) == [tmp_path / "settled.db"]
