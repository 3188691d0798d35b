"""What is written is read back equal, whatever the values."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from locust_failure_schemas import (
    SCHEMA_VERSION,
    Alert,
    AlertBatch,
    AlertState,
    Category,
    EndpointCount,
    ErrorCount,
    ErrorInfo,
    FailureBatch,
    FailureRecord,
    Node,
    RequestInfo,
    Resolution,
    ResponseInfo,
    Role,
    Run,
    RunSummary,
    Severity,
    SummaryBatch,
    UserInfo,
    parse_batch,
)

text = st.text(max_size=20)
some_text = st.text(min_size=1, max_size=20)
maybe_text = st.none() | text
count = st.integers(0, 2**63)
sequence = st.integers(1, 2**63)
finite = st.floats(allow_nan=False, allow_infinity=False)
not_negative = st.floats(0, allow_nan=False, allow_infinity=False)
string_map = st.dictionaries(text, text, max_size=3)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moment = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC) | zones)  # noqa: DTZ001  # the strategy adds zones
json_value: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | finite | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
runs = st.builds(Run, id=st.uuids(), name=some_text, environment=maybe_text, labels=string_map)
nodes = st.builds(
    Node, worker_id=text, role=st.sampled_from(get_args(Role)), index=st.integers(-1, 10**6), host=text, pid=count
)
endpoints = st.lists(st.builds(EndpointCount, method=text, name=text, requests=count, failures=count), max_size=2).map(
    tuple
)
errors = st.lists(st.builds(ErrorCount, method=text, name=text, message=text, count=sequence), max_size=2).map(tuple)
categories = st.sampled_from(get_args(Category))

failures = st.builds(
    FailureRecord,
    id=st.uuids(),
    sequence=sequence,
    occurred_at=moment,
    run=runs,
    node=nodes,
    request=st.builds(RequestInfo, method=text, name=text, url=maybe_text, headers=string_map, body=maybe_text),
    response=st.none()
    | st.builds(ResponseInfo, status_code=st.integers(100, 999), headers=string_map, body=maybe_text, length=count),
    elapsed_ms=st.none() | not_negative,
    error=st.builds(
        ErrorInfo,
        type=some_text,
        message=text,
        category=categories,
        fingerprint=st.integers(0, 2**64 - 1).map("{:016x}".format),
        traceback=maybe_text,
    ),
    user=st.none() | st.builds(UserInfo, class_name=text, task=maybe_text),
    context=st.dictionaries(text, json_value, max_size=3),
    redactions=st.dictionaries(text, sequence, max_size=3),
    truncated=st.lists(text, max_size=3).map(tuple),
)
alerts = st.builds(
    Alert,
    id=st.uuids(),
    episode_id=st.uuids(),
    sequence=sequence,
    occurred_at=moment,
    run=runs,
    node=nodes,
    rule=some_text,
    condition=text,
    state=st.sampled_from(get_args(AlertState)),
    severity=st.sampled_from(get_args(Severity)),
    value=finite,
    threshold=finite,
    window_s=st.floats(0, exclude_min=True, allow_nan=False, allow_infinity=False),
    requests=count,
    failures=count,
    users=count,
    started_at=moment,
    resolution=st.none() | st.sampled_from(get_args(Resolution)),
    top_endpoints=endpoints,
    top_errors=errors,
)
summaries = st.builds(
    RunSummary,
    id=st.uuids(),
    sequence=sequence,
    occurred_at=moment,
    run=runs,
    node=nodes,
    started_at=moment,
    ended_at=moment,
    duration_s=not_negative,
    users_peak=count,
    requests=count,
    failures=count,
    user_errors=count,
    alerts_fired=count,
    categories=st.dictionaries(categories, sequence, max_size=3),
    top_endpoints=endpoints,
    top_errors=errors,
)


def envelope(record: FailureRecord | Alert | RunSummary) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "batch_id": "0" * 32,
        "sent_at": record.occurred_at,
        "run": record.run,
        "node": record.node,
    }


@given(failures)
def test_failures_are_read_as_they_were_written(record: FailureRecord) -> None:
    batch = FailureBatch(kind="failures", failures=(record,), **envelope(record))
    assert parse_batch(batch.model_dump_json().encode()) == batch


@given(alerts)
def test_alerts_are_read_as_they_were_written(record: Alert) -> None:
    batch = AlertBatch(kind="alerts", alerts=(record,), **envelope(record))
    assert parse_batch(batch.model_dump_json().encode()) == batch


@given(summaries)
def test_summaries_are_read_as_they_were_written(record: RunSummary) -> None:
    batch = SummaryBatch(kind="summaries", summaries=(record,), **envelope(record))
    assert parse_batch(batch.model_dump_json().encode()) == batch
