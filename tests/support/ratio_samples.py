"""Samples of imagined runs, second by second, and a rule to try them on."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from locust_failure_forwarder.alerts import engine
from locust_failure_forwarder.alerts.engine import State
from locust_failure_forwarder.alerts.episodes import Notice
from locust_failure_forwarder.alerts.samples import EndpointSample, Sample
from locust_failure_forwarder.config.alert_rules import AnyRule, FailureRatioRule

BEGIN = 1_777_887_060.0
"""Epoch seconds."""


@dataclass(frozen=True)
class Transition:
    """A rule began or ceased to hold, as a message would tell it."""

    state: str
    at: float
    started_at: float
    value: float
    requests: int
    failures: int
    users: int
    resolution: str | None
    endpoints: tuple[EndpointSample, ...]


def rule(**changes: Any) -> FailureRatioRule:
    """Fires above 5 % in 10 s of at least 20 requests, resolves after 30 s below 2 %."""
    fields = {"name": "spike", "above": "5%", "over": "10s", "min_requests": 20, "resolve_below": "2%", "repeat": 0}
    return FailureRatioRule.model_validate(fields | changes)


def seconds(*per_second: tuple[int, int], begin: float = BEGIN) -> list[Sample]:
    """One sample a second, from the requests and failures of each second."""
    requests = accumulate(made for made, _ in per_second)
    failures = accumulate(failed for _, failed in per_second)
    return [Sample(begin + n, r, f, 50, ()) for n, (r, f) in enumerate(zip(requests, failures, strict=True), 1)]


def start() -> State:
    return engine.start(BEGIN)


def evaluate(rule: FailureRatioRule, state: State, sample: Sample) -> tuple[State, Transition | None]:
    state, notices = engine.step([rule], state, sample)
    return state, _only(rule, state, notices)


def finish(rule: FailureRatioRule, state: State, at: float) -> tuple[State, Transition | None]:
    state, notices = engine.finish([rule], state, at)
    return state, _only(rule, state, notices)


def _only(rule: FailureRatioRule, state: State, notices: tuple[Notice, ...]) -> Transition | None:
    if not notices:
        return None
    (notice,) = notices
    found = notice.finding
    worst = tuple(
        EndpointSample(*key, counts.requests, counts.failures)
        for key, counts in state.history.window(rule.over).worst(10)
    )
    return Transition(
        state=notice.state,
        at=notice.at,
        started_at=notice.episode.started_at,
        value=found.value,
        requests=found.requests,
        failures=found.failures,
        users=state.history.newest.users,
        resolution=notice.resolution,
        endpoints=worst,
    )


def run_through(
    rule: FailureRatioRule, samples: Iterable[Sample], state: State | None = None
) -> tuple[State, list[Transition]]:
    state, transitions = state or start(), list[Transition]()
    for sample in samples:
        state, transition = evaluate(rule, state, sample)
        if transition is not None:
            transitions.append(transition)
    return state, transitions


def told(
    rules: list[AnyRule], samples: Iterable[Sample], *, end: float | None = None, began_at: float = BEGIN
) -> list[Notice]:
    """All messages of a run; with those at its end, if that is given (epoch seconds)."""
    state, notices = engine.start(began_at), list[Notice]()
    for sample in samples:
        state, more = engine.step(rules, state, sample)
        notices += more
    if end is not None:
        notices += engine.finish(rules, state, end)[1]
    return notices


GOOD, BAD, IDLE = (50, 0), (50, 40), (0, 0)
