"""P6: what of a batch is still to be sent. P1: each event ends exactly once, whatever the destination says."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.base import Delivered, Itemised, Rejected, Retry, Verdict
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.log import Flight
from locust_failure_forwarder.pipeline.parcel import Parcel, split_budget
from support.memory_store import FAILURES, numbered
from support.samples import NOW, uuid7

REFUSED = Rejected("400: refused", splittable=True, status=400, answer="no")


def _parcel(count: int, is_hopeless: Callable[[float], bool] = lambda _: False) -> Parcel:
    return Parcel(Flight(1, FAILURES, tuple(numbered(count))), is_hopeless)


def _bring(parcel: Parcel, judge: Callable[[Sequence[Event]], Verdict]) -> list[list[int]]:
    """Send until nothing is left; the positions of each request."""
    requests: list[list[int]] = []
    while (batch := parcel.next_batch()) is not None:
        requests.append([event.position for event in batch.events])
        parcel.take_in(judge(batch.events))
    return requests


def _dead(parcel: Parcel) -> list[int]:
    return sorted(letter.event.position for letter in parcel.letters if letter.event is not None)


def _poisoned(poison: set[int]) -> Callable[[Sequence[Event]], Verdict]:
    def judge(events: Sequence[Event]) -> Verdict:
        return REFUSED if any(event.position in poison for event in events) else Delivered()

    return judge


def test_a_batch_that_is_taken_goes_in_one_request() -> None:
    parcel = _parcel(5)
    assert _bring(parcel, lambda _: Delivered()) == [[1, 2, 3, 4, 5]]
    assert (parcel.delivered, parcel.letters) == (5, [])


def test_a_batch_is_for_its_route_and_a_retry_has_the_same_id() -> None:
    parcel = _parcel(3)
    first = parcel.next_batch()
    assert first is not None
    assert (first.kind, first.destination) == (FAILURES.kind, FAILURES.destination)
    assert not parcel.take_in(Retry("503"))
    again = parcel.next_batch()
    assert again is not None
    assert again == first
    assert again.id == first.id


def test_the_halves_are_tried_in_their_order() -> None:
    assert _bring(_parcel(4), _poisoned({3})) == [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]


def test_a_single_culprit_keeps_the_answer_that_refused_it() -> None:
    parcel = _parcel(4)
    _bring(parcel, _poisoned({3}))
    (letter,) = parcel.letters
    assert (letter.reason, letter.status, letter.answer) == ("400: refused", 400, "no")
    assert letter.event is not None
    assert (letter.kind, letter.body) == ("failures", letter.event.body)
    assert parcel.reasons() == {"400: refused": 1}


def test_what_a_destination_refuses_whole_is_not_halved() -> None:
    parcel = _parcel(4)
    assert _bring(parcel, lambda _: Rejected("418")) == [[1, 2, 3, 4]]
    assert _dead(parcel) == [1, 2, 3, 4]


@pytest.mark.parametrize(("records", "requests"), [(1, 10), (2, 10), (3, 12), (500, 26), (10_000, 36)])
def test_p6_the_requests_that_may_be_spent_on_culprits_grow_slowly(records: int, requests: int) -> None:
    assert split_budget(records) == requests


@settings(deadline=None)
@given(st.integers(1, 600), st.data())
def test_p6_any_one_culprit_is_found_within_the_budget(count: int, data: st.DataObject) -> None:
    poison = data.draw(st.integers(1, count))
    parcel = _parcel(count)
    requests = _bring(parcel, _poisoned({poison}))
    assert _dead(parcel) == [poison]
    assert parcel.delivered == count - 1
    assert len(requests) <= 2 * math.ceil(math.log2(max(2, count))) + 1


@settings(deadline=None)
@given(st.integers(1, 600), st.data())
def test_p6_any_number_of_culprits_costs_a_bounded_number_of_requests(count: int, data: st.DataObject) -> None:
    poison = data.draw(st.sets(st.integers(1, count), max_size=count))
    parcel = _parcel(count)
    delivered: list[int] = []
    rejected = 0

    def judge(events: Sequence[Event]) -> Verdict:
        nonlocal rejected
        verdict = _poisoned(poison)(events)
        if isinstance(verdict, Delivered):
            delivered.extend(event.position for event in events)
        else:
            rejected += 1
        return verdict

    requests = _bring(parcel, judge)
    assert len(requests) <= split_budget(count)
    assert sorted(delivered + _dead(parcel)) == list(range(1, count + 1)), "each event ends exactly once"
    assert parcel.delivered == len(delivered)
    assert poison <= set(_dead(parcel))
    if 2 * rejected < split_budget(count):  # then none was buried but alone
        assert set(_dead(parcel)) == poison


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_p1_each_event_ends_exactly_once_whatever_the_destination_says(count: int, data: st.DataObject) -> None:
    ended: dict[int, str] = {}
    retries = 0

    def single(event: Event) -> Delivered | Retry | Rejected:
        verdict = data.draw(st.sampled_from([Delivered(), Retry("429"), Rejected("400: this one")]))
        if not isinstance(verdict, Retry):
            _end(event, verdict)
        return verdict

    def _end(event: Event, verdict: Verdict) -> None:
        assert event.position not in ended, "nothing is sent that has ended"
        ended[event.position] = type(verdict).__name__

    def judge(events: Sequence[Event]) -> Verdict:
        nonlocal retries
        known: list[Verdict] = [Delivered(), Rejected("418"), REFUSED]
        chosen = data.draw(st.sampled_from([*known, Retry("503"), Itemised({})]))
        if retries > 20:
            chosen = Delivered()
        retries += isinstance(chosen, Retry | Itemised)
        if isinstance(chosen, Itemised):
            verdicts: dict[UUID, Delivered | Retry | Rejected] = {}
            for event in events:
                if data.draw(st.booleans()):
                    verdicts[event.id] = single(event)
                else:
                    _end(event, Delivered())
            return Itemised(verdicts)
        if isinstance(chosen, Delivered):
            for event in events:
                _end(event, chosen)
        return chosen

    parcel = _parcel(count)
    _bring(parcel, judge)
    assert parcel.delivered == sum(end == "Delivered" for end in ended.values())
    assert parcel.delivered + len(parcel.letters) == count
    assert len(set(_dead(parcel))) == len(parcel.letters)
    assert not set(_dead(parcel)) & {position for position, end in ended.items() if end == "Delivered"}


def test_p6_one_item_refused_delays_none_of_the_others_and_only_the_late_ones_go_again() -> None:
    parcel = _parcel(4)
    batch = parcel.next_batch()
    assert batch is not None
    one, two, three, _ = batch.events
    verdict = Itemised({one.id: Delivered(), two.id: Rejected("400: mapping", status=400), three.id: Retry("429")})
    assert not parcel.take_in(verdict), "somebody has to wait before the next request"
    assert (parcel.delivered, _dead(parcel)) == (2, [2])
    assert parcel.failed_before
    assert _bring(parcel, lambda _: Delivered()) == [[3]]
    assert parcel.delivered == 3


def test_a_batch_whose_items_all_ended_is_not_put_off() -> None:
    parcel = _parcel(2)
    batch = parcel.next_batch()
    assert batch is not None
    assert parcel.take_in(Itemised({batch.events[0].id: Rejected("400")}))
    assert parcel.next_batch() is None


def test_retries_cost_nothing_of_the_budget_for_culprits() -> None:
    parcel = _parcel(64)
    answers = [Retry("503")] * 1000

    def judge(events: Sequence[Event]) -> Verdict:
        return answers.pop() if answers else _poisoned({17})(events)

    _bring(parcel, judge)
    assert _dead(parcel) == [17]
    assert parcel.delivered == 63


def test_what_is_sent_again_is_told_from_what_is_sent_first_and_halves_are_no_retries() -> None:
    parcel = _parcel(2)
    seen: list[bool] = []
    for verdict in (Retry("503"), REFUSED, Delivered(), Delivered()):
        parcel.next_batch()
        seen.append(parcel.failed_before)
        parcel.take_in(verdict)
    assert seen == [False, True, False, False]


def test_what_is_too_old_is_given_up_and_the_rest_is_sent() -> None:
    events = numbered(3)
    events[1] = replace(events[1], id=uuid7(2, at=NOW - timedelta(hours=1)))
    parcel = Parcel(Flight(1, FAILURES, tuple(events)), lambda captured_at: captured_at < NOW.timestamp() - 60)
    assert _bring(parcel, lambda _: Delivered()) == [[1, 3]]
    assert _dead(parcel) == [2]
    assert parcel.reasons() == {"too old: tried for longer than `give_up_after`": 1}


def test_a_batch_that_is_too_old_as_a_whole_is_not_sent() -> None:
    parcel = _parcel(3, lambda _: True)
    assert parcel.next_batch() is None
    assert _dead(parcel) == [1, 2, 3]


def test_age_is_that_of_the_capture_as_the_id_tells_it() -> None:
    parcel = _parcel(1, lambda captured_at: captured_at != NOW.timestamp())
    assert parcel.next_batch() is not None


def test_only_what_is_still_to_be_sent_can_be_too_old() -> None:
    too_late = False
    parcel = _parcel(4, lambda _: too_late)

    def judge(events: Sequence[Event]) -> Verdict:
        nonlocal too_late
        if len(events) == 4:
            return REFUSED
        too_late = True
        return Delivered()

    assert _bring(parcel, judge) == [[1, 2, 3, 4], [1, 2]]
    assert parcel.delivered == 2
    assert _dead(parcel) == [3, 4]
