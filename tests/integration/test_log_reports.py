"""What a log knows beside its events: times, the state of its routes, and what it takes over from a lost one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import EVERYTHING, LAST, Log, NewEvent, Span
from locust_failure_forwarder.pipeline.log_reports import carry_over, read_health, span_between, write_health
from locust_failure_forwarder.uuid7 import uuid7 as made_at
from support.logs import ALERTS, FAILURES, take
from support.samples import NOW, uuid7

ORIGIN = Origin(b"{}", b"{}")


def _at(number: int, seconds: float, kind: Kind = "failures") -> NewEvent:
    return NewEvent(kind, uuid7(number, at=NOW + timedelta(seconds=seconds)), ORIGIN, b"{}")


def _epoch(seconds: float) -> float:
    return (NOW + timedelta(seconds=seconds)).timestamp()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", [FAILURES, ALERTS])
    yield created
    created.close()


def _between(log: Log, since: float | None, until: float | None, kind: Kind = "failures") -> Span:
    return span_between(log, kind, None if since is None else _epoch(since), None if until is None else _epoch(until))


def test_a_span_has_what_was_captured_from_its_begin_to_before_its_end(log: Log) -> None:
    log.append([_at(n, seconds) for n, seconds in enumerate([0, 10, 10, 20.5, 30])], [], [FAILURES])
    assert _between(log, None, None) == EVERYTHING
    assert _between(log, 10, None) == Span(2, LAST)
    assert _between(log, None, 20.5) == Span(1, 3)
    assert _between(log, 10, 30) == Span(2, 4)
    assert _between(log, 10.001, 20.501) == Span(4, 4)


def test_a_span_looks_at_one_kind(log: Log) -> None:
    log.append([_at(1, 0, "alerts"), _at(2, 0), _at(3, 50, "alerts"), _at(4, 60)], [], [FAILURES, ALERTS])
    assert _between(log, 20, 70) == Span(4, 4)
    assert _between(log, 20, 70, "alerts") == Span(3, 3)


@pytest.mark.parametrize(("since", "until"), [(31, None), (None, -1), (11, 19), (-9, 0), (20, 5), (10, 10)])
def test_a_span_without_captures_is_empty_and_takes_nothing(log: Log, since: float | None, until: float | None) -> None:
    log.append([_at(n, seconds) for n, seconds in enumerate([0, 10, 20, 30])], [], [FAILURES])
    span = _between(log, since, until)
    assert log.unsettled(FAILURES, span) == 0
    assert log.take(FAILURES, 100, LAST, (), span) is None
    assert len(take(log, FAILURES).events) == 4


def test_times_before_1970_and_after_10889_are_no_error(log: Log) -> None:
    log.append([_at(1, 0)], [], [FAILURES])
    assert span_between(log, "failures", -1.0, 1e15) == Span(1, 1)


@pytest.mark.parametrize("milliseconds", [1, 999, 1_777_886_260_001, 1_777_886_260_003, 1_777_886_260_999])
def test_the_time_of_a_capture_finds_that_capture(log: Log, milliseconds: int) -> None:
    """The plugin makes the id from a float of seconds, which may be a little less than the time it stands for."""
    seconds = milliseconds / 1000
    event_id = UUID(bytes=made_at(seconds, lambda count: b"\0" * count))
    log.append([NewEvent("failures", event_id, ORIGIN, b"{}")], [], [FAILURES])
    assert span_between(log, "failures", seconds, seconds + 0.002) == Span(1, 1)
    assert log.unsettled(FAILURES, span_between(log, "failures", None, seconds)) == 0


def test_the_state_of_the_routes_is_found_as_it_was_last_written(log: Log) -> None:
    assert read_health(log) == {}
    write_health(log, {FAILURES: {"note": "HTTP 503", "under_way": 2}, ALERTS: {"note": None}}, 17.5)
    write_health(log, {FAILURES: {"note": None, "needs_repair": False}}, 18.5)
    expected = {FAILURES: {"at": 18.5, "note": None, "needs_repair": False}, ALERTS: {"at": 17.5, "note": None}}
    assert read_health(log) == expected
    other = Log.open(log.path)
    assert read_health(other) == expected
    other.close()


def test_p1_the_accounts_of_a_lost_log_are_carried_over_and_what_was_pending_is_counted_once(log: Log) -> None:
    accounts = {
        FAILURES: Account(captured=100, delivered=60, dead=5, dropped={"buffer_full": 3, "log_unusable": 2}),
        ALERTS: Account(captured=4, delivered=4),
        RouteKey("removed", "failures"): Account(captured=9, delivered=1),
    }
    carry_over(log, accounts, "log_unusable")
    assert log.accounts() == {
        FAILURES: Account(100, 60, 5, {"buffer_full": 3, "log_unusable": 32}),
        ALERTS: Account(captured=4, delivered=4),
    }
    log.append([_at(1, 0)], [], [FAILURES, ALERTS])
    assert log.accounts()[FAILURES].pending == log.unsettled(FAILURES) == 1
