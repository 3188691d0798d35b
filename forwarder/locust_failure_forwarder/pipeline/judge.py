"""From samples to alerts and summaries, as events for the log. The rules themselves are in `alerts/`; no I/O here."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from locust_failure_schemas import Alert, EndpointCount, ErrorCount, RunSummary

from ..alerts.ratio import EndpointSample, RuleState, Sample, Transition, evaluate, finish, resume, start
from ..config.models import FailureRatioRule
from ..uuid7 import uuid7
from .groups import merge
from .log import NewEvent
from .runs import RunState
from .text import scalar_text

TOP: Final = 5
"""Endpoints and errors that an alert or a summary names."""


class Judge:
    """Keeps each rule's state for the run in progress, and the numbering of what it emits."""

    def __init__(self, rules: Iterable[FailureRatioRule], redact_text: Callable[[str], str]) -> None:
        self._rules = tuple(rules)
        self._redact_text = redact_text
        self._states: dict[str, RuleState] = {}
        self._episodes: dict[str, UUID] = {}
        self._errors: tuple[ErrorCount, ...] = ()
        self._alerts = 0
        self._summaries = 0
        self._resumes = False

    def begin(self) -> None:
        """A run starts: every rule starts anew."""
        self._states = {rule.name: start() for rule in self._rules}
        self._episodes = {}
        self._errors = ()
        self._resumes = False

    def restore(self, alerts: Iterable[Alert], current: UUID, summaries: int) -> None:
        """Take up where an earlier process was when it died.

        The windows begin with the next sample, so a rule that fires goes on firing until enough new ones say otherwise.

        Args:
            alerts: all that it had emitted, oldest first.
            current: id of the run in progress.
            summaries: how many it had emitted.
        """
        self._summaries = summaries
        self._resumes = True
        for alert in alerts:
            self._alerts = max(self._alerts, alert.sequence)
            if alert.run.id != current:
                continue
            self._episodes[alert.rule] = alert.episode_id
            since = alert.started_at.timestamp() if alert.state == "firing" else None
            self._states[alert.rule] = RuleState(firing_since=since)

    def sample(self, run: RunState, payload: dict[str, Any]) -> list[NewEvent]:
        """Alerts that follow from one `sample` frame."""
        sample = Sample(
            at=payload["at"],
            requests=payload["requests"],
            failures=payload["failures"],
            users=payload["users"],
            endpoints=tuple(
                EndpointSample(scalar_text(method), self._clean(name), requests, failures)
                for method, name, requests, failures in payload["endpoints"]
            ),
        )
        self._errors = self._error_counts(payload["errors"]) or self._errors
        if self._resumes:
            self._resumes = False
            self._states = {name: resume(state, sample) for name, state in self._states.items()}
            return []
        events: list[NewEvent] = []
        for rule in self._rules:
            self._states[rule.name], transition = evaluate(rule, self._states.get(rule.name) or start(), sample)
            if transition is not None:
                events.append(self._alert(run, rule, transition))
        return events

    def end(self, run: RunState, at: float) -> list[NewEvent]:
        """The run is over: rules that still fire are resolved as `test_ended`."""
        events: list[NewEvent] = []
        for rule in self._rules:
            self._states[rule.name], transition = finish(rule, self._states.get(rule.name) or start(), at)
            if transition is not None:
                events.append(self._alert(run, rule, transition))
        return events

    def summary(self, run: RunState, payload: dict[str, Any]) -> NewEvent:
        """The summary of a run from its `summary` frame."""
        self._summaries += 1
        self._errors = self._error_counts(payload["errors"]) or self._errors
        started, ended = payload["started_at"], payload["at"]
        summary = RunSummary(
            id=UUID(bytes=uuid7(ended)),
            sequence=self._summaries,
            occurred_at=_utc(ended),
            run=run.run,
            node=run.node,
            started_at=_utc(started),
            ended_at=_utc(ended),
            duration_s=max(0.0, ended - started),
            users_peak=payload["users_peak"],
            requests=payload["requests"],
            failures=payload["failures"],
            user_errors=run.user_errors,
            alerts_fired=run.alerts_fired,
            categories=dict(run.categories.most_common()),  # pyright: ignore[reportArgumentType] - keys are categories; the model checks
            top_endpoints=tuple(
                EndpointCount(method=scalar_text(m), name=self._clean(n), requests=r, failures=f)
                for m, n, r, f in payload["endpoints"][:TOP]
            ),
            top_errors=self._top_errors(run),
        )
        return NewEvent("summaries", summary.id, run.origin, summary.model_dump_json().encode())

    def _alert(self, run: RunState, rule: FailureRatioRule, transition: Transition) -> NewEvent:
        self._alerts += 1
        if transition.state == "firing":
            run.alerts_fired += 1
            self._episodes[rule.name] = UUID(bytes=uuid7(transition.at))
        alert = Alert(
            id=UUID(bytes=uuid7(transition.at)),
            episode_id=self._episodes[rule.name],
            sequence=self._alerts,
            occurred_at=_utc(transition.at),
            run=run.run,
            node=run.node,
            rule=rule.name,
            condition=rule.when,
            state=transition.state,
            severity=rule.severity,
            value=transition.value,
            threshold=rule.above,
            window_s=rule.over,
            requests=transition.requests,
            failures=transition.failures,
            users=transition.users,
            started_at=_utc(transition.started_at),
            resolution=transition.resolution,
            top_endpoints=tuple(
                EndpointCount(method=e.method, name=e.name, requests=e.requests, failures=e.failures)
                for e in transition.endpoints[:TOP]
            ),
            top_errors=self._top_errors(run),
        )
        return NewEvent("alerts", alert.id, run.origin, alert.model_dump_json().encode())

    def _top_errors(self, run: RunState) -> tuple[ErrorCount, ...]:
        """Our own groups where this node captured failures; else Locust's table, as a master has it."""
        return run.groups.top(TOP) or merge(self._errors, TOP)

    def _error_counts(self, errors: Iterable[tuple[str, str, str, int]]) -> tuple[ErrorCount, ...]:
        return tuple(
            ErrorCount(method=scalar_text(m), name=self._clean(n), message=self._clean(message), count=count)
            for m, n, message, count in errors
            if count > 0
        )

    def _clean(self, text: str) -> str:
        return self._redact_text(scalar_text(text))


def _utc(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
