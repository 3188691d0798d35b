"""`failure-forwarder status` on what holds each route up, since when, and what to do about it."""

import json
import os
import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.pipeline.log_files import OWNER_SUFFIX, claim
from locust_failure_forwarder.plugin.owner import hold
from support.cli import cli, config
from support.cli_logs import bury, leave_state, with_other_times
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log
from support.samples import NOW

REFUSED = "401: the destination refuses our credentials"
HINT = (
    "pending records are sent by the next test that uses this folder, or by `failure-forwarder replay --config CONFIG`"
)


def _lines(directory: Path, *, used: Path | None = None) -> list[str]:
    lock = None if used is None else claim(used)
    try:
        return cli("status", directory).stdout.splitlines()
    finally:
        if lock is not None:
            lock.release()


def _of(lines: list[str], start: str) -> list[str]:
    return [line for line in lines if line.startswith(start)]


def _local(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"


def test_a_route_of_a_running_test_that_needs_a_person(tmp_path: Path) -> None:
    captured = time.time() - 3 * 86400
    path = write_log(tmp_path, with_other_times(sample_events(2), captured, captured + 9))
    leave_state(path, FAILURES, 1.0, note=REFUSED, breaker="open", needs_repair=True, next_try_s=30.0, concurrency=2)
    (line,) = _of(_lines(tmp_path, used=path), "monitoring/failures: ")
    assert line == (
        f"monitoring/failures: not delivered since {_local(captured)}: {REFUSED}; "
        "mend that, then it goes on by itself: it is tried again soon "
        f"(2 pending, at most 2 batches at a time, as of {_local(1.0)})"
    )


def test_the_time_of_the_next_try_is_told_while_it_lies_ahead(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1))
    at = time.time()
    leave_state(path, FAILURES, at, note="connection refused", breaker="open", next_try_s=86400.0 * 3)
    (line,) = _of(_lines(tmp_path, used=path), "monitoring/failures: ")
    assert f": connection refused; it is tried again at {_local(at + 86400 * 3)} (1 pending" in line


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"note": "503: busy", "breaker": "probing"}, "503: busy; it is being tried again now ("),
        ({"note": "503: busy"}, "503: busy; it is tried again soon ("),
        ({}, "monitoring/failures: delivering (1 pending, at most 4 batches at a time, as of "),
        ({"concurrency": 1}, "at most 1 batch at a time"),
    ],
)
def test_other_states_of_a_running_test(tmp_path: Path, state: dict[str, Any], told: str) -> None:
    path = write_log(tmp_path, sample_events(1))
    leave_state(path, FAILURES, time.time(), **state)
    (line,) = _of(_lines(tmp_path, used=path), "monitoring/failures: ")
    assert told in line


def test_a_running_test_with_nothing_to_send(tmp_path: Path) -> None:
    path = write_log(tmp_path, [])
    assert "monitoring/failures: nothing is waiting" in _lines(tmp_path, used=path)


def test_what_a_test_left_pending_is_told_with_the_cause_and_the_way_out(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(2, 1), routes=[FAILURES, ALERTS, SLACK])
    leave_state(path, FAILURES, 1.0, note=REFUSED, breaker="open", needs_repair=True)
    lines = _lines(tmp_path)
    since = _local(NOW.timestamp())
    assert f"monitoring/failures: 2 pending since {since}: {REFUSED}; mend that first (as of {_local(1.0)})" in lines
    assert f"slack/alerts: 1 pending since {since}: the test ended before they were delivered" in lines
    assert lines.count(HINT) == 1


def test_logs_of_one_cause_are_told_in_one_line(tmp_path: Path) -> None:
    for number, note in enumerate((REFUSED, REFUSED, "connection refused")):
        path = write_log(tmp_path, sample_events(1, first=10 * number + 1), name=f"log-{number}")
        leave_state(path, FAILURES, 1.0, note=note, needs_repair=note == REFUSED)
    told = _of(_lines(tmp_path), "monitoring/failures: ")
    assert len(told) == 2
    assert sum(line.startswith("monitoring/failures: 2 pending") and REFUSED in line for line in told) == 1


def test_nothing_is_told_of_what_is_settled_and_over(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1), delivered=1)
    leave_state(path, FAILURES, 1.0, note="connection refused", breaker="open")
    assert not _of(_lines(tmp_path), "monitoring/failures: ")
    assert HINT not in _lines(tmp_path)


def test_a_log_counts_as_in_use_while_its_locust_lives(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1))
    held = hold(str(path))
    assert held is not None
    lines = _lines(tmp_path)
    assert any(line.startswith(f"in use: {path.name} ") for line in lines)
    assert json.loads(cli("status", tmp_path, "--json").stdout)["logs"][0]["in_use"] is True
    os.close(held)
    assert Path(f"{path}{OWNER_SUFFIX}").exists()
    assert not _of(_lines(tmp_path), "in use")


def test_replay_leaves_a_log_alone_whose_locust_lives(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(1))
    held = hold(str(path))
    assert held is not None
    result = cli("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    os.close(held)
    assert result.exit_code == 1
    assert f"{path.name} is in use: a test is running" in result.stderr
    assert monitoring.requests == ()


def test_states_as_json(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1))
    leave_state(path, FAILURES, 1.5, note=REFUSED, breaker="open", needs_repair=True, next_try_s=7.0, concurrency=1)
    (log,) = json.loads(cli("status", tmp_path, "--json").stdout)["logs"]
    (route,) = log["routes"]
    assert route["note"] == REFUSED
    assert route["waits_since"] == "2026-05-04T09:31:00.000Z"
    assert route["state"] == {
        "at": "1970-01-01T00:00:01.500Z",
        "note": REFUSED,
        "breaker": "open",
        "needs_repair": True,
        "next_try_s": 7.0,
        "concurrency": 1,
        "under_way": 0,
    }


def test_replay_leaves_word_of_what_held_it_up(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(1))
    leave_state(path, FAILURES, 1.0, note="connection refused", breaker="open")
    configuration = config(tmp_path, monitoring.batch_url)
    assert cli("replay", path.parent, "-c", configuration, key="not-a-real-key").exit_code == 1
    (line,) = _of(_lines(path.parent), "monitoring/failures: ")
    assert REFUSED in line
    assert cli("replay", path.parent, "-c", configuration).exit_code == 0
    assert cli("status", path.parent).exit_code == 0


def test_damaged_logs_that_were_set_aside_are_shown(tmp_path: Path) -> None:
    write_log(tmp_path, sample_events(1), delivered=1)
    for suffix in ("", "-wal", "-1"):
        (tmp_path / f"old.db.damaged{suffix}").write_bytes(b"damaged")
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    told = _of(result.stdout.splitlines(), "set aside as damaged: ")
    assert [line.split(";")[0].split(": ")[1] for line in told] == ["old.db.damaged", "old.db.damaged-1"]
    assert ".recover" in told[0]
    paths = json.loads(cli("status", tmp_path, "--json").stdout)["damaged"]
    assert paths == [str(tmp_path / "old.db.damaged"), str(tmp_path / "old.db.damaged-1")]


def test_p1_more_dead_letters_than_were_counted_are_a_mismatch(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(2))
    bury(path, FAILURES, 2)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE routes SET dead = 1, delivered = 1")
    db.close()
    assert "the accounts say 1 dead, the log holds 2" in cli("status", tmp_path).stdout


def test_p1_a_log_in_use_is_held_against_its_events_too(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(2))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE routes SET delivered = 1")
    db.close()
    assert _of(_lines(tmp_path, used=path), f"MISMATCH in {path.name}")
