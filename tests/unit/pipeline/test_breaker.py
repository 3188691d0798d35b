"""P7: the circuit breaker. Clock and randomness are made up; nothing waits."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.breaker import FAILURES, LONGEST_OPEN, Breaker
from support.clocks import Clock, highest, lowest


def _closed(uniform: Callable[[float, float], float] = highest) -> tuple[Breaker, Clock]:
    clock = Clock()
    return Breaker(clock, uniform), clock


def _opened(uniform: Callable[[float, float], float] = highest, *, for_repair: bool = False) -> tuple[Breaker, Clock]:
    breaker, clock = _closed(uniform)
    for _ in range(1 if for_repair else FAILURES):
        breaker.failed(clock(), for_repair=for_repair, is_probe=False)
    return breaker, clock


def _probe(breaker: Breaker, clock: Clock) -> None:
    clock.now = max(clock.now, breaker.retry_at)
    assert breaker.admit()
    assert breaker.state == "probing"


def test_it_is_closed_at_first_and_lets_everything_through() -> None:
    breaker, _ = _closed()
    assert all(breaker.admit() for _ in range(100))
    assert not breaker.is_open


def test_p7_five_failures_in_a_row_open_it() -> None:
    breaker, clock = _closed()
    for _ in range(4):
        breaker.failed(clock(), for_repair=False, is_probe=False)
        assert breaker.admit()
    breaker.failed(clock(), for_repair=False, is_probe=False)
    assert breaker.state == "open"
    assert breaker.retry_at == clock.now + 5.0
    assert not breaker.admit()


def test_p7_failures_of_requests_that_were_under_way_together_count_as_one() -> None:
    """Or the more batches are sent at once, the sooner a moment's trouble would open it."""
    breaker, clock = _closed()
    for _ in range(FAILURES):
        assert breaker.state == "closed"
        sent_at = clock()
        clock.now += 2.0
        for _ in range(8):
            breaker.failed(sent_at, for_repair=False, is_probe=False)
            clock.now += 0.1
    assert breaker.state == "open"


def test_p7_what_needs_a_person_needs_no_second_sign() -> None:
    breaker, clock = _closed()
    sent_at = clock()
    clock.now += 1.0
    breaker.failed(sent_at, for_repair=False, is_probe=False)
    breaker.failed(sent_at, for_repair=True, is_probe=False)
    assert breaker.for_repair


def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker, clock = _closed()
    for _ in range(3):
        for _ in range(4):
            breaker.failed(clock(), for_repair=False, is_probe=False)
        breaker.succeeded(is_probe=False)
    assert breaker.state == "closed"


def test_p7_one_probe_is_let_through_when_its_time_has_come_and_nobody_else() -> None:
    breaker, clock = _opened()
    clock.now = breaker.retry_at - 0.001
    assert not breaker.admit()
    clock.now = breaker.retry_at
    assert [breaker.admit() for _ in range(5)] == [True, False, False, False, False]
    clock.now += 3600
    assert not breaker.admit(), "however long it takes"


@pytest.mark.parametrize(
    ("uniform", "waits"),
    [(highest, [5, 10, 20, 40, 80, 160, 300, 300, 300]), (lowest, [2.5, 5, 10, 20, 40, 80, 150, 150, 150])],
    ids=["longest", "shortest"],
)
def test_p7_waits_double_up_to_five_minutes_and_are_between_half_and_all_of_that(
    uniform: Callable[[float, float], float], waits: list[float]
) -> None:
    breaker, clock = _opened(uniform)
    seen: list[float] = []
    for _ in waits:
        seen.append(breaker.retry_at - clock.now)
        _probe(breaker, clock)
        breaker.failed(clock(), for_repair=False, is_probe=True)
    assert seen == pytest.approx(waits)


def test_p7_a_probe_that_succeeds_closes_it_and_the_next_outage_begins_with_short_waits() -> None:
    breaker, clock = _opened()
    for _ in range(4):
        _probe(breaker, clock)
        breaker.failed(clock(), for_repair=False, is_probe=True)
    _probe(breaker, clock)
    breaker.succeeded(is_probe=True)
    assert breaker.state == "closed"
    for _ in range(FAILURES - 1):
        breaker.failed(clock(), for_repair=False, is_probe=False)
    assert breaker.state == "closed"
    breaker.failed(clock(), for_repair=False, is_probe=False)
    assert breaker.retry_at == clock.now + 5.0


