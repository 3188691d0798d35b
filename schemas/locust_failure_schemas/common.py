"""Parts that failures, alerts and summaries share: the run, the node, counts of endpoints and errors."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ._base import Model, open_values

Role = Literal["local", "master", "worker", "unknown"]
OpenRole = Annotated[Role, *open_values(Role, "unknown")]


class Run(Model):
    """One test run, from Locust's `test_start` to `test_stop`. The web UI can start several in one process."""

    id: Annotated[UUID, Field(examples=["01976a5e-7c1b-7000-8000-0000000000aa"])]
    """UUIDv7 of the run; the same on the master and on all of its workers. OpenTelemetry has no
    stable attribute for it."""
    name: Annotated[str, Field(min_length=1, examples=["checkout-soak"])]
    """Name of the test from the configuration. OpenTelemetry: `test.suite.name`."""
    environment: Annotated[str | None, Field(examples=["staging"])] = None
    """Where the tested system runs. OpenTelemetry: `deployment.environment.name`."""
    labels: dict[str, str] = Field(default_factory=dict, examples=[{"team": "payments"}])
    """Labels the user gave the run, free of meaning to us."""


class Node(Model):
    """The Locust process that saw the event."""

    worker_id: Annotated[str, Field(examples=["loadgen-1_6d1f0c"])]
    """Locust's client id of the process, unique within a run. OpenTelemetry: `service.instance.id`."""
    role: OpenRole
    """What the process does in the run: `local`, `master` or `worker`. A role that a later minor version adds reads as
    `unknown`."""
    index: Annotated[int, Field(ge=-1, examples=[0])]
    """Locust's worker index, counted from 0; -1 where it has none."""
    host: Annotated[str, Field(examples=["loadgen-1"])]
    """Host name. OpenTelemetry: `host.name`."""
    pid: Annotated[int, Field(ge=0, examples=[4711])]
    """Process id. OpenTelemetry: `process.pid`."""


class EndpointCount(Model):
    """Requests and failures of one endpoint, as Locust groups them: method and name."""

    method: Annotated[str, Field(examples=["POST"])]
    """Request type. OpenTelemetry: `http.request.method`."""
    name: Annotated[str, Field(examples=["/checkout"])]
    """Locust's name of the request. OpenTelemetry: `url.template`."""
    requests: Annotated[int, Field(ge=0, examples=[1200])]
    """Number of requests, failed ones included."""
    failures: Annotated[int, Field(ge=0, examples=[84])]
    """Number of failed requests."""


class ErrorCount(Model):
    """How often one error was seen at one endpoint."""

    method: Annotated[str, Field(examples=["POST"])]
    """Request type. OpenTelemetry: `http.request.method`."""
    name: Annotated[str, Field(examples=["/checkout"])]
    """Locust's name of the request. OpenTelemetry: `url.template`."""
    message: Annotated[str, Field(examples=["500 Server Error: Internal Server Error"])]
    """Text of the error, redacted. OpenTelemetry: `exception.message`."""
    count: Annotated[int, Field(ge=1, examples=[84])]
    """Number of occurrences."""
