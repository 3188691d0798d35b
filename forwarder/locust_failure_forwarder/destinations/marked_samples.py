"""Alerts and summaries as a real test makes them, marked as samples. Pure; ids follow from the time given.

`alerts test` sends them, and templates are checked with them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from locust_failure_schemas import Alert, DeliveryCount, EndpointCount, ErrorCount, Run, RunSummary

from ..events import Event, Kind, Origin
from .probe_record import sample_event, sample_id

SampleName = Literal["firing", "resolved", "summary"]

NAME: Final = "SAMPLE: nothing failed"
"""How the run is named: it begins every headline."""

_ENDPOINTS: Final = (
    EndpointCount(method="POST", name="/sample/checkout", requests=210, failures=120),
    EndpointCount(method="GET", name="/sample/orders/[id]", requests=180, failures=51),
    EndpointCount(method="GET", name="/sample", requests=20, failures=1),
)
_ERRORS: Final = (
    ErrorCount(method="POST", name="/sample/checkout", message="sample: 503 Service Unavailable", count=120),
    ErrorCount(method="GET", name="/sample/orders/[id]", message="sample: out of stock", count=51),
    ErrorCount(method="GET", name="/sample", message="sample: connection refused", count=1),
)
_TREND: Final = (0.0, 0.01, 0.0, 0.01, 0.02, 0.01, 0.05, 0.12, 0.28, 0.42)
_LASTED: Final = timedelta(seconds=95)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample."""

    name: SampleName
    kind: Kind
    record: Alert | RunSummary

    def event(self) -> Event:
        """As it would lie in the log."""
        origin = Origin(self.record.run.model_dump_json().encode(), self.record.node.model_dump_json().encode())
        return Event(1, self.kind, self.record.id, origin, self.record.model_dump_json().encode())


def marked_samples(now: datetime, real: Run | None = None) -> tuple[Sample, ...]:
    """An alert that fires, its end, and a summary, as people will see them; the last two of `now` (aware).

    They have the environment and the labels of a `real` run, to try out what is routed by them, and its name too.
    """
    moment = now.astimezone(UTC)
    base = Alert.model_validate_json(sample_event("alerts", moment).body)
    run = base.run.model_copy(update=_names(base.run, real))
    node = base.node.model_copy(update={"role": "local", "host": "sample"})
    measured: dict[str, Any] = {
        "node": node,
        "run": run,
        "rule": "sample",
        "severity": "info",
        "threshold": 0.05,
        "before": 0.004,
        "window_s": 10.0,
        "users": 50,
        "started_at": moment - _LASTED,
    }
    firing = base.model_copy(
        update=measured
        | {
            "state": "firing",
            "repeat": 0,
            "resolution": None,
            "occurred_at": moment - _LASTED,
            "value": 172 / 410,
            "requests": 410,
            "failures": 172,
            "top_endpoints": _ENDPOINTS,
            "top_errors": _ERRORS,
            "top_s": 10.0,
            "trend": _TREND,
            "peak": 172 / 410,
        }
    )
    resolved = base.model_copy(
        update=measured
        | {
            "id": sample_id("resolved", moment),
            "sequence": 2,
            "repeat": 1,
            "value": 0.004,
            "requests": 500,
            "failures": 2,
            "top_endpoints": _ENDPOINTS,
            "top_errors": _ERRORS,
            "top_s": _LASTED.total_seconds() + 10.0,
            "peak": 172 / 410,
            "episode_requests": 4_210,
            "episode_failures": 172,
        }
    )
    summary = RunSummary.model_validate_json(sample_event("summaries", moment).body).model_copy(
        update={
            "run": run,
            "node": node,
            "started_at": moment - timedelta(minutes=10),
            "duration_s": 600.0,
            "users_peak": 50,
            "requests": 24_000,
            "failures": 172,
            "alerts_fired": 1,
            "categories": {"server_error": 120, "assertion": 51, "connection_refused": 1},
            "top_endpoints": _ENDPOINTS,
            "top_errors": _ERRORS,
            "deliveries": (DeliveryCount(destination="monitoring", captured=172, delivered=166, pending=6),),
        }
    )
    return (
        Sample("firing", "alerts", firing),
        Sample("resolved", "alerts", resolved),
        Sample("summary", "summaries", summary),
    )


def _names(own: Run, real: Run | None) -> dict[str, Any]:
    """What a sample's run is called. Its own label, which says that it is a test, stands whatever a user's says."""
    if real is None:
        return {"name": NAME}
    return {
        "name": f"{NAME} ({real.name})",
        "environment": real.environment,
        "labels": {**real.labels, **own.labels},
    }
