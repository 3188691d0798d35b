"""P8: one firing and one resolved transition for each spike, soon, whatever flaps."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locust_failure_forwarder.alerts.ratio import (
    EndpointSample,
    RuleState,
    Sample,
    Transition,
    evaluate,
    finish,
    start,
)
from locust_failure_forwarder.alerts.window import POINTS
from locust_failure_forwarder.config.models import FailureRatioRule

BEGIN = 1_777_887_060.0
"""Epoch seconds."""


def rule(**changes: Any) -> FailureRatioRule:
    """Fires above 5 % in 10 s of at least 20 requests, resolves after 30 s below 2 %."""
    fields = {"name": "spike", "above": "5%", "over": "10s", "min_requests": 20, "resolve_below": "2%"}
    return FailureRatioRule.model_validate(fields | changes)


def seconds(*per_second: tuple[int, int], begin: float = BEGIN) -> list[Sample]:
    """One sample a second, from the requests and failures of each second."""
    totals = accumulate(per_second, lambda total, second: (total[0] + second[0], total[1] + second[1]))
    return [Sample(begin + n, requests, failures, 50, ()) for n, (requests, failures) in enumerate(totals, 1)]


def run_through(
    rule: FailureRatioRule, samples: Iterable[Sample], state: RuleState | None = None
) -> tuple[RuleState, list[Transition]]:
    state, transitions = state or start(), list[Transition]()
    for sample in samples:
        state, transition = evaluate(rule, state, sample)
        if transition is not None:
            transitions.append(transition)
    return state, transitions


GOOD, BAD, IDLE = (50, 0), (50, 40), (0, 0)


def test_a_healthy_run_says_nothing() -> None:
    _, transitions = run_through(rule(), seconds(*[(50, 2)] * 120))
    assert transitions == []


def test_a_spike_fires_at_the_first_sample_over_the_limit() -> None:
    _, transitions = run_through(rule(), seconds(*[GOOD] * 60, BAD, BAD))
    (fired,) = transitions
    assert fired == Transition("firing", BEGIN + 61, BEGIN + 61, 40 / 500, 500, 40, 50, None, ())


def test_a_run_that_fails_from_its_first_second_fires_in_it() -> None:
    _, transitions = run_through(rule(), seconds(BAD))
    assert [(t.state, t.at, t.requests) for t in transitions] == [("firing", BEGIN + 1, 50)]


def test_few_requests_say_nothing() -> None:
    _, transitions = run_through(rule(), seconds((19, 19), *[IDLE] * 20, (19, 19)))
    assert transitions == []


def test_a_share_equal_to_the_limit_does_not_fire() -> None:
    _, transitions = run_through(rule(), seconds(*[(100, 5)] * 30))
    assert transitions == []


def test_a_spike_resolves_once_when_it_has_been_below_long_enough() -> None:
    _, transitions = run_through(rule(), seconds(*[GOOD] * 30, *[BAD] * 5, *[GOOD] * 120))
    fired, resolved = transitions
    assert fired.state == "firing"
    assert (resolved.state, resolved.resolution) == ("resolved", "recovered")
    assert resolved.started_at == fired.at
    # the bad seconds leave the window of 10 s at second 45, and it takes 30 s more to be sure
    assert resolved.at == BEGIN + 75
    assert (resolved.failures, resolved.value) == (0, 0.0)


def test_flapping_every_second_fires_once_and_resolves_once() -> None:
    flapping = [BAD, GOOD] * 60
    _, transitions = run_through(rule(over="1s"), seconds(*[GOOD] * 30, *flapping, *[GOOD] * 60))
    assert [t.state for t in transitions] == ["firing", "resolved"]


def test_a_share_between_the_two_limits_neither_resolves_nor_fires_again() -> None:
    _, transitions = run_through(rule(), seconds(*[BAD] * 10, *[(100, 3)] * 300))
    assert [t.state for t in transitions] == ["firing"]


def test_a_second_spike_is_a_second_episode() -> None:
    spike = [*[BAD] * 5, *[GOOD] * 60]
    _, transitions = run_through(rule(), seconds(*spike, *spike))
    assert [t.state for t in transitions] == ["firing", "resolved", "firing", "resolved"]
    assert transitions[2].started_at > transitions[1].at


def test_seconds_below_the_limit_must_follow_each_other() -> None:
    nearly = [*[GOOD] * 38, BAD]  # 10 s until the window is clean, 28 s below, then bad again
    _, transitions = run_through(rule(), seconds(*[BAD] * 5, *nearly * 5))
    assert [t.state for t in transitions] == ["firing"]


def test_silence_is_no_recovery() -> None:
    _, transitions = run_through(rule(), seconds(*[BAD] * 5, *[IDLE] * 600))
    assert [t.state for t in transitions] == ["firing"]


def test_silence_stops_the_clock_of_recovery_and_does_not_set_it_back() -> None:
    before = [*[BAD] * 5, *[GOOD] * 30]  # clean from second 15, so 20 s below the limit
    _, without = run_through(rule(), seconds(*before, *[GOOD] * 30))
    _, with_silence = run_through(rule(), seconds(*before, *[IDLE] * 100, *[GOOD] * 30))
    assert without[1].at == BEGIN + 45
    # the window still holds requests until second 44; the clock goes on at the first request after the silence
    assert with_silence[1].at == BEGIN + 136


def test_a_limit_of_zero_resolves_when_nothing_fails() -> None:
    _, transitions = run_through(rule(above=0, resolve_below=0), seconds((50, 1), *[GOOD] * 60))
    assert [t.state for t in transitions] == ["firing", "resolved"]


def test_resolve_after_zero_resolves_at_the_first_sample_below() -> None:
    _, transitions = run_through(rule(resolve_after=0), seconds(*[BAD] * 3, *[GOOD] * 20))
    assert [(t.state, t.at) for t in transitions] == [("firing", BEGIN + 1), ("resolved", BEGIN + 13)]


def test_a_master_whose_numbers_move_every_three_seconds_is_understood() -> None:
    def steps(*per_step: tuple[int, int]) -> list[tuple[int, int]]:
        return [second for step in per_step for second in (step, IDLE, IDLE)]

    _, transitions = run_through(rule(), seconds(*steps(*[(150, 0)] * 10, *[(150, 120)] * 2, *[(150, 0)] * 30)))
    assert [t.state for t in transitions] == ["firing", "resolved"]
    assert transitions[0].at == BEGIN + 31


def test_a_gap_in_the_samples_counts_what_happened_in_it() -> None:
    before, after = seconds(*[GOOD] * 20), Sample(BEGIN + 80, 4000, 1500, 50, ())
    _, transitions = run_through(rule(), [*before, after])
    (fired,) = transitions
    assert fired.failures == 1500


def test_statistics_that_are_reset_restart_the_window() -> None:
    """Locust's --reset-stats sets all counts to zero when every user is running."""
    before = seconds(*[(50, 1)] * 30)
    after = seconds(*[GOOD] * 30, begin=BEGIN + 30)
    _, transitions = run_through(rule(), [*before, *after])
    assert transitions == []
    _, transitions = run_through(rule(), [*before, *seconds((30, 15), begin=BEGIN + 30)])
    assert [(t.requests, t.failures) for t in transitions] == [(30, 15)]


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


