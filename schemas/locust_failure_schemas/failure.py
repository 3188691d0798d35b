"""`FailureRecord`: one failed request, validated and redacted. Does not know how it is sent."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat, JsonValue

from ._base import Model, open_values
from .common import Node, Run

Category = Literal[
    "connect_timeout",
    "read_timeout",
    "dns",
    "connection_refused",
    "connection_reset",
    "tls",
    "redirect_loop",
    "decode",
    "rate_limited",
    "unauthorized",
    "not_found",
    "client_error",
    "server_error",
    "assertion",
    "user_error",
    "unknown",
]
"""What kind of failure it was, decided by exception types and status codes alone."""

OpenCategory = Annotated[Category, *open_values(Category, "unknown")]


class RequestInfo(Model):
    """What was sent."""

    method: Annotated[str, Field(examples=["POST"])]
    """Request type as given to Locust. OpenTelemetry: `http.request.method`."""
    name: Annotated[str, Field(examples=["/orders/[id]"])]
    """Locust's name of the request, which groups its statistics. OpenTelemetry: `url.template`."""
    url: Annotated[str | None, Field(examples=["https://shop.example.com/orders/17?token=[REDACTED:token]"])] = None
    """Full URL, redacted; null where the client gave none. OpenTelemetry: `url.full`."""
    headers: dict[str, str] = Field(default_factory=dict, examples=[{"content-type": "application/json"}])
    """Request headers, names in lower case, redacted; several of one name joined by `, `. OpenTelemetry:
    `http.request.header.<key>`, there a list."""
    body: Annotated[str | None, Field(examples=['{"sku":"A-1","password":"[REDACTED:password]"}'])] = None
    """Request body as text, redacted, then cut at the configured number of bytes; null where there is none."""


class ResponseInfo(Model):
    """What came back."""

    status_code: Annotated[int, Field(ge=100, le=999, examples=[503])]
    """HTTP status. OpenTelemetry: `http.response.status_code`."""
    headers: dict[str, str] = Field(default_factory=dict, examples=[{"retry-after": "5"}])
    """Response headers, in the same form as those of the request. OpenTelemetry: `http.response.header.<key>`."""
    body: Annotated[str | None, Field(examples=['{"error":"out of stock"}'])] = None
    """Response body as text, redacted, then cut at the configured number of bytes; null where it was not read."""
    length: Annotated[int, Field(ge=0, examples=[24])]
    """Length of the body in bytes as Locust counted it, decompressed and before any cut. OpenTelemetry's nearest is
    `http.response.body.size`, which counts compressed bytes."""


class ErrorInfo(Model):
    """Why it counts as failed."""

    type: Annotated[str, Field(min_length=1, examples=["requests.exceptions.HTTPError"])]
    """Qualified name of the exception's class; `str` where the client gave a text. OpenTelemetry: `exception.type`."""
    message: Annotated[str, Field(examples=["503 Server Error: Service Unavailable for url: /orders/[id]"])]
    """Text of the exception, redacted. OpenTelemetry: `exception.message`."""
    category: OpenCategory
    """Kind of failure. A kind that a later minor version adds reads as `unknown`."""
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", examples=["5f1c9a0b7d3e2846"])]
    """16 hex digits, equal for what is the same failure: method, name, category, status and the message without
    ids, numbers, addresses, times and quoted values."""
    traceback: Annotated[str | None, Field(examples=['  File "locustfile.py", line 12, in checkout'])] = None
    """Python traceback, redacted; only for errors in the user's own code. OpenTelemetry: `exception.stacktrace`."""


class UserInfo(Model):
    """Which simulated user did it."""

    class_name: Annotated[str, Field(examples=["ShopUser"])]
    """Name of the Locust user class."""
    task: Annotated[str | None, Field(examples=["checkout"])] = None
    """Name of the task that ran, where it is known."""


class FailureRecord(Model):
    """One failed request of a load test."""

    id: Annotated[UUID, Field(examples=["01976a5e-7c1b-7000-8000-000000000001"])]
    """UUIDv7 fixed at capture; the same in every retry and replay, so that duplicates can be told. OpenTelemetry:
    `log.record.uid`."""
    sequence: Annotated[int, Field(ge=1, examples=[1])]
    """Counts up by one for each failure captured by a node, so that a gap shows a loss."""
    occurred_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:30:00.123456Z"])]
    """When the request failed, UTC. OpenTelemetry: `Timestamp`."""
    run: Run
    """The test run."""
    node: Node
    """The Locust process."""
    request: RequestInfo
    """What was sent."""
    response: ResponseInfo | None = None
    """What came back; null where nothing did."""
    elapsed_ms: Annotated[FiniteFloat | None, Field(ge=0, examples=[104.2])] = None
    """Response time in milliseconds as Locust measured it; null where the client gave none. OpenTelemetry:
    `http.client.request.duration` is the same in seconds."""
    error: ErrorInfo
    """Why it counts as failed."""
    user: UserInfo | None = None
    """Which simulated user did it; null where it is not known."""
    context: dict[str, JsonValue] = Field(default_factory=dict, examples=[{"tenant": "acme"}])
    """Locust's request context, redacted."""
    redactions: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict, examples=[{"token": 1}])
    """How many values of this record were masked, by kind."""
    truncated: Annotated[tuple[str, ...], Field(examples=[["response.body"]])] = ()
    """Names of the fields that were cut."""
