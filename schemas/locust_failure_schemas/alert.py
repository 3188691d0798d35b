"""`Alert`: a rule began or ceased to hold. Does not decide when."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat

from ._base import Model, open_values
from .common import EndpointCount, ErrorCount, Node, Run

AlertState = Literal["firing", "resolved"]
Severity = Literal["info", "warning", "critical"]
Resolution = Literal["recovered", "test_ended", "other"]


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
    """The endpoints with the most failures within the window, worst first."""
    top_errors: tuple[ErrorCount, ...] = ()
    """The most frequent errors of the run so far, most frequent first."""
