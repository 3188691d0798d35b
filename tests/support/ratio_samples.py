"""Samples of imagined runs, second by second, and a rule to try them on."""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from locust_failure_forwarder.alerts.ratio import RuleState, Sample, Transition, evaluate, start
from locust_failure_forwarder.config.models import FailureRatioRule

BEGIN = 1_777_887_060.0
"""Epoch seconds."""


def rule(**changes: Any) -> FailureRatioRule:
    """Fires above 5 % in 10 s of at least 20 requests, resolves after 30 s below 2 %."""
    fields = {"name": "spike", "above": "5%", "over": "10s", "min_requests": 20, "resolve_below": "2%"}
    return FailureRatioRule.model_validate(fields | changes)


def seconds(*per_second: tuple[int, int], begin: float = BEGIN) -> list[Sample]:
    """One sample a second, from the requests and failures of each second."""
    requests = accumulate(made for made, _ in per_second)
    failures = accumulate(failed for _, failed in per_second)
    return [Sample(begin + n, r, f, 50, ()) for n, (r, f) in enumerate(zip(requests, failures, strict=True), 1)]


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
