"""Logs that another release wrote. An older one is brought up to date; a newer one is left alone, and said so."""

import asyncio
import sqlite3
import time
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.errors import LogCorruptError, LogError
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.housekeeping import left_behind, open_sound
from locust_failure_forwarder.pipeline.log import DeadLetter, Log, NewEvent
from locust_failure_forwarder.pipeline.log_schema import SCHEMA_VERSION
from locust_failure_forwarder.pipeline.replay import Listener, replay_log
from locust_failure_forwarder.pipeline.selection import Selection
from support.forwarder_process import KEY, config
from support.log_version_1 import write_version_1
from support.logs import FAILURES, letters, positions, sample_events, take, write_log

OTHER = RouteKey("other", "failures")
NAME = "20260504T093100Z-loadgen-1-4711.db"


def _newer(path: Path) -> dict[str, bytes]:
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA user_version=99; CREATE TABLE t (a);")
    db.close()
    return _files(path)


def _files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.glob("*") if not file.name.endswith(".lock")}


def test_p1_an_older_log_keeps_its_accounts_what_is_pending_and_its_dead_letters(tmp_path: Path) -> None:
    events = sample_events(6)
    write_version_1(tmp_path / NAME, events)
    log = Log.open(tmp_path / NAME)
    assert log.accounts() == {
        FAILURES: Account(captured=12, delivered=1, dead=2, dropped={"buffer_full": 5}),
        OTHER: Account(captured=7, dead=1),
    }
    assert [log.unsettled(key) for key in (FAILURES, OTHER)] == [4, 6]
    assert log.received == 0
    assert letters(log) == [
        (FAILURES, DeadLetter("failures", "invalid record: name", b"{}")),
        (OTHER, DeadLetter("failures", "invalid record: name", b"{}")),
        (FAILURES, DeadLetter("failures", "422: refused", events[1].body)),
    ]
    flight = take(log, FAILURES)
    assert list(flight.events) == events[2:]
    log.settle(flight, 3, [DeadLetter("failures", "422", events[5].body, events[5], 422, "no")])
    assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending == 0
    log.close()
    again = Log.open(tmp_path / NAME)  # and is of this version now
    assert letters(again)[-1] == (FAILURES, DeadLetter("failures", "422", events[5].body, events[5], 422, "no"))
    assert again.connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    again.close()


def test_an_older_log_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    write_version_1(tmp_path / NAME, sample_events(2))
    old, new = Log.open(tmp_path / NAME), Log.create(tmp_path / "new.db", [FAILURES])

    def columns(log: Log) -> dict[str, set[str]]:
        tables = [name for (name,) in log.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        pragma = "SELECT name FROM pragma_table_info(?)"
        return {table: {name for (name,) in log.connection.execute(pragma, (table,))} for table in tables}

    assert columns(old) == columns(new)
    old.close()
    new.close()


def test_no_position_of_an_older_log_is_used_twice(tmp_path: Path) -> None:
    write_version_1(tmp_path / NAME, sample_events(6))
    log = Log.open(tmp_path / NAME)
    log.shrink(0, 0)
    event = sample_events(1, first=7)[0]
    log.append([NewEvent(event.kind, event.id, event.origin, event.body)], [], [FAILURES, OTHER])
    assert positions(take(log, FAILURES)) == [7]
    assert log.accounts()[FAILURES] == Account(13, 1, 2, {"buffer_full": 5, "log_full": 4})
    log.close()


def test_p2_an_older_log_is_delivered_by_replay(tmp_path: Path, monitoring: MonitoringApi) -> None:
    events = sample_events(6)
    write_version_1(tmp_path / NAME, events)
    settings = load_settings(config(tmp_path, monitoring.batch_url), {"MONITORING_API_KEY": KEY})
    listener = Listener(pytest.fail, lambda _: None)
    replayed = asyncio.run(replay_log(tmp_path / NAME, settings, Selection(), None, time.monotonic() + 20, listener))
    assert replayed is not None
    assert replayed.accounts[FAILURES] == Account(captured=12, delivered=5, dead=2, dropped={"buffer_full": 5})
    assert sorted(monitoring.failures) == [event.id for event in events[2:]]
    assert replayed.unknown == {OTHER: 6}


def test_a_newer_log_is_left_alone_and_said_so(tmp_path: Path) -> None:
    before = _newer(tmp_path / NAME)
    for use in (Log.open, open_sound):
        with pytest.raises(
            LogError, match=f"has format 99; this program reads formats up to {SCHEMA_VERSION}"
        ) as caught:
            use(tmp_path / NAME)
        assert not isinstance(caught.value, LogCorruptError), "nothing is wrong with it"
    assert list(left_behind(tmp_path, {FAILURES})) == []
    after = _files(tmp_path / NAME)
    assert {name: data for name, data in after.items() if data and not name.endswith("-shm")} == before


def test_opening_what_is_no_log_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, but long enough to be read as one " * 20)
    with pytest.raises(LogError, match="no log of this program"):
        Log.open(tmp_path / "text.db")
    with pytest.raises(LogError, match="cannot open"):
        Log.open(tmp_path / "nothing.db")
    assert not (tmp_path / "nothing.db").exists()


def test_a_database_of_another_program_is_not_changed_by_looking_at_it(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / NAME)
    db.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    db.close()
    before = (tmp_path / NAME).read_bytes()
    for use in (Log.open, open_sound):
        with pytest.raises(LogCorruptError, match="no log of this program"):
            use(tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == before


def test_a_name_with_odd_characters_is_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "50%25 of? #1 logs"
    path = write_log(folder, sample_events(1))
    log = open_sound(path)
    assert [event.id for event in take(log, FAILURES).events] == [UUID(bytes=sample_events(1)[0].id.bytes)]
    log.close()
    assert sorted(file.name for file in folder.iterdir()) == [NAME]
