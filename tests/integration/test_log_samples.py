"""Samples in a log: bounded, sent to nobody, and no reason to drop what is still to be sent."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from locust_failure_forwarder.alerts.samples import EndpointSample, Sample, point_of
from locust_failure_forwarder.alerts.stored import dump_sample, load_sample, load_samples
from locust_failure_forwarder.errors import LogCorruptError
from locust_failure_forwarder.pipeline import log_samples
from locust_failure_forwarder.pipeline.baseline import known_failures
from locust_failure_forwarder.pipeline.log import KeptSample, Log, NewEvent
from locust_failure_forwarder.pipeline.log_schema import open_for_reading
from support.log_version_2 import write_version_2
from support.logs import FAILURES, sample_events
from support.samples import event

ORIGIN = event("failures").origin


def _kept(number: int, body: bytes = b"x" * 1000) -> KeptSample:
    return KeptSample(ORIGIN, float(number), number % 60 == 1, body, b"state %d" % number)


def _sample(at: float, requests: int, failures: int, times: dict[int, int]) -> Sample:
    endpoints = (EndpointSample("GET", "/a", requests, failures, times), EndpointSample("GET", "/b", 5, 0, {3: 5}))
    return Sample(at, requests + 5, failures, 7, endpoints, times)


def test_a_sample_comes_back_as_it_was_whole_or_as_a_difference() -> None:
    first, second = _sample(1.0, 10, 1, {20: 9, 300: 1}), _sample(2.0, 30, 1, {20: 28, 300: 1, 40: 1})
    whole, difference = dump_sample(first, None), dump_sample(second, point_of(first))
    assert load_sample(whole, None) == first
    assert list(load_samples([(False, b"lost its base"), (True, whole), (False, difference)])) == [first, second]
    assert len(difference) < len(whole)
    with pytest.raises(ValueError, match="no sample"):
        load_sample(b"something else", None)


def test_the_last_seconds_begin_with_a_whole_sample(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])
    log.append([], [], [FAILURES], kept=[_kept(number) for number in range(1, 200)])
    ((origin, run, count),) = log_samples.runs(log.connection)
    assert (run, count) == (ORIGIN.run, 199)
    assert log_samples.state(log.connection, ORIGIN) == (origin, b"state 199")
    last = list(log_samples.samples(log.connection, origin, 30.0))
    assert (len(last), last[0][0]) == (79, True)
    log.close()


def test_p1_samples_give_way_and_nothing_pending_is_dropped_for_them(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])
    events = sample_events(50)
    log.append([NewEvent(e.kind, e.id, e.origin, e.body) for e in events], [], [FAILURES])
    log.append([], [], [FAILURES], kept=[_kept(number) for number in range(1, 3001)])
    assert log.shrink(1_000_000, 1_000_000) == {}
    (left,) = log.connection.execute("SELECT count(*) FROM samples").fetchone()
    assert 50 < left <= 125, "an eighth of the bound"
    log.relieve()
    assert log.connection.execute("SELECT count(*) FROM samples").fetchone() == (left,), "the last ones stay"
    assert log.unsettled(FAILURES) == 50
    log.close()


def test_a_log_of_format_2_is_read_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    write_version_2(path, sample_events(3))
    with closing(open_for_reading(path)) as db:
        assert not log_samples.has_samples(db)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("CREATE TABLE t (a)")
    assert len(known_failures(path)) == 1
    log = Log.open(path)
    assert log.unsettled(FAILURES) == 3
    log.append([], [], [FAILURES], kept=[_kept(1)])
    assert log_samples.runs(log.connection)
    assert log.connection.execute("PRAGMA user_version").fetchone() == (3,)
    log.close()


def test_a_file_that_is_no_log_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(LogCorruptError):
        open_for_reading(tmp_path / "a.db")
