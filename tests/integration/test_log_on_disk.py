"""The log over a real SQLite file. P1 (accounts), P2 (what is committed survives), and its files."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.errors import LogError
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline import log_files
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.housekeeping import remove_old
from locust_failure_forwarder.pipeline.log import DeadLetter, Log, NewEvent
from support.logs import ALERTS, FAILURES, SLACK, letters, positions, take

ROUTES = (FAILURES, ALERTS, SLACK)
FIRST = Origin(b'{"id":"first"}', b'{"pid":1}')
SECOND = Origin(b'{"id":"second"}', b'{"pid":1}')


def _event(number: int, kind: Kind = "failures", origin: Origin = FIRST, size: int = 20) -> NewEvent:
    return NewEvent(kind, UUID(int=number), origin, b"x" * size)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", ROUTES)
    yield created
    created.close()


def test_the_file_can_be_read_by_its_owner_alone(log: Log) -> None:
    log.append([_event(1)], [], [FAILURES])
    for path in log.path.parent.glob("a.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_p1_every_event_is_captured_for_each_route_of_its_kind(log: Log) -> None:
    log.append([_event(1), _event(2, "alerts")], [], ROUTES)
    assert log.accounts() == {FAILURES: Account(captured=1), ALERTS: Account(captured=1), SLACK: Account(captured=1)}


def test_what_one_route_settles_stays_pending_for_the_others(log: Log) -> None:
    log.append([_event(1, "alerts"), _event(2, "alerts")], [], ROUTES)
    log.settle(take(log, SLACK, 1), 1)
    assert positions(take(log, SLACK)) == [2]
    assert positions(take(log, ALERTS)) == [1, 2]
    assert log.accounts()[SLACK] == Account(captured=2, delivered=1)


def test_p1_a_stillborn_record_is_captured_and_dead_at_once(log: Log) -> None:
    log.append([], [DeadLetter("failures", "invalid record: name", b"{}")], ROUTES)
    assert log.accounts()[FAILURES] == Account(captured=1, dead=1)
    assert letters(log) == [(FAILURES, DeadLetter("failures", "invalid record: name", b"{}"))]


def test_p1_drops_are_captured_and_counted_by_reason_with_the_frame_they_came_in(log: Log) -> None:
    log.append([], [], ROUTES, dropped={"buffer_full": 3}, received=7)
    log.append([_event(1)], [], ROUTES, dropped={"buffer_full": 2, "capture_error": 1}, received=9)
    log.append([_event(2)], [], ROUTES)
    account = log.accounts()[FAILURES]
    assert (account.captured, account.pending) == (8, 2)
    assert account.dropped == {"buffer_full": 5, "capture_error": 1}
    assert log.accounts()[ALERTS] == Account(), "what the plugin drops are failures"
    assert log.received == 9


def test_what_is_refused_for_good_lies_in_the_dead_letters_as_it_was_with_the_answer(log: Log) -> None:
    log.append([_event(1), _event(2)], [], ROUTES)
    flight = take(log, FAILURES, 1)
    letter = DeadLetter("failures", "400: refused", b"x" * 20, flight.events[0], 400, "no such field")
    log.settle(flight, 0, [letter])
    assert letters(log) == [(FAILURES, letter)]
    assert log.accounts()[FAILURES] == Account(captured=2, dead=1)
    assert log.unsettled(FAILURES) == 1


def test_a_failed_transaction_leaves_nothing_behind(log: Log) -> None:
    broken = NewEvent("failures", UUID(int=2), SECOND, None)  # pyright: ignore[reportArgumentType] - the fault
    with pytest.raises(sqlite3.IntegrityError):
        log.append([_event(1), broken], [], ROUTES, received=5)
    assert (log.accounts()[FAILURES], log.received) == (Account(), 0)
    log.append([_event(1, origin=SECOND)], [], ROUTES)
    (event,) = take(log, FAILURES).events
    assert (event.position, event.origin) == (1, SECOND)


def test_a_reopened_log_goes_on_where_it_stopped(log: Log) -> None:
    log.append([_event(n) for n in range(1, 4)], [], ROUTES, received=3)
    log.settle(take(log, FAILURES, 1), 1)
    log.close()
    again = Log.open(log.path)
    assert positions(take(again, FAILURES)) == [2, 3]
    assert again.accounts()[FAILURES] == Account(captured=3, delivered=1)
    assert again.received == 3
    again.close()


def test_p2_what_was_committed_survives_the_kill_of_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    writer = f"""
import os, signal
from pathlib import Path
from uuid import UUID
from locust_failure_forwarder.events import Origin
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.log import Log, NewEvent
key = RouteKey("monitoring", "failures")
log = Log.create(Path({str(path)!r}), [key])
log.append([NewEvent("failures", UUID(int=n), Origin(b"{{}}", b"{{}}"), b"x") for n in range(100)], [], [key])
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", writer]).returncode == -signal.SIGKILL
    log = Log.open(path)
    assert len(take(log, FAILURES, 1000).events) == 100
    log.close()


