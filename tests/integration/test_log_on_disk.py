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
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.housekeeping import remove_old
from locust_failure_forwarder.pipeline.log import DeadLetter, Log, NewEvent

FAILURES = RouteKey("monitoring", "failures")
ALERTS = RouteKey("monitoring", "alerts")
SLACK = RouteKey("slack", "alerts")
FIRST = Origin(b'{"id":"first"}', b'{"pid":1}')
SECOND = Origin(b'{"id":"second"}', b'{"pid":1}')


def _event(number: int, kind: Kind = "failures", origin: Origin = FIRST, size: int = 20) -> NewEvent:
    return NewEvent(kind, UUID(int=number), origin, b"x" * size)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", [FAILURES, ALERTS, SLACK])
    yield created
    created.close()


def test_the_file_can_be_read_by_its_owner_alone(log: Log) -> None:
    log.append([_event(1)], [], [FAILURES])
    for path in log.path.parent.glob("a.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_p1_every_event_is_captured_for_each_route_of_its_kind(log: Log) -> None:
    log.append([_event(1), _event(2, "alerts")], [], log.cursors())
    assert log.accounts() == {FAILURES: Account(captured=1), ALERTS: Account(captured=1), SLACK: Account(captured=1)}


def test_a_cursor_moves_one_route_and_no_other(log: Log) -> None:
    log.append([_event(1, "alerts"), _event(2, "alerts")], [], log.cursors())
    log.settle(SLACK, 1, 1)
    assert [e.position for e in log.read(SLACK, 10, 10_000)] == [2]
    assert [e.position for e in log.read(ALERTS, 10, 10_000)] == [1, 2]
    assert log.accounts()[SLACK] == Account(captured=2, delivered=1)


def test_a_batch_holds_events_of_one_origin_within_both_bounds(log: Log) -> None:
    events = [_event(1), _event(2), _event(3, size=5000), _event(4, origin=SECOND)]
    log.append(events, [], log.cursors())
    assert [e.position for e in log.read(FAILURES, 10, 100_000)] == [1, 2, 3]
    assert [e.position for e in log.read(FAILURES, 1, 100_000)] == [1]
    assert [e.position for e in log.read(FAILURES, 10, 100)] == [1, 2]
    log.settle(FAILURES, 2, 2)
    assert [e.position for e in log.read(FAILURES, 10, 100)] == [3], "one at least, however large"
    log.settle(FAILURES, 3, 1)
    (last,) = log.read(FAILURES, 10, 100_000)
    assert (last.id, last.origin) == (UUID(int=4), SECOND)


def test_p1_a_stillborn_record_is_captured_and_dead_at_once(log: Log) -> None:
    log.append([], [DeadLetter("failures", "invalid record: name", b"{}")], log.cursors())
    assert log.accounts()[FAILURES] == Account(captured=1, dead=1)
    assert [(key, letter.reason) for key, letter in log.dead_letters()] == [(FAILURES, "invalid record: name")]


def test_p1_drops_are_captured_and_counted_by_reason(log: Log) -> None:
    log.count_dropped(FAILURES, {"buffer_full": 3})
    log.count_dropped(FAILURES, {"buffer_full": 2, "capture_error": 1})
    account = log.accounts()[FAILURES]
    assert (account.captured, account.pending) == (6, 0)
    assert account.dropped == {"buffer_full": 5, "capture_error": 1}


def test_what_is_refused_for_good_lies_in_the_dead_letters_with_its_reason(log: Log) -> None:
    log.append([_event(1), _event(2)], [], log.cursors())
    letters = [DeadLetter("failures", "400: refused", b"x" * 20, 1)]
    log.settle(FAILURES, 1, 0, letters)
    assert log.dead_letters() == [(FAILURES, letters[0])]
    assert log.accounts()[FAILURES] == Account(captured=2, dead=1)
    assert log.unsettled(FAILURES) == 1


def test_a_failed_transaction_leaves_nothing_behind(log: Log) -> None:
    broken = NewEvent("failures", UUID(int=2), SECOND, None)  # pyright: ignore[reportArgumentType] - the fault
    with pytest.raises(sqlite3.IntegrityError):
        log.append([_event(1), broken], [], log.cursors())
    assert log.accounts()[FAILURES] == Account()
    log.append([_event(1, origin=SECOND)], [], log.cursors())
    assert [e.origin for e in log.read(FAILURES, 10, 10_000)] == [SECOND]


def test_a_reopened_log_goes_on_where_it_stopped(log: Log) -> None:
    log.append([_event(n) for n in range(1, 4)], [], log.cursors())
    log.settle(FAILURES, 1, 1)
    log.close()
    again = Log.open(log.path)
    assert [e.position for e in again.read(FAILURES, 10, 10_000)] == [2, 3]
    assert again.accounts()[FAILURES] == Account(captured=3, delivered=1)
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
    assert len(log.read(FAILURES, 1000, 10**6)) == 100
    log.close()


def test_a_full_log_gives_up_delivered_events_first(log: Log) -> None:
    log.append([_event(n, size=1000) for n in range(2000)], [], log.cursors())
    log.settle(FAILURES, 1500, 1500)
    assert log.shrink(800_000) == {}
    assert log.unsettled(FAILURES) == 500
    assert log.accounts()[FAILURES].pending == 500


def test_p1_a_full_log_then_drops_the_oldest_pending_and_counts_them(log: Log) -> None:
    log.append([_event(n, size=1000) for n in range(3000)], [], log.cursors())
    lost = log.shrink(1_000_000)
    account = log.accounts()[FAILURES]
    assert lost[FAILURES] == account.dropped["log_full"] > 0
    assert account.pending == log.unsettled(FAILURES) == 3000 - lost[FAILURES]
    assert log.read(FAILURES, 1, 10_000)[0].position == lost[FAILURES] + 1


def test_opening_what_is_no_log_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, but long enough to be read as one " * 20)
    with pytest.raises(LogError, match="no log of this program"):
        Log.open(tmp_path / "text.db")
    with pytest.raises(LogError, match="cannot open"):
        Log.open(tmp_path / "nothing.db")
    sqlite3.connect(tmp_path / "later.db").executescript("PRAGMA user_version=99; CREATE TABLE t (a);").close()
    with pytest.raises(LogError, match="format 99"):
        Log.open(tmp_path / "later.db")


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
