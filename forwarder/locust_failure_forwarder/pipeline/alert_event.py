"""From what the rules decided to the alert that is sent. Decides nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Final
from uuid import UUID

from locust_failure_schemas import Affected, Alert, EndpointCount, ErrorCount, Scope, Unit

from ..alerts.engine import State, Watch
from ..alerts.episodes import Notice
from ..alerts.findings import Finding
from ..alerts.history import Window
from ..alerts.trend import STEP, share_before, trend
from ..config.alert_rules import AnyRule, FailuresPerSecondRule, NewFailureRule, SlowRequestsRule
from ..uuid7 import uuid7
from .runs import RunState

TOP: Final = 5
"""Endpoints and errors that an alert names."""
MOST_AFFECTED: Final = 10
_UNITS: Final[Mapping[str, Unit]] = {
    "failure_ratio": "ratio",
    "spike": "ratio",
    "failures_per_second": "per_second",
    "no_requests": "per_second",
    "slow_requests": "milliseconds",
    "new_failure": "count",
}
_WITHOUT_PEAK: Final = frozenset({"no_requests", "new_failure"})
"""Rules whose greatest value says nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an alert shows of the failures behind it."""

    errors: tuple[ErrorCount, ...]
    """The most frequent ones."""
    window: Window | None
    """Which they are of; None: of the whole run."""


def span_of(notice: Notice, state: State) -> Window:
    """What a message is about: the window that was measured, or the whole episode once it is over, if that is known."""
    base = state.bases.get(notice.rule.name) if notice.state == "resolved" else None
    measured = _measured(notice, state)
    return measured if base is None else Window(base, measured.end)


def alert_of(
    notice: Notice,
    rule: AnyRule,
    state: State,
    run: RunState,
    ids: tuple[UUID, int],
    shown: Shown,
    clean: Callable[[str], str],
) -> Alert:
    """The alert.

    Args:
        notice: what to tell.
        rule: its rule.
        state: of all rules, after the sample that caused it.
        run: the run.
        ids: of the episode, and the alert's sequence number.
        shown: the most frequent errors.
        clean: redacts a text of the configuration; the others are redacted already.
    """
    found, scope = notice.finding, _scope(rule)
    new = rule.when == "new_failure"
    requests = found.requests
    measured = _measured(notice, state)
    window = shown.window or measured
    base = state.bases.get(rule.name)
    meanwhile = Window(base, state.history.newest).counts() if base is not None else None
    return Alert(
        id=UUID(bytes=uuid7(notice.at)),
        episode_id=ids[0],
        sequence=ids[1],
        occurred_at=utc(notice.at),
        run=run.run,
        node=run.node,
        rule=rule.name,
        condition=rule.when,
        state=notice.state,
        severity=rule.severity,
        value=float(len(notice.firing)) if new else found.value,
        threshold=found.limit,
        window_s=_seconds(measured, state) or found.window,
        requests=requests,
        failures=min(found.failures, requests),
        users=max(state.history.newest.users, 0),
        started_at=utc(notice.episode.started_at),
        resolution=notice.resolution,
        top_endpoints=tuple(
            EndpointCount(method=method, name=name, requests=counts.requests, failures=counts.failures)
            for (method, name), counts in window.worst(TOP)
        ),
        top_errors=shown.errors,
        top_s=_seconds(shown.window, state),
        labels={name: clean(value) for name, value in rule.labels.items()},
        unit=_UNITS[rule.when],
        percentile=rule.percentile if isinstance(rule, SlowRequestsRule) else None,
        scope=scope,
        before=_before(notice, rule, state),
        repeat=notice.repeat,
        peak=notice.episode.peak if rule.when not in _WITHOUT_PEAK else None,
        episode_requests=meanwhile.requests if meanwhile else None,
        episode_failures=meanwhile.failures if meanwhile else None,
        quota_used=notice.last or _is_spent(rule, state),
        affected=tuple(_affected(finding) for finding in notice.firing[:MOST_AFFECTED]) if scope != "test" else (),
        affected_count=len(notice.firing) if scope != "test" else 0,
        folded_episodes=notice.folded,
        trend=trend(state.history),
        trend_step_s=STEP,
    )


def _measured(notice: Notice, state: State) -> Window:
    """The window that the finding is of, as its rule has taken it."""
    history, over = state.history, notice.finding.window
    return history.measured(over) if isinstance(notice.rule, FailuresPerSecondRule) else history.window(over)


def _is_spent(rule: AnyRule, state: State) -> bool:
    return isinstance(rule, NewFailureRule) and state.watches.get(rule.name, Watch()).new >= rule.at_most


def _seconds(window: Window | None, state: State) -> float | None:
    """How long it is; from the start of the run, if it begins before all samples."""
    if window is None:
        return None
    if window.span is not None:
        return max(window.span, 0.0)
    if state.began_at is None or not isfinite(window.end.at):
        return None
    return max(window.end.known_at - state.began_at, 0.0)


def _scope(rule: AnyRule) -> Scope:
    return "failure" if rule.when == "new_failure" else rule.scope


def _before(notice: Notice, rule: AnyRule, state: State) -> float | None:
    """As the rule measured it; else the share of failures before the episode, where that is what it measures."""
    if rule.when != "failure_ratio":
        return notice.finding.before
    until = notice.episode.started_at - rule.over - rule.hold
    return share_before(state.history, notice.finding.subject, until, (state.began_at or 0.0) + rule.warm_up)


def _affected(finding: Finding) -> Affected:
    subject = finding.subject
    return Affected(
        method=subject.method,
        name=subject.name,
        message=subject.detail or None,
        value=finding.value,
        requests=finding.requests,
        failures=min(finding.failures, finding.requests),
    )


def utc(epoch_seconds: float) -> datetime:
    """The moment as the schemas want it."""
    return datetime.fromtimestamp(epoch_seconds, UTC)
