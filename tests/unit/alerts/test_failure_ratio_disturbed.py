"""P8 holds when statistics are reset, clocks jump and samples go missing; memory stays bounded."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.alerts.history import MOST_POINTS
from locust_failure_forwarder.alerts.samples import EndpointSample, Sample
from locust_failure_forwarder.config.alert_rules import FailureRatioRule
from support.ratio_samples import BAD, BEGIN, GOOD, evaluate, finish, rule, run_through, seconds, start


def test_statistics_that_are_reset_restart_the_window() -> None:
    """Locust's --reset-stats sets all counts to zero when every user is running."""
    before = seconds(*[(50, 1)] * 30)
    after = seconds(*[GOOD] * 30, begin=BEGIN + 30)
    _, transitions = run_through(rule(), [*before, *after])
    assert transitions == []
    _, transitions = run_through(rule(), [*before, *seconds((30, 15), begin=BEGIN + 30)])
    assert [(t.requests, t.failures) for t in transitions] == [(30, 15)]


def test_a_reset_is_noticed_even_if_the_counts_are_higher_again() -> None:
    before, after = (
        Sample(BEGIN, 100, 0, 50, ()),
        Sample(BEGIN + 1, 120, 90, 50, (EndpointSample("GET", "/", 120, 90),)),
    )
    _, transitions = run_through(rule(), [before, after])
    assert [(t.requests, t.failures) for t in transitions] == [(120, 90)]
    assert transitions[0].endpoints == (EndpointSample("GET", "/", 120, 90),)


def test_an_endpoint_that_began_anew_is_counted_from_zero() -> None:
    before = Sample(BEGIN, 100, 40, 50, (EndpointSample("GET", "/a", 50, 40), EndpointSample("GET", "/b", 50, 0)))
    after = Sample(BEGIN + 20, 300, 60, 50, (EndpointSample("GET", "/a", 30, 10), EndpointSample("GET", "/b", 270, 50)))
    _, transitions = run_through(rule(min_requests=101), [before, after])
    assert [(e.name, e.requests, e.failures) for e in transitions[0].endpoints] == [("/b", 220, 50), ("/a", 30, 10)]


def test_a_reset_while_firing_does_not_resolve_at_once() -> None:
    samples = [*seconds(*[BAD] * 10), *seconds(*[GOOD] * 60, begin=BEGIN + 10)]
    _, transitions = run_through(rule(), samples)
    assert [(t.state, t.at) for t in transitions] == [("firing", BEGIN + 1), ("resolved", BEGIN + 41)]


@pytest.mark.parametrize("jump", [-3600.0, -1.5, -0.001])
def test_a_clock_set_back_changes_no_decision(jump: float) -> None:
    steady = seconds(*[GOOD] * 30, *[BAD] * 5, *[GOOD] * 100)
    for at in (10, 33, 50):
        moved = [*steady[:at], *(replace(sample, at=sample.at + jump) for sample in steady[at:])]
        _, transitions = run_through(rule(), moved)
        assert [t.state for t in transitions] == ["firing", "resolved"]
        resolved_after = sum(1 for sample in moved if sample.requests <= _requests_at(moved, transitions[1].at, at))
        assert 75 <= resolved_after <= 78, "about as many samples as with a steady clock"


def _requests_at(samples: list[Sample], moment: float, after: int) -> int:
    return next(sample.requests for sample in samples[after:] if sample.at == moment)


@pytest.mark.parametrize("over", ["100ms", "1s", "10s", "1h"])
@pytest.mark.parametrize("every", [0.01, 1.0, 30.0])
def test_memory_is_bounded_whatever_the_window_and_the_pace(over: str, every: float) -> None:
    state = start()
    for n in range(2000):
        state, _ = evaluate(rule(over=over), state, Sample(BEGIN + n * every, n * 10, n, 5, ()))
        assert len(state.history.points) <= MOST_POINTS


def test_a_long_window_forgets_what_is_older_within_a_sixtieth() -> None:
    state, _ = run_through(rule(over="1h", above="99%"), (Sample(BEGIN + n, n * 10, 0, 5, ()) for n in range(10_000)))
    assert 36_000 <= state.history.window(3600).counts().requests <= 36_000 * 361 / 360 + 10


SECONDS = st.lists(
    st.tuples(st.integers(min_value=0, max_value=60), st.integers(min_value=0, max_value=60)).map(
        lambda second: (max(second), min(second))
    ),
    max_size=80,
)
RULES = st.builds(
    rule,
    above=st.sampled_from([0.0, 0.05, 0.5, 0.99]),
    resolve_below=st.sampled_from([None, 0.0, 0.04]),
    over=st.sampled_from([0.1, 1.0, 10.0, 60.0]),
    resolve_after=st.sampled_from([0.0, 1.0, 30.0]),
    min_requests=st.sampled_from([1, 20]),
)


@st.composite
def disturbed(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[Sample]:
    """Samples with gaps, resets and a clock that jumps."""
    samples: list[Sample] = []
    at, requests, failures = BEGIN, 0, 0
    for made, failed in draw(SECONDS):
        at += draw(st.sampled_from([1.0, 1.0, 1.0, 0.0, 3.0, 100.0, -5.0, -4000.0]))
        if draw(st.integers(min_value=0, max_value=15)) == 0:
            requests = failures = 0
        requests, failures = requests + made, failures + failed
        samples.append(Sample(at, requests, failures, 5, (EndpointSample("GET", "/", requests, failures),)))
    return samples


@given(RULES, disturbed())
def test_firing_and_resolved_strictly_alternate_and_the_end_closes_what_is_open(
    rule: FailureRatioRule, samples: list[Sample]
) -> None:
    state, transitions = run_through(rule, samples)
    _, last = finish(rule, state, BEGIN + 10_000)
    if last is not None:
        transitions.append(last)
    assert [t.state for t in transitions] == [("firing", "resolved")[n % 2] for n in range(len(transitions))]
    assert len(transitions) % 2 == 0
    for transition in transitions:
        assert 0 <= transition.value <= 1
        for counted in (transition, *transition.endpoints):
            assert 0 <= counted.failures <= counted.requests
        assert (transition.resolution is None) == (transition.state == "firing")
    for fired, resolved in zip(transitions[::2], transitions[1::2], strict=True):
        assert fired.value > rule.above
        assert fired.requests >= rule.min_requests
        assert resolved.started_at == fired.started_at == fired.at


@given(RULES, SECONDS)
def test_with_a_steady_clock_a_recovery_takes_at_least_resolve_after(
    rule: FailureRatioRule, per_second: list[tuple[int, int]]
) -> None:
    _, transitions = run_through(rule, seconds(*per_second))
    for before, after in pairwise(transitions):
        if after.state == "resolved":
            assert after.at - before.at >= rule.resolve_after
            assert after.value < rule.resolve_limit or after.failures == 0
