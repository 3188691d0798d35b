"""Flights: what is taken together is settled together or comes again together, over a real SQLite file. P2."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.events import Event, Origin
from locust_failure_forwarder.pipeline.log import LAST, Log, NewEvent, Span
from support.logs import FAILURES, SLACK, positions, take

FIRST = Origin(b'{"id":"first"}', b'{"pid":1}')
SECOND = Origin(b'{"id":"second"}', b'{"pid":1}')


def _event(number: int, origin: Origin = FIRST, size: int = 20) -> NewEvent:
    return NewEvent("failures", UUID(int=number), origin, b"x" * size)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", [FAILURES, SLACK])
    created.append([_event(number) for number in range(1, 10)], [], [FAILURES])
    yield created
    created.close()


def _after_a_crash(log: Log) -> Log:
    """What the next process sees; the one before it never says that it is gone."""
    return Log.open(log.path)


def test_a_flight_holds_events_of_one_origin_within_both_bounds(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "b.db", [FAILURES])
    log.append([_event(1), _event(2), _event(3, size=5000), _event(4, SECOND)], [], [FAILURES])
    first = take(log, FAILURES, 1)
    assert positions(first) == [1]
    second = take(log, FAILURES, 10, first, max_bytes=100)
    assert positions(second) == [2], "the next one is too large to come along"
    third = take(log, FAILURES, 10, first, second, max_bytes=100)
    assert positions(third) == [3], "one at least, however large"
    fourth = take(log, FAILURES, 10, first, second, third)
    assert [(event.id, event.origin) for event in fourth.events] == [(UUID(int=4), SECOND)]
    assert log.take(FAILURES, 10, 100, {flight.id for flight in (first, second, third, fourth)}) is None
    assert log.unsettled(FAILURES) == 4, "under way is not settled"
    log.close()


def test_flights_of_one_route_are_settled_in_any_order(log: Log) -> None:
    first = take(log, FAILURES, 3)
    second = take(log, FAILURES, 3, first)
    third = take(log, FAILURES, 3, first, second)
    assert [positions(flight) for flight in (first, second, third)] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    for flight, left in ((second, 6), (third, 3), (first, 0)):
        log.settle(flight, 3)
        assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending == left


def test_p2_flights_that_a_crash_interrupted_come_again_as_they_were(log: Log) -> None:
    first = take(log, FAILURES, 2)
    second = take(log, FAILURES, 3, first)
    third = take(log, FAILURES, 1, first, second)
    log.settle(second, 3)
    again = _after_a_crash(log)
    assert take(again, FAILURES) == first
    assert take(again, FAILURES, 100, first) == third
    assert positions(take(again, FAILURES, 100, first, third)) == [7, 8, 9]
    again.close()


def test_p2_smaller_bounds_after_a_crash_leave_the_rest_of_a_flight_for_the_next(log: Log) -> None:
    interrupted = take(log, FAILURES, 5)
    again = _after_a_crash(log)
    first = take(again, FAILURES, 2)
    second = take(again, FAILURES, 100, first)
    assert (first.id, positions(first), positions(second)) == (interrupted.id, [1, 2], [3, 4, 5])
    again.settle(first, 2)
    again.settle(second, 3)
    assert again.unsettled(FAILURES) == again.accounts()[FAILURES].pending == 4
    again.close()


def test_a_span_leaves_what_lies_outside_it_for_later(log: Log) -> None:
    middle = take(log, FAILURES, span=Span(4, 6))
    assert positions(middle) == [4, 5, 6]
    assert log.take(FAILURES, 10, LAST, {middle.id}, Span(4, 6)) is None
    assert (log.unsettled(FAILURES), log.unsettled(FAILURES, Span(3, 7))) == (9, 5)
    log.settle(middle, 3)
    first = take(log, FAILURES)
    assert positions(first) == [1, 2, 3]
    assert positions(take(log, FAILURES, 100, first)) == [7, 8, 9]


def test_a_span_cuts_a_flight_that_a_crash_interrupted_and_keeps_both_ends(log: Log) -> None:
    take(log, FAILURES)
    again = _after_a_crash(log)
    middle = take(again, FAILURES, span=Span(4, 6))
    assert positions(middle) == [4, 5, 6]
    before = take(again, FAILURES, 100, middle)
    after = take(again, FAILURES, 100, middle, before)
    assert (positions(before), positions(after)) == ([1, 2, 3], [7, 8, 9])
    for flight in (after, middle, before):
        again.settle(flight, 3)
    assert again.unsettled(FAILURES) == again.accounts()[FAILURES].pending == 0
    again.close()


def test_p2_a_span_between_the_events_of_an_interrupted_flight_leaves_it_whole(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "b.db", [FAILURES])
    log.append([_event(1)], [], [FAILURES])
    log.append([NewEvent("alerts", UUID(int=n), FIRST, b"") for n in (2, 3)], [], [FAILURES])
    log.append([_event(4)], [], [FAILURES])
    interrupted = take(log, FAILURES)
    assert log.take(FAILURES, 10, LAST, (), Span(2, 3)) is None
    assert take(log, FAILURES) == interrupted
    log.close()


@pytest.mark.parametrize("span", [Span(LAST), Span(10, 20), Span(6, 5), Span(8, 2), Span(1, 0)])
@pytest.mark.parametrize("interrupted", [0, 9])
def test_an_empty_span_takes_nothing_and_changes_nothing(log: Log, span: Span, interrupted: int) -> None:
    if interrupted:
        take(log, FAILURES, interrupted)
    again = _after_a_crash(log)
    assert again.take(FAILURES, 10, LAST, (), span) is None
    assert again.unsettled(FAILURES) == 9
    again.append([_event(10)], [], [FAILURES])
    assert [event.position for event in _drain(again)] == list(range(1, 11))
    again.close()


def _drain(log: Log) -> Iterator[Event]:
    while (flight := log.take(FAILURES, 4, LAST)) is not None:
        yield from flight.events
        log.settle(flight, len(flight.events))


def test_the_id_of_a_flight_that_a_full_log_gave_up_is_never_used_again(log: Log) -> None:
    """Or else the late answer to the first would settle the second."""
    given_up = take(log, FAILURES)
    log.shrink(0, 0)
    log.append([_event(number) for number in range(10, 15)], [], [FAILURES])
    other = take(log, FAILURES, 100, given_up)
    assert other.id != given_up.id
    assert log.settle(given_up, 9) == 9
    assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending == 5
    again = _after_a_crash(log)
    assert take(again, FAILURES) == other
    again.close()
