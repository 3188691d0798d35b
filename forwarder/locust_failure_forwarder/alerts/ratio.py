"""The rule `failure_ratio`: one firing and one resolved transition for each spike, however it flaps (P8). Pure.

The share is measured over a sliding window (`window.py`). The rule fires when the share is above the limit and the
window holds enough requests to mean something. It resolves when the share has stayed below a lower limit for long
enough; a window without any request is no evidence of recovery, and stops that clock without setting it back.
"""

from dataclasses import dataclass, replace
from typing import Literal

from ..config.models import FailureRatioRule
from .samples import EndpointSample, Sample, Transition
from .window import EMPTY, NOTHING, Window


@dataclass(frozen=True, slots=True)
class RuleState:
    """What a rule remembers from one sample to the next. Bounded."""

    window: Window = EMPTY
    firing_since: float | None = None
    """Epoch seconds at which the episode began; None while not firing."""
    below_for: float | None = None
    """Seconds for which the share has been below the lower limit while firing; None if it is not below."""
    finished: bool = False
    """True once the run is over: late samples are ignored, since nothing would resolve what they set off."""


def start() -> RuleState:
    """The state at the start of a run, when all counts are zero."""
    return RuleState()


def resume(state: RuleState, sample: Sample) -> RuleState:
    """Go on in the middle of a run: what happened before `sample` is unknown, so the window begins with it."""
    unknown = replace(sample, at=NOTHING.at)
    return replace(state, window=Window((unknown,), sample))


def evaluate(rule: FailureRatioRule, state: RuleState, sample: Sample) -> tuple[RuleState, Transition | None]:
    """Take in the next sample of the same run; say whether the rule began or ceased to hold.

    Samples may come late, at any interval, with counts that were reset, or after the clock was set back.
    """
    if state.finished:
        return state, None
    elapsed = state.window.elapsed(sample)
    state = replace(state, window=state.window.advance(sample, rule.over))
    if state.firing_since is None:
        if state.window.requests < rule.min_requests or state.window.ratio <= rule.above:
            return state, None
        state = replace(state, firing_since=sample.at, below_for=None)
        return state, _transition(state, "firing", sample.at, None)
    state = replace(state, below_for=_below_for(rule, state, elapsed))
    if state.below_for is None or state.below_for < rule.resolve_after:
        return state, None
    recovered = _transition(state, "resolved", sample.at, "recovered")
    return replace(state, firing_since=None, below_for=None), recovered


def finish(
    rule: FailureRatioRule,  # noqa: ARG001 - every kind of rule is called in the same way
    state: RuleState,
    at: float,
) -> tuple[RuleState, Transition | None]:
    """The run ended at `at` (epoch seconds): what still fires is resolved as `test_ended`, with the last counts.

    A state that is finished takes in no more samples; the next run begins with `start`.
    """
    transition = None if state.firing_since is None else _transition(state, "resolved", at, "test_ended")
    return RuleState(finished=True), transition


def _below_for(rule: FailureRatioRule, state: RuleState, elapsed: float) -> float | None:
    window = state.window
    if window.requests == 0:
        return state.below_for
    # No failure at all is below every limit, even a limit of zero.
    if window.failures > 0 and window.ratio >= rule.resolve_limit:
        return None
    return 0.0 if state.below_for is None else state.below_for + elapsed


def _transition(
    state: RuleState,
    to: Literal["firing", "resolved"],
    at: float,
    resolution: Literal["recovered", "test_ended"] | None,
) -> Transition:
    window = state.window
    return Transition(
        state=to,
        at=at,
        started_at=at if state.firing_since is None else state.firing_since,
        value=window.ratio,
        requests=window.requests,
        failures=window.failures,
        users=window.newest.users,
        resolution=resolution,
        endpoints=window.endpoints,
    )


__all__ = ["EndpointSample", "RuleState", "Sample", "Transition", "evaluate", "finish", "resume", "start"]
