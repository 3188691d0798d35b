"""The committed batches of every version can be read for ever, and so can what later minor versions add (P10)."""

from typing import Any

import pytest
from locust_failure_schemas import Alert, AlertBatch, FailureBatch, FailureRecord, RunSummary, SummaryBatch, parse_batch
from locust_failure_schemas.json_schema import json_schemas
from support.mini_json_schema import problems
from support.schema_golden import NAMES, NEWEST, at, body, document, encode, later_minor, places, replaced

SCHEMA_OF = {"failures": "failure-batch", "alerts": "alert-batch", "summaries": "summary-batch"}
SCHEMAS = json_schemas()


def schema_for(name: str) -> dict[str, Any]:
    return SCHEMAS[SCHEMA_OF[name.split(".", maxsplit=1)[0]]]


@pytest.mark.parametrize("name", NAMES)
def test_committed_batch_is_read(name: str) -> None:
    """P10"""
    assert parse_batch(body(name)).kind == name.split(".", maxsplit=1)[0]


def test_committed_failures_keep_their_meaning() -> None:
    """P10"""
    batch = parse_batch(body("failures.complete"))

    assert isinstance(batch, FailureBatch)
    first, second = batch.failures
    assert str(first.id) == "01976a5e-7c1b-7000-8000-000000000001"
    assert first.occurred_at.isoformat() == "2026-05-04T09:30:00.123456+00:00"
    assert first.request.headers["authorization"] == "[REDACTED:authorization]"
    assert first.response is not None
    assert (first.response.status_code, first.response.body) == (503, '{"error":"库存不足"}')
    assert first.context == {
        "tenant": "acme",
        "attempt": 2,
        "beta": True,
        "basket": [{"sku": "A-1", "price": 9.5}],
        "voucher": None,
    }
    assert first.truncated == ("response.body",)
    assert second.response is None
    assert second.error.category == "connection_refused"


def test_committed_alerts_keep_their_meaning() -> None:
    """P10"""
    batch = parse_batch(body("alerts.complete"))

    assert isinstance(batch, AlertBatch)
    firing, resolved = batch.alerts
    assert (firing.state, firing.severity, firing.resolution) == ("firing", "critical", None)
    assert (resolved.state, resolved.resolution, resolved.episode_id) == ("resolved", "recovered", firing.episode_id)
    assert firing.top_endpoints[0].failures == 120


def test_committed_summary_keeps_its_meaning() -> None:
    """P10"""
    batch = parse_batch(body("summaries.complete"))

    assert isinstance(batch, SummaryBatch)
    (summary,) = batch.summaries
    assert summary.categories == {"server_error": 120, "assertion": 51, "connection_refused": 1}
    assert (summary.duration_s, summary.requests, summary.failures, summary.user_errors) == (600.0, 24000, 172, 2)


@pytest.mark.parametrize("name", NEWEST)
def test_complete_batch_sets_every_field_that_exists(name: str) -> None:
    """A field added to a model must be added to the committed batch of its version."""
    known = document(name)
    dumped = parse_batch(body(name)).model_dump(mode="json")

    def shape(value: Any) -> set[tuple[str, ...]]:
        return {tuple(str(key) for key in place if not isinstance(key, int)) for place in places(value)}

    assert shape(known) == shape(dumped)
    # Every field has a real value at least once.
    empty = {tuple(map(str, place[2:])) for place in places(known) if at(known, place) in (None, [], {})}
    filled = {tuple(map(str, place[2:])) for place in places(known) if at(known, place) not in (None, [], {})}
    assert empty - filled <= {("context", "voucher"), ("trend", "1")}


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("minimal")])
def test_minimal_batch_holds_required_fields_only(name: str) -> None:
    """Taking away any key makes the batch invalid, so readers may rely on all of them."""
    known = document(name)
    schema = schema_for(name)

    for place in places(known):
        if isinstance(place[-1], str):
            smaller = replaced(known, place, None)
            del at(smaller, place[:-1])[place[-1]]
            with pytest.raises(ValueError, match=place[-1]):
                parse_batch(encode(smaller))
            assert problems(schema, smaller), place


@pytest.mark.parametrize("name", NAMES)
def test_committed_batch_satisfies_json_schema(name: str) -> None:
    """P10"""
    assert problems(schema_for(name), document(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_batch_of_a_later_minor_version_satisfies_json_schema(name: str) -> None:
    """P10"""
    assert problems(schema_for(name), later_minor(document(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_batch_of_1_1_reads_as_the_one_of_1_0_where_it_says_the_same(name: str) -> None:
    """P10"""
    later = parse_batch(encode(later_minor(document(name)))).model_dump()
    known = parse_batch(body(name)).model_dump()

    different = {place[-1] for place in places(known) if at(known, place) != at(later, place) and is_leaf(known, place)}
    assert different <= {"schema_version", "category", "severity", "role", "resolution"}


def is_leaf(value: Any, place: Any) -> bool:
    return not isinstance(at(value, place), dict | list | tuple)


def test_unknown_values_of_1_1_fall_back() -> None:
    """P10"""
    failures = parse_batch(encode(later_minor(document("failures.complete"))))
    alerts = parse_batch(encode(later_minor(document("alerts.complete"))))

    assert isinstance(failures, FailureBatch)
    assert isinstance(alerts, AlertBatch)
    assert failures.node.role == "unknown"
    assert {record.error.category for record in failures.failures} == {"unknown"}
    assert {record.node.role for record in failures.failures} == {"unknown"}
    assert {alert.severity for alert in alerts.alerts} == {"warning"}
    assert [alert.resolution for alert in alerts.alerts] == [None, "other"]


def test_counts_of_unknown_categories_add_up() -> None:
    """P10: no failure disappears from a summary because its category is new."""
    batch = parse_batch(encode(later_minor(document("summaries.complete"))))

    assert isinstance(batch, SummaryBatch)
    (summary,) = batch.summaries
    assert summary.categories == {"server_error": 120, "assertion": 51, "connection_refused": 1, "unknown": 7}


def test_counts_of_unknown_categories_add_to_those_already_unknown() -> None:
    changed = replaced(document("summaries.complete"), ("summaries", 0, "categories"), {"unknown": 2, "new": 3})

    batch = parse_batch(encode(changed))

    assert isinstance(batch, SummaryBatch)
    assert batch.summaries[0].categories == {"unknown": 5}


@pytest.mark.parametrize("name", NAMES)
def test_a_single_record_of_a_later_minor_version_reads_as_in_its_batch(name: str) -> None:
    """P10"""
    later = later_minor(document(name))
    batch = parse_batch(encode(later))
    records: tuple[FailureRecord | Alert | RunSummary, ...] = getattr(batch, batch.kind)
    for record, written in zip(records, later[batch.kind], strict=True):
        assert type(record).read(encode(written)) == record