def test_the_end_of_a_run_resolves_what_still_fires() -> None:
    state, _ = run_through(rule(), seconds(*[BAD] * 5))
    state, ended = finish(rule(), state, BEGIN + 6)
    assert ended is not None
    assert (ended.state, ended.resolution, ended.at, ended.started_at) == (
        "resolved",
        "test_ended",
        BEGIN + 6,
        BEGIN + 1,
    )
    assert (ended.requests, ended.failures, ended.value, ended.users) == (250, 200, 0.8, 50)
    assert finish(rule(), state, BEGIN + 7)[1] is None


def test_the_end_of_a_quiet_run_says_nothing() -> None:
    for samples in ([], seconds(*[GOOD] * 5)):
        state, _ = run_through(rule(), samples)
        assert finish(rule(), state, BEGIN + 6)[1] is None


def test_a_sample_that_comes_after_the_end_sets_nothing_off() -> None:
    """Nothing would ever resolve it."""
    state, _ = finish(rule(), start(), BEGIN)
    _, transitions = run_through(rule(), seconds(*[BAD] * 20), state)
    assert transitions == []


def test_endpoints_are_counted_within_the_window_and_the_worst_come_first() -> None:
    def sample(at: float, *endpoints: tuple[str, int, int]) -> Sample:
        counted = tuple(EndpointSample("GET", *endpoint) for endpoint in endpoints)
        return Sample(BEGIN + at, sum(e.requests for e in counted), sum(e.failures for e in counted), 5, counted)

    samples = [
        sample(1, ("/old", 100, 1), ("/a", 100, 0), ("/b", 100, 0)),
        sample(20, ("/old", 200, 1), ("/a", 110, 9), ("/b", 400, 90), ("/new", 5, 5)),
    ]
    _, transitions = run_through(rule(), samples)
    assert [(e.name, e.requests, e.failures) for e in transitions[0].endpoints] == [
        ("/b", 300, 90),
        ("/a", 10, 9),
        ("/new", 5, 5),
    ]


def test_endpoints_that_redaction_gave_one_name_are_added_up() -> None:
    twice = (EndpointSample("GET", "/[ID]", 30, 10), EndpointSample("GET", "/[ID]", 20, 5))
    _, transitions = run_through(rule(), [Sample(BEGIN, 50, 15, 5, twice)])
    assert transitions[0].endpoints == (EndpointSample("GET", "/[ID]", 50, 15),)


def test_at_most_ten_endpoints_are_named() -> None:
    many = tuple(EndpointSample("GET", f"/{n}", 10, n) for n in range(40))
    _, transitions = run_through(rule(), [Sample(BEGIN, 400, 390, 5, many)])
    assert [e.failures for e in transitions[0].endpoints] == list(range(39, 29, -1))


@pytest.mark.parametrize("over", ["100ms", "1s", "10s", "1h"])
@pytest.mark.parametrize("every", [0.01, 1.0, 30.0])
def test_memory_is_bounded_whatever_the_window_and_the_pace(over: str, every: float) -> None:
    state = start()
    for n in range(2000):
        state, _ = evaluate(rule(over=over), state, Sample(BEGIN + n * every, n * 10, n, 5, ()))
        assert len(state.window.older) <= POINTS + 3


def test_a_long_window_forgets_what_is_older_within_a_sixtieth() -> None:
    state, _ = run_through(rule(over="1h", above="99%"), (Sample(BEGIN + n, n * 10, 0, 5, ()) for n in range(10_000)))
    assert 36_000 <= state.window.requests <= 36_000 * 61 / 60 + 10


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
        assert 0 <= transition.failures <= transition.requests
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
