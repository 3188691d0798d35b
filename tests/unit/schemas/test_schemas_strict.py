"""What is written is checked strictly: the fault shows here, not in somebody's receiver."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from locust_failure_schemas import Alert, FailureRecord, Node, Run, RunSummary, parse_batch
from locust_failure_schemas.batch import FailureBatch
from pydantic import BaseModel, ValidationError
from support.schema_golden import body


def records() -> dict[str, BaseModel]:
    batches = {kind: parse_batch(body(f"{kind}.complete")) for kind in ("failures", "alerts", "summaries")}
    return {kind: getattr(batch, kind)[0] for kind, batch in batches.items()}


RECORDS = records()


def failure(**changes: Any) -> FailureRecord:
    record = RECORDS["failures"]
    assert isinstance(record, FailureRecord)
    return FailureRecord.model_validate(dict(record) | changes)


@pytest.mark.parametrize("kind", RECORDS)
def test_unknown_key_is_refused(kind: str) -> None:
    record = RECORDS[kind]
    with pytest.raises(ValidationError, match="extra_forbidden"):
        type(record).model_validate(dict(record) | {"surprise": 1})


@pytest.mark.parametrize("model", [Run, Node])
def test_unknown_key_of_a_part_is_refused(model: type[BaseModel]) -> None:
    part = RECORDS["failures"].model_dump()[model.__name__.lower()]
    assert model.model_validate(part)
    with pytest.raises(ValidationError, match="extra_forbidden"):
        model.model_validate(part | {"surprise": 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "01976a5e-7c1b-7000-8000-000000000001"},
        {"sequence": "1"},
        {"sequence": True},
        {"sequence": 0},
        {"elapsed_ms": "1"},
        {"elapsed_ms": -1.0},
        {"elapsed_ms": float("nan")},
        {"elapsed_ms": float("inf")},
        {"occurred_at": "2026-05-04T09:30:00Z"},
        {"context": {1: "x"}},
        {"context": {"x": b"bytes are no JSON"}},
        {"redactions": {"token": 0}},
        {"truncated": "body"},
        {"error": None},
        {"error": {"type": "E", "message": "", "category": "quota_exceeded", "fingerprint": "0" * 16}},
        {"error": {"type": "E", "message": "", "category": "unknown", "fingerprint": "0" * 15}},
        {"error": {"type": "E", "message": "", "category": "unknown", "fingerprint": "0" * 15 + "G"}},
        {"response": {"status_code": 0, "length": 0}},
    ],
    ids=str,
)
def test_wrong_value_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        failure(**changes)
    assert {error["loc"][0] for error in caught.value.errors()} == set(changes)


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        failure(occurred_at=datetime(2026, 5, 4, 9, 30))  # noqa: DTZ001  # the point of the test


def test_right_values_pass() -> None:
    changed = failure(id=UUID(int=1), occurred_at=datetime(2026, 5, 4, tzinfo=UTC), elapsed_ms=None, response=None)
    assert changed.response is None


@pytest.mark.parametrize(("model", "field"), [(Alert, "severity"), (Alert, "state"), (Alert, "resolution")])
def test_value_outside_a_list_is_refused_when_written(model: type[BaseModel], field: str) -> None:
    """Falling back is for reading only: a typing error of ours must not travel as `warning`."""
    record = RECORDS["alerts"]
    with pytest.raises(ValidationError) as caught:
        model.model_validate(dict(record) | {field: "disaster"})
    assert caught.value.errors()[0]["type"] == "literal_error"


def test_category_outside_the_list_is_refused_in_a_written_summary() -> None:
    record = RECORDS["summaries"]
    with pytest.raises(ValidationError):
        RunSummary.model_validate(dict(record) | {"categories": {"quota_exceeded": 1}})


def test_role_outside_the_list_is_refused_when_written() -> None:
    with pytest.raises(ValidationError):
        Node(worker_id="w", role="observer", index=0, host="h", pid=1)  # pyright: ignore[reportArgumentType]  # the point


def test_written_batch_of_another_major_version_is_refused() -> None:
    batch = parse_batch(body("failures.complete"))
    with pytest.raises(ValidationError, match="schema_version"):
        FailureBatch.model_validate(dict(batch) | {"schema_version": "2.0"})


@pytest.mark.parametrize("kind", RECORDS)
def test_record_is_frozen(kind: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RECORDS[kind].sequence = 2  # pyright: ignore[reportAttributeAccessIssue]  # the point


def test_maps_of_two_records_are_not_the_same_object() -> None:
    one, two = (Run(id=UUID(int=1), name="n") for _ in range(2))
    assert one.labels == two.labels == {}
    assert one.labels is not two.labels
