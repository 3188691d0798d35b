"""Records that say of themselves that they are tests, for `check --send-test`. Pure; ids follow from the time given."""

import hashlib
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from locust_failure_schemas import Alert, ErrorInfo, FailureRecord, Node, RequestInfo, Run, RunSummary

from ..events import Event, Kind, Origin
from ..uuid7 import uuid7

NAME: Final = "failure-forwarder check"
"""Name of the run in every test record."""

LABELS: Final = {"test": "true"}
"""Labels of the run in every test record, for receivers that filter."""

_NODE: Final = Node(worker_id=NAME, role="unknown", index=-1, host="unknown", pid=0)
_TEXT: Final = "Test record of failure-forwarder: nothing failed"


def sample_event(kind: Kind, now: datetime) -> Event:
    """One valid event of `kind` that happened at `now` (aware)."""
    moment = now.astimezone(UTC)
    record = _RECORDS[kind](moment, Run(id=sample_id("run", moment), name=NAME, labels=LABELS))
    origin = Origin(run=record.run.model_dump_json().encode(), node=record.node.model_dump_json().encode())
    return Event(position=1, kind=kind, id=record.id, origin=origin, body=record.model_dump_json().encode())


def _failure(now: datetime, run: Run) -> FailureRecord:
    return FailureRecord(
        id=sample_id("failure", now),
        sequence=1,
        occurred_at=now,
        run=run,
        node=_NODE,
        request=RequestInfo(method="TEST", name=NAME),
        error=ErrorInfo(type="str", message=_TEXT, category="unknown", fingerprint="0" * 16),
    )


def _alert(now: datetime, run: Run) -> Alert:
    """Already resolved and of the lowest severity, so that a receiver that pages people pages nobody."""
    return Alert(
        id=sample_id("alert", now),
        episode_id=sample_id("episode", now),
        sequence=1,
        occurred_at=now,
        run=run,
        node=_NODE,
        rule=NAME,
        condition="failure_ratio",
        state="resolved",
        severity="info",
        value=0.0,
        threshold=1.0,
        window_s=1.0,
        requests=0,
        failures=0,
        repeat=1,
        users=0,
        started_at=now,
        resolution="recovered",
    )


def _summary(now: datetime, run: Run) -> RunSummary:
    return RunSummary(
        id=sample_id("summary", now),
        sequence=1,
        occurred_at=now,
        run=run,
        node=_NODE,
        started_at=now,
        ended_at=now,
        duration_s=0.0,
        users_peak=0,
        requests=0,
        failures=0,
    )


_RECORDS: Final = {"failures": _failure, "alerts": _alert, "summaries": _summary}


def sample_id(purpose: str, now: datetime) -> UUID:
    """UUIDv7 of `now` whose random bits are a digest, so that equal calls give equal ids."""
    digest = hashlib.sha256(f"{purpose} {now.isoformat()}".encode()).digest()
    return UUID(bytes=uuid7(now.timestamp(), lambda count: digest[:count]))
