"""All rules over the samples of one run: what is told, and when. Pure; the same samples always give the same messages.

sample  ->  history (history.py)  ->  findings of each rule (measures.py, spike.py, novelty.py)
        ->  pending, firing, resolved, told or folded (lifecycle.py)  ->  notices
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from ..config.alert_rules import (
    AnyRule,
    FailureRatioRule,
    FailuresPerSecondRule,
    NewFailureRule,
    NoRequestsRule,
    SlowRequestsRule,
    SpikeRule,
)
from . import lifecycle
from .episodes import Notice, RuleState
from .findings import Finding, Subject
from .history import History, resumed
from .measures import failure_ratio, failures_per_second, no_requests, slow_requests
from .novelty import new_failures
from .proportions import Baseline
from .samples import Point, Sample, point_of
from .spike import horizon, spike
from .usual import Held, remember, shifted

LOOK_BACK: Final = 400.0
"""Seconds of history for what a message says besides its rule: how it was before, and how it went."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule at work."""

    state: RuleState = field(default_factory=RuleState)
    held: Mapping[Subject, Held] = field(default_factory=dict[Subject, Held])
    """For `spike`: what was usual."""
    new: int = 0
    """For `new_failure`: how many were told."""
    found: tuple[Finding, ...] = ()
    """By the last sample."""


@dataclass(frozen=True, slots=True)
class State:
    """All rules of one run."""

    history: History = field(default_factory=History)
    watches: Mapping[str, Watch] = field(default_factory=dict[str, Watch])
    """By the rule's name."""
    clock: float = 0.0
    """Seconds of the run, by its samples; never set back."""
    began_at: float | None = None
    """Epoch seconds of the start; the first sample's, if it was not told."""
    bases: Mapping[str, Point] = field(default_factory=dict[str, Point])
    """By the rule's name, the counts before its last episode. Not kept over a restart."""
    finished: bool = False
    """True once the run is over: late samples are ignored, since nothing would resolve what they set off."""


FIRST: Final = 5.0
"""Seconds after the start of a run in which its first sample comes; a later one is not the first."""


def start(began_at: float | None = None) -> State:
    """The state at the start of a run, when all counts are zero."""
    return State(began_at=began_at)


def resume(state: State, sample: Sample) -> State:
    """Go on in the middle of a run of which no sample is left: what happened before this one is unknown."""
    point = point_of(sample)
    return replace(state, history=resumed(point), began_at=sample.at if state.began_at is None else state.began_at)


def step(
    rules: Sequence[AnyRule], state: State, sample: Sample, known: Mapping[str, Collection[str]] | None = None
) -> tuple[State, tuple[Notice, ...]]:
    """Take in the next sample of the same run.

    Samples may come late, at any interval, with counts that were reset, or after the clock was set back.

    Args:
        rules: all rules.
        state: what there was before.
        sample: what is new.
        known: fingerprints that are not new, by the name of the rule `new_failure`.
    """
    if state.finished:
        return state, ()
    point = point_of(sample)
    elapsed = state.history.elapsed(point)
    set_back = min(sample.at - state.history.newest.at, 0.0) if len(state.history.points) > 1 else 0.0
    began_at = sample.at if state.began_at is None else state.began_at + set_back
    state = replace(
        state, history=state.history.advance(point, keep(rules)), clock=state.clock + elapsed, began_at=began_at
    )
    notices: list[Notice] = []
    watches, bases = dict(state.watches), dict(state.bases)
    for rule in in_order(rules):
        watch = watches.get(rule.name, Watch())
        if set_back and watch.held:
            watch = replace(watch, held=shifted(watch.held, set_back))
        since = began_at + rule.warm_up if rule.warm_up else float("-inf")
        if sample.at < since:
            continue
        watch, looked = _measure(rule, watch, state, sample, since, (known or {}).get(rule.name, ()))
        judged, told = lifecycle.judge(
            rule,
            watch.state,
            watch.found,
            clock=state.clock,
            elapsed=elapsed,
            at=sample.at,
            held_back=any(watches[other].state.episode for other in rule.unless if other in watches),
        )
        held = watch.held
        if isinstance(rule, SpikeRule) and looked:
            held = remember(rule, state.history, held, looked, judged.active)
        watches[rule.name] = replace(watch, state=judged, held=held)
        if judged.episode is not None and judged.episodes > watch.state.episodes:
            seen = max((f.window for f in watch.found if f.subject in judged.episode.members), default=rule.over)
            bases[rule.name] = state.history.window(seen + rule.hold).start
        notices += told
    return replace(state, watches=watches, bases=bases), tuple(notices)


def finish(rules: Sequence[AnyRule], state: State, at: float) -> tuple[State, tuple[Notice, ...]]:
    """The run ended at `at` (epoch seconds). A state that is finished takes in no more samples."""
    notices: list[Notice] = []
    for rule in in_order(rules) if not state.finished else ():
        if (watch := state.watches.get(rule.name)) is not None:
            _, told = lifecycle.finish(rule, watch.state, watch.found, clock=state.clock, at=at)
            notices += told
    spent = {name: Watch(new=watch.new) for name, watch in state.watches.items() if watch.new}
    return replace(state, finished=True, watches=spent), tuple(notices)


def in_order(rules: Sequence[AnyRule]) -> list[AnyRule]:
    """Rules that others wait for come first."""
    return sorted(rules, key=lambda rule: bool(rule.unless))


def keep(rules: Sequence[AnyRule]) -> float:
    """Seconds of history that they need."""
    return max([LOOK_BACK, *(_reach(rule) for rule in rules)])


def needs_times(rules: Sequence[AnyRule]) -> bool:
    """Whether any of them looks at response times."""
    return any(isinstance(rule, SlowRequestsRule) for rule in rules)


def _reach(rule: AnyRule) -> float:
    if isinstance(rule, SpikeRule):
        return horizon(rule)
    return 3 * rule.over if isinstance(rule, NoRequestsRule) else rule.over


def _measure(
    rule: AnyRule, watch: Watch, state: State, sample: Sample, since: float, known: Collection[str]
) -> tuple[Watch, Sequence[tuple[Finding, Baseline]]]:
    """What the rule finds, and for `spike` what it was compared with."""
    history = state.history
    match rule:
        case FailureRatioRule():
            return replace(watch, found=tuple(failure_ratio(rule, history, since))), ()
        case FailuresPerSecondRule():
            return replace(watch, found=tuple(failures_per_second(rule, history, since))), ()
        case SlowRequestsRule():
            return replace(watch, found=tuple(slow_requests(rule, history, since))), ()
        case NoRequestsRule():
            return replace(watch, found=tuple(no_requests(rule, history, since))), ()
        case SpikeRule():
            looked = spike(rule, history, since, watch.held)
            return replace(watch, found=tuple(finding for finding, _ in looked)), looked
        case NewFailureRule():
            fresh = [failure for failure in sample.fresh if failure.fingerprint not in known]
            left = rule.at_most - watch.new
            found = tuple(new_failures(rule, history, fresh, watch.state.standings, left))
            return replace(watch, found=found, new=watch.new + sum(finding.breached for finding in found)), ()
        case _:
            assert_never(rule)
