"""Makers of valid sample records and events for tests. Every maker takes the fields to change; nothing is random.

All values are invented. Ids are UUIDv7 made from the sequence, so records of different sequence differ.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from locust_failure_forwarder.events import Event, Kind, Origin
from locust_failure_schemas import (
    Alert,
    DeliveryCount,
    EndpointCount,
    ErrorCount,
    ErrorInfo,
    FailureRecord,
    Node,
    RequestInfo,
    ResponseInfo,
    Run,
    RunSummary,
    UserInfo,
)

NOW: Final = datetime(2026, 5, 4, 9, 31, 0, tzinfo=UTC)
"""The time at which the samples happen."""

TOP_ENDPOINTS: Final = (
    EndpointCount(method="POST", name="/checkout", requests=210, failures=120),
    EndpointCount(method="GET", name="/orders/[id]", requests=180, failures=51),
    EndpointCount(method="GET", name="/", requests=20, failures=1),
)
TOP_ERRORS: Final = (
    ErrorCount(method="POST", name="/checkout", message="503 Server Error: Service Unavailable", count=120),
    ErrorCount(method="GET", name="/orders/[id]", message="out of stock", count=51),
    ErrorCount(method="GET", name="/", message="Connection refused", count=1),
)


def uuid7(number: int, *, at: datetime = NOW) -> UUID:
    """A UUIDv7 of time `at` that differs for each `number`."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | number)


def run(**changes: Any) -> Run:
    """A run named checkout-soak in staging."""
    fields: dict[str, Any] = {
        "id": uuid7(0xAA),
        "name": "checkout-soak",
        "environment": "staging",
        "labels": {"team": "payments"},
    }
    return Run(**fields | changes)


def node(**changes: Any) -> Node:
    """A worker on host loadgen-1."""
    fields: dict[str, Any] = {
        "worker_id": "loadgen-1_6d1f0c",
        "role": "worker",
        "index": 0,
        "host": "loadgen-1",
        "pid": 4711,
    }
    return Node(**fields | changes)


def failure(sequence: int = 1, **changes: Any) -> FailureRecord:
    """A 503 of `POST /checkout`."""
    fields: dict[str, Any] = {
        "id": uuid7(0x1_0000_0000 + sequence),
        "sequence": sequence,
        "occurred_at": NOW + timedelta(milliseconds=sequence),
        "run": run(),
        "node": node(),
        "request": RequestInfo(
            method="POST",
            name="/checkout",
            url="https://shop.example.com/checkout?token=[REDACTED:token]",
            headers={"content-type": "application/json"},
            body='{"sku":"A-1","password":"[REDACTED:password]"}',
        ),
        "response": ResponseInfo(status_code=503, headers={"retry-after": "5"}, body='{"error":"busy"}', length=16),
        "elapsed_ms": 104.2,
        "error": ErrorInfo(
            type="requests.exceptions.HTTPError",
            message="503 Server Error: Service Unavailable for url: /checkout",
            category="server_error",
            fingerprint="5f1c9a0b7d3e2846",
        ),
        "user": UserInfo(class_name="ShopUser", task="checkout"),
        "context": {"tenant": "acme"},
        "redactions": {"password": 1, "token": 1},
    }
    return FailureRecord(**fields | changes)


def alert(sequence: int = 1, **changes: Any) -> Alert:
    """A firing alert: 172 of 410 requests failed. For a resolved one give `state` and `resolution`."""
    fields: dict[str, Any] = {
        "id": uuid7(0x2_0000_0000 + sequence),
        "episode_id": uuid7(0xE1),
        "sequence": sequence,
        "occurred_at": NOW,
        "run": run(),
        "node": node(worker_id="loadgen-1_master", role="master", index=-1),
        "rule": "failure-spike",
        "condition": "failure_ratio",
        "state": "firing",
        "severity": "critical",
        "value": 172 / 410,
        "threshold": 0.05,
        "window_s": 10.0,
        "requests": 410,
        "failures": 172,
        "users": 50,
        "started_at": NOW,
        "top_endpoints": TOP_ENDPOINTS,
        "top_errors": TOP_ERRORS,
    }
    return Alert(**fields | changes)


def summary(sequence: int = 1, **changes: Any) -> RunSummary:
    """A run of ten minutes with 172 failures among 24,000 requests."""
    fields: dict[str, Any] = {
        "id": uuid7(0x3_0000_0000 + sequence),
        "sequence": sequence,
        "occurred_at": NOW + timedelta(minutes=9),
        "run": run(),
        "node": node(worker_id="loadgen-1_master", role="master", index=-1),
        "started_at": NOW - timedelta(minutes=1),
        "ended_at": NOW + timedelta(minutes=9),
        "duration_s": 600.0,
        "users_peak": 50,
        "requests": 24_000,
        "failures": 172,
        "alerts_fired": 1,
        "categories": {"server_error": 120, "assertion": 51, "connection_refused": 1},
        "top_endpoints": TOP_ENDPOINTS,
        "top_errors": TOP_ERRORS,
        "deliveries": (DeliveryCount(destination="monitoring", captured=172, delivered=160, pending=10, dead=2),),
    }
    return RunSummary(**fields | changes)


def event(kind: Kind, *, position: int = 1, record: FailureRecord | Alert | RunSummary | None = None) -> Event:
    """The event of `record`, or of a sample of `kind` whose sequence is `position`."""
    if record is None:
        maker = {"failures": failure, "alerts": alert, "summaries": summary}[kind]
        record = maker(position)
    origin = Origin(run=record.run.model_dump_json().encode(), node=record.node.model_dump_json().encode())
    return Event(position=position, kind=kind, id=record.id, origin=origin, body=record.model_dump_json().encode())