def test_a_full_log_gives_up_delivered_events_first(log: Log) -> None:
    log.append([_event(n, size=1000) for n in range(2000)], [], ROUTES)
    log.settle(take(log, FAILURES, 1500), 1500)
    assert log.shrink(800_000, 10**9) == {}
    assert log.unsettled(FAILURES) == 500
    assert log.accounts()[FAILURES].pending == 500


def test_p1_a_full_log_then_drops_the_oldest_pending_and_counts_them(log: Log) -> None:
    log.append([_event(n, size=1000) for n in range(3000)], [], ROUTES)
    lost = log.shrink(1_000_000, 10**9)
    account = log.accounts()[FAILURES]
    assert lost[FAILURES] == account.dropped["log_full"] > 0
    assert account.pending == log.unsettled(FAILURES) == 3000 - lost[FAILURES]
    assert positions(take(log, FAILURES, 1)) == [lost[FAILURES] + 1]


def test_a_log_in_use_cannot_be_claimed_and_a_released_one_can(tmp_path: Path) -> None:
    first = log_files.claim_new(tmp_path / "logs", "host/with:odd*name", 7, datetime(2026, 5, 4, tzinfo=UTC))
    assert first.log_path.name == "20260504T000000Z-host-with-odd-name-7.db"
    assert log_files.claim(first.log_path) is None
    first.release()
    again = log_files.claim(first.log_path)
    assert again is not None
    again.release()


def test_the_folder_keeps_itself_out_of_git_and_out_of_sight(tmp_path: Path) -> None:
    claim = log_files.claim_new(tmp_path / "logs", "host", 7, datetime.now(UTC))
    assert (tmp_path / "logs" / ".gitignore").read_text() == "*\n"
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700
    claim.release()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LogError, match="cannot use the log folder"):
        log_files.claim_new(tmp_path / "file" / "logs", "host", 7, datetime.now(UTC))


def test_old_logs_go_only_when_settled_and_not_in_use(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for name in ("settled", "pending", "in-use", "young"):
        log = Log.create(tmp_path / f"{name}.db", [FAILURES])
        if name == "pending":
            log.append([_event(1)], [], [FAILURES])
        log.close()
        age = 0 if name == "young" else 1000
        os.utime(tmp_path / f"{name}.db", (now.timestamp() - age, now.timestamp() - age))
    (tmp_path / "strange.db").write_text("not ours")
    os.utime(tmp_path / "strange.db", (0, 0))
    used = log_files.claim(tmp_path / "in-use.db")
    assert used is not None
    assert remove_old(tmp_path, 500, now) == [tmp_path / "settled.db"]
    used.release()
    assert {p.name for p in tmp_path.glob("*.db")} == {"pending.db", "in-use.db", "young.db", "strange.db"}
