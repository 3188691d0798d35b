"""`Alert`: a rule began or ceased to hold. Does not decide when."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat

from ._base import Model, open_values
from .common import EndpointCount, ErrorCount, Node, Run

AlertState = Literal["firing", "resolved"]
Severity = Literal["info", "warning", "critical"]
Resolution = Literal["recovered", "test_ended", "other"]
Scope = Literal["test", "endpoint", "failure", "other"]
Unit = Literal["ratio", "per_second", "milliseconds", "count", "other"]


class Affected(Model):
    """One endpoint, or one new kind of failure, that an alert speaks of. Since 1.1."""

    method: Annotated[str, Field(examples=["POST"])]
    """Request type. OpenTelemetry: `http.request.method`."""
    name: Annotated[str, Field(examples=["/checkout"])]
    """Locust's name of the request. OpenTelemetry: `url.template`."""
    message: Annotated[str | None, Field(examples=["500 Server Error: Internal Server Error"])] = None
    """Text of the failure, redacted, where the alert is about one; null for an endpoint."""
    value: Annotated[FiniteFloat, Field(examples=[0.42])]
    """What was measured, in the alert's unit."""
    requests: Annotated[int, Field(ge=0, examples=[410])]
    """Requests within the window."""
    failures: Annotated[int, Field(ge=0, examples=[172])]
    """Failures within the window."""


class Alert(Model):
    """One message of an episode: `firing` opens it, `resolved` closes it."""

    id: Annotated[UUID, Field(examples=["01976a5e-8000-7000-8000-000000000002"])]
    """UUIDv7 of this message; the same in every retry. OpenTelemetry: `log.record.uid`."""
    episode_id: Annotated[UUID, Field(examples=["01976a5e-8000-7000-8000-0000000000e1"])]
    """UUIDv7 shared by all messages of one episode."""
    sequence: Annotated[int, Field(ge=1, examples=[1])]
    """Counts up by one for each alert message of a node, so that a gap shows a loss."""
    occurred_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:31:00Z"])]
    """When the rule's state changed, UTC. OpenTelemetry: `Timestamp`."""
    run: Run
    """The test run."""
    node: Node
    """The Locust process whose statistics the rule read: the master, or the local process."""
    rule: Annotated[str, Field(min_length=1, examples=["failure-spike"])]
    """Name of the rule in the configuration."""
    condition: Annotated[str, Field(examples=["failure_ratio"])]
    """What the rule measures."""
    state: Annotated[AlertState, Field(examples=["firing"])]
    """`firing` or `resolved`. This list is closed for all of version 1."""
    severity: Annotated[Severity, *open_values(Severity, "warning")]
    """How bad, as the rule says: `info`, `warning` or `critical`. A value that a later minor version adds reads as
    `warning`. OpenTelemetry: `SeverityText`."""
    value: Annotated[FiniteFloat, Field(examples=[0.42])]
    """What was measured when the state changed; for `failure_ratio` a number from 0 to 1."""
    threshold: Annotated[FiniteFloat, Field(examples=[0.05])]
    """The limit that was crossed, in the unit of `value`."""
    window_s: Annotated[FiniteFloat, Field(gt=0, examples=[10.0])]
    """Length of the window measured, in seconds."""
    requests: Annotated[int, Field(ge=0, examples=[410])]
    """Requests within the window."""
    failures: Annotated[int, Field(ge=0, examples=[172])]
    """Failures within the window."""
    users: Annotated[int, Field(ge=0, examples=[50])]
    """Simulated users running."""
    started_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:31:00Z"])]
    """When the episode began, UTC."""
    resolution: Annotated[Resolution, *open_values(Resolution, "other")] | None = None
    """Why it was resolved: `recovered`, or `test_ended` before it recovered; null while firing. A reason that a later
    minor version adds reads as `other`."""
    top_endpoints: tuple[EndpointCount, ...] = ()
    """The endpoints with the most failures, worst first; see `top_s`."""
    top_errors: tuple[ErrorCount, ...] = ()
    """The most frequent errors, most frequent first; see `top_s`."""
    top_s: Annotated[FiniteFloat | None, Field(ge=0, examples=[10.0])] = None
    """Seconds up to now that `top_endpoints` and `top_errors` are of: the window, or the whole episode once it is
    resolved. Null: the endpoints are of the window, the errors of the run so far. Since 1.1."""
    labels: dict[str, str] = Field(default_factory=dict, examples=[{"team": "payments"}])
    """Labels the user gave the rule. Since 1.1."""
    unit: Annotated[Unit, *open_values(Unit, "other")] = "ratio"
    """Of `value`, `threshold` and `before`: `ratio` from 0 to 1, `per_second`, `milliseconds` or `count`. A unit that a
    later minor version adds reads as `other`. Since 1.1."""
    percentile: Annotated[FiniteFloat | None, Field(gt=0, le=100, examples=[95.0])] = None
    """Which percentile of the response times `value` is; null where it is none. Since 1.1."""
    scope: Annotated[Scope, *open_values(Scope, "other")] = "test"
    """What the rule looks at: the `test` as a whole, each `endpoint`, or each kind of `failure`. A scope that a later
    minor version adds reads as `other`. Since 1.1."""
    before: Annotated[FiniteFloat | None, Field(examples=[0.01])] = None
    """The same measure before the window; null where there was nothing to measure. Since 1.1."""
    repeat: Annotated[int, Field(ge=0, examples=[0])] = 0
    """How many messages of this episode came before this one. Since 1.1."""
    peak: Annotated[FiniteFloat | None, Field(examples=[0.42])] = None
    """The greatest `value` of the episode so far; null where the greatest says nothing. Since 1.1."""
    episode_requests: Annotated[int | None, Field(ge=0, examples=[2050])] = None
    """Requests of the whole test since the episode began, with the window that set it off; null where that is not
    known any more. Since 1.1."""
    episode_failures: Annotated[int | None, Field(ge=0, examples=[613])] = None
    """How many of them failed. Since 1.1."""
    quota_used: Annotated[bool, Field(examples=[False])] = False
    """Whether the rule has told all that it may for now (`at_most` of `new_failure`, `max_per_hour`), so that what it
    finds next is not told at once, or not at all. Since 1.1."""
    affected: tuple[Affected, ...] = ()
    """The endpoints or failures that make the alert, worst first, at most ten; empty if it is about the whole test.
    Since 1.1."""
    affected_count: Annotated[int, Field(ge=0, examples=[12])] = 0
    """How many there are in all. Since 1.1."""
    folded_episodes: Annotated[int, Field(ge=0, examples=[0])] = 0
    """Episodes of the rule before this one that had no message of their own, because it had used up its messages of the
    hour. Since 1.1."""
    trend: Annotated[tuple[FiniteFloat | None, ...], Field(examples=[[0.0, None, 0.42]])] = ()
    """Share of failed requests of the test in each step up to now, oldest first; null for a step without requests.
    Since 1.1."""
    trend_step_s: Annotated[FiniteFloat, Field(gt=0, examples=[5.0])] = 5.0
    """Length of a step of `trend`, in seconds. Since 1.1."""