def test_p7_what_only_a_person_can_mend_opens_it_at_once_and_for_a_minute() -> None:
    breaker, clock = _opened(for_repair=True)
    assert breaker.state == "open"
    assert breaker.for_repair
    assert breaker.retry_at == clock.now + 60.0
    for wait in (120.0, 240.0, 300.0):
        _probe(breaker, clock)
        breaker.failed(clock(), for_repair=True, is_probe=True)
        assert breaker.retry_at == clock.now + wait


def test_once_mended_it_no_longer_asks_for_a_person() -> None:
    breaker, clock = _opened(for_repair=True)
    _probe(breaker, clock)
    breaker.failed(clock(), for_repair=False, is_probe=True)
    assert not breaker.for_repair, "a 503 after a 401: the credentials are taken now"
    _probe(breaker, clock)
    breaker.succeeded(is_probe=True)
    assert not breaker.for_repair


@pytest.mark.parametrize("probing", [False, True])
def test_late_answers_to_what_was_sent_before_it_opened_change_nothing(probing: bool) -> None:
    breaker, clock = _opened()
    if probing:
        _probe(breaker, clock)
    before = breaker.state, breaker.retry_at, breaker.for_repair
    clock.now += 1.0
    breaker.failed(clock(), for_repair=False, is_probe=False)
    breaker.failed(clock(), for_repair=True, is_probe=False)
    breaker.succeeded(is_probe=False)
    assert (breaker.state, breaker.retry_at, breaker.for_repair) == before


def test_an_abandoned_probe_lets_the_next_one_through_at_once() -> None:
    breaker, clock = _opened()
    _probe(breaker, clock)
    breaker.abandoned()
    assert breaker.state == "open"
    assert breaker.admit()
    breaker.failed(clock(), for_repair=False, is_probe=True)
    assert breaker.retry_at == clock.now + 10.0, "it counted for nothing"


def test_abandoning_what_was_no_probe_changes_nothing() -> None:
    breaker, _ = _closed()
    breaker.abandoned()
    assert breaker.state == "closed"


def test_p5_while_draining_waits_stay_within_a_second() -> None:
    breaker, clock = _opened()
    breaker.draining = True
    breaker.hurry()
    for _ in range(6):
        _probe(breaker, clock)
        breaker.failed(clock(), for_repair=False, is_probe=True)
        assert 0 < breaker.retry_at - clock.now <= 1.0


def test_while_draining_a_person_is_not_asked_every_second() -> None:
    breaker, clock = _closed()
    breaker.draining = True
    breaker.failed(clock(), for_repair=True, is_probe=False)
    assert breaker.retry_at == clock.now + 60.0


def test_hurry_allows_the_probe_now_and_still_only_one() -> None:
    breaker, _ = _opened(for_repair=True)
    breaker.hurry()
    assert [breaker.admit(), breaker.admit()] == [True, False]


def test_hurry_puts_nothing_off() -> None:
    breaker, clock = _opened()
    due = breaker.retry_at
    clock.now = due + 100
    breaker.hurry()
    assert breaker.retry_at == due


STEPS = st.lists(
    st.sampled_from(
        ["ask", "ask", "ask", "success", "failure", "failure", "repair", "abandon", "hurry", "drain", "wait"]
    ),
    max_size=200,
)


@settings(deadline=None)
@given(STEPS, st.data())
def test_p7_never_does_more_than_one_request_pass_while_it_is_not_closed(steps: list[str], data: st.DataObject) -> None:
    clock = Clock()
    breaker = Breaker(clock, lambda low, high: data.draw(st.floats(low, high)))
    under_way: list[tuple[bool, float]] = []  # for each request, whether it is a probe, and when it was sent
    for step in steps:
        if step == "ask":
            was_open = breaker.is_open
            if breaker.admit():
                under_way.append((was_open, clock()))
        elif step == "wait":
            clock.now += data.draw(st.floats(0, 400))
        elif step == "hurry":
            breaker.hurry()
        elif step == "drain":
            breaker.draining = True
        elif under_way:
            is_probe, sent_at = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
            if step == "success":
                breaker.succeeded(is_probe=is_probe)
            elif step == "abandon":
                if is_probe:
                    breaker.abandoned()
            else:
                breaker.failed(sent_at, for_repair=step == "repair", is_probe=is_probe)
        assert sum(is_probe for is_probe, _ in under_way) == (breaker.state == "probing"), (
            "the probe, and nobody else, is awaited"
        )
        assert breaker.retry_at <= clock.now + LONGEST_OPEN
