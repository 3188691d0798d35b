"""A log at its bound, over a real SQLite file. P1: the accounts balance however deliveries and losses interleave."""

import asyncio
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.errors import LogError
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline import log as log_module
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.housekeeping import remove_old
from locust_failure_forwarder.pipeline.log import DeadLetter, Log, NewEvent
from locust_failure_forwarder.pipeline.store import Store

FAILURES = RouteKey("monitoring", "failures")
OTHER = RouteKey("other", "failures")
ORIGIN = Origin(b"{}", b"{}")


def _events(count: int, kind: Kind = "failures") -> list[NewEvent]:
    return [NewEvent(kind, UUID(int=number), ORIGIN, b"x" * 1000) for number in range(count)]


def test_p1_a_batch_under_way_that_a_full_log_gave_up_counts_once_when_it_arrives(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])
    log.append(_events(3000), [], [FAILURES])
    batch = log.read(FAILURES, 500, 10**7)
    lost = log.shrink(2_000_000)[FAILURES]
    assert lost > 500
    assert log.settle(FAILURES, batch[-1].position, len(batch)) == 500
    assert log.accounts()[FAILURES] == Account(captured=3000, delivered=500, dropped={"log_full": lost - 500})
    assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending
    assert log.read(FAILURES, 1, 10**4)[0].position == lost + 1
    assert log.cursors()[FAILURES] == lost, "the cursor did not move back"
    log.close()


def test_p1_a_batch_that_was_given_up_in_part_counts_once(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])
    log.append(_events(1000), [], [FAILURES])
    batch = log.read(FAILURES, 900, 10**7)
    lost = log.shrink(1_000_000)[FAILURES]
    assert 0 < lost < 900
    letters = [DeadLetter("failures", "422: refused", e.body, e.position) for e in batch]
    assert log.settle(FAILURES, batch[-1].position, 0, letters) == lost
    assert log.accounts()[FAILURES] == Account(captured=1000, dead=900)
    assert log.unsettled(FAILURES) == 100
    log.close()


def test_p1_the_store_knows_of_it_too(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])

    async def use() -> dict[RouteKey, Account]:
        store = Store(log)
        await store.append(_events(3000), [])
        batch = await store.read(FAILURES, 500, 10**7)
        await store.shrink(2_000_000)
        await store.settle(FAILURES, batch[-1].position, len(batch))
        before = dict(store.accounts)
        assert store.close() == before, "memory and disk agree"
        return before

    account = asyncio.run(use())[FAILURES]
    assert account.delivered == 500
    assert account.pending > 0


STEPS = st.lists(
    st.sampled_from(["append", "take", "deliver", "bury", "shrink", "drop"]), min_size=5, max_size=40
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_p1_pending_is_what_lies_past_the_cursor_whatever_happens(tmp_path: Path, steps: list[str]) -> None:
    path = tmp_path / f"{len(list(tmp_path.glob('*.db')))}.db"
    log = Log.create(path, [FAILURES, OTHER])
    under_way = {FAILURES: log.read(FAILURES, 1, 1), OTHER: log.read(OTHER, 1, 1)}
    for number, step in enumerate(steps):
        key = (FAILURES, OTHER)[number % 2]
        batch = under_way[key]
        if step == "append":
            log.append(_events(60), [DeadLetter("failures", "invalid", b"{}")], [FAILURES, OTHER])
        elif step == "take" and not batch:
            under_way[key] = log.read(key, 50, 10**6)
        elif step == "deliver" and batch:
            log.settle(key, batch[-1].position, len(batch))
            under_way[key] = []
        elif step == "bury" and batch:
            letters = [DeadLetter(e.kind, "400", e.body, e.position) for e in batch]
            log.settle(key, batch[-1].position, 0, letters)
            under_way[key] = []
        elif step == "shrink":
            log.shrink(120_000)
        elif step == "drop":
            log.count_dropped(key, {"buffer_full": 2})
        for route, account in log.accounts().items():
            assert account.pending == log.unsettled(route)
            assert all(count > 0 for count in account.dropped.values())
    log.close()


def test_dead_letters_go_before_what_can_still_be_delivered(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES, OTHER])
    log.append(_events(1000), [], [FAILURES, OTHER])
    refused = log.read(FAILURES, 1000, 10**7)
    letters = [DeadLetter("failures", "400: refused", e.body, e.position) for e in refused]
    log.settle(FAILURES, refused[-1].position, 0, letters)
    assert log.shrink(2_000_000) == {}
    assert log.accounts()[FAILURES] == Account(captured=1000, dead=1000), "they stay counted"
    assert 0 < len(log.dead_letters()) < 1000
    assert log.dead_letters()[-1] == (FAILURES, letters[-1]), "the oldest go first"
    assert log.unsettled(OTHER) == 1000
    log.close()


def test_delivered_events_go_before_dead_letters(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])
    log.append(_events(2000), [DeadLetter("failures", "invalid", b"{}")], [FAILURES])
    log.settle(FAILURES, 2000, 2000)
    log.shrink(1_000_000)
    assert len(log.dead_letters()) == 1
    log.close()


def test_reasons_of_dead_letters_are_counted_by_route(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES, OTHER])
    log.append(_events(2), [DeadLetter("failures", "invalid", b"{}")], [FAILURES, OTHER])
    log.settle(OTHER, 2, 0, [DeadLetter("failures", "422", b"{}", 1), DeadLetter("failures", "422", b"{}", 2)])
    assert sorted(log.dead_reasons()) == [(FAILURES, "invalid", 1), (OTHER, "422", 2), (OTHER, "invalid", 1)]
    log.close()


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
