"""A judge with rules on the share of failures, frames of samples for it, and the alerts in what it emits."""

from typing import Any

from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import NewEvent
from locust_failure_forwarder.pipeline.runs import RunBook, RunState
from locust_failure_schemas import Alert

from .frames import NODE, RUN_ID, MarkingRedactor
from .ratio_samples import BEGIN, rule


def judge_of(*names: str) -> tuple[Judge, RunState]:
    """With a critical rule for each name."""
    redact = MarkingRedactor().redact_text
    judge = Judge([rule(name=name, severity="critical") for name in names or ("spike",)], redact)
    run = RunBook(RunConfig(name="checkout-soak"), redact).begin(RUN_ID, NODE)
    judge.begin()
    return judge, run


def sample_at(second: int, requests: int, failures: int, **changes: Any) -> dict[str, Any]:
    """The payload of a `sample` frame; counts since the run began."""
    payload: dict[str, Any] = {
        "run": RUN_ID,
        "at": BEGIN + second,
        "requests": requests,
        "failures": failures,
        "users": 50,
        "endpoints": [["POST", "/checkout", requests, failures]],
        "errors": [["POST", "/checkout", "503 for order 17", failures]] if failures else [],
    }
    return payload | changes


def alerts_in(events: list[NewEvent]) -> list[Alert]:
    """All of them, which nothing else is among."""
    assert all(event.kind == "alerts" for event in events)
    alerts = [Alert.model_validate_json(event.body) for event in events]
    assert [alert.id for alert in alerts] == [event.id for event in events]
    return alerts
