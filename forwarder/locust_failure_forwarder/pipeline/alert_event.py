"""From what the rules decided to the alert that is sent. Decides nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from locust_failure_schemas import Affected, Alert, EndpointCount, ErrorCount, Scope, Unit

from ..alerts.engine import State
from ..alerts.episodes import Notice
from ..alerts.findings import Finding
from ..alerts.trend import STEP, share_before, trend
from ..config.alert_rules import AnyRule
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


def alert_of(
    notice: Notice,
    rule: AnyRule,
    state: State,
    run: RunState,
    ids: tuple[UUID, int],
    errors: tuple[ErrorCount, ...],
    clean: Callable[[str], str],
) -> Alert:
    """The alert.

    Args:
        notice: what to tell.
        rule: its rule.
        state: of all rules, after the sample that caused it.
        run: the run.
        ids: of the episode, and the alert's sequence number.
        errors: the most frequent ones.
        clean: redacts a text of the configuration; the others are redacted already.
    """
    found, scope = notice.finding, _scope(rule)
    new = rule.when == "new_failure"
    requests = found.requests
    window = state.history.window(found.window)
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
        window_s=found.window,
        requests=requests,
        failures=min(found.failures, requests),
        users=max(state.history.newest.users, 0),
        started_at=utc(notice.episode.started_at),
        resolution=notice.resolution,
        top_endpoints=tuple(
            EndpointCount(method=method, name=name, requests=counts.requests, failures=counts.failures)
            for (method, name), counts in window.worst(TOP)
        ),
        top_errors=errors,
        labels={name: clean(value) for name, value in rule.labels.items()},
        unit=_UNITS[rule.when],
        scope=scope,
        before=_before(rule, state, found),
        repeat=notice.repeat,
        affected=tuple(_affected(finding) for finding in notice.firing[:MOST_AFFECTED]) if scope != "test" else (),
        affected_count=len(notice.firing) if scope != "test" else 0,
        folded_episodes=notice.folded,
        trend=trend(state.history),
        trend_step_s=STEP,
    )


def _scope(rule: AnyRule) -> Scope:
    return "failure" if rule.when == "new_failure" else rule.scope


def _before(rule: AnyRule, state: State, found: Finding) -> float | None:
    """As the rule measured it; else the share of failures, where that is what it measures."""
    return share_before(state.history, found) if rule.when == "failure_ratio" else found.before


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
