"""The first stage: what the plugin copied is checked, whatever a custom client put there."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.validate import InvalidRecordError, json_value, validate
from support.frames import RUN_ID, SECRET, captured


def _draft(**changes: Any) -> dict[str, Any]:
    run_id, draft = validate(captured(**changes))
    assert run_id == RUN_ID
    return draft


def test_a_captured_failure_becomes_a_draft_in_the_shape_of_a_record() -> None:
    draft = _draft()
    assert draft["request"] == {
        "method": "POST",
        "name": "/checkout",
        "url": "http://shop.test/checkout",
        "headers": {"content-type": "application/json"},
        "body": '{"sku":"A-1"}',
    }
    assert draft["response"] == {
        "status_code": 503,
        "headers": {"retry-after": "5"},
        "body": '{"error":"busy"}',
        "length": 16,
    }
    assert draft["error"]["type"] == "requests.exceptions.HTTPError"
    assert draft["user"] == {"class_name": "ShopUser", "task": "checkout"}
    assert draft["occurred_at"].isoformat() == "2026-05-04T09:31:00+00:00"
    assert draft["evidence"] == ("request", ["requests.exceptions.HTTPError", "OSError"], None, 503)
    assert draft["cut"] == []


@pytest.mark.parametrize("missing", sorted(captured()))
def test_a_missing_field_is_named(missing: str) -> None:
    payload = captured()
    del payload[missing]
    with pytest.raises(InvalidRecordError, match=f"^{missing}: Field required$"):
        validate(payload)


WRONG: dict[str, Any] = {
    "id": b"too short",
    "sequence": 0,
    "at": "yesterday",
    "run": None,
    "source": SECRET,
    "method": None,
    "name": 7,
    "url": b"\xff",
    "request_headers": {"authorization": SECRET},
    "request_body": [SECRET],
    "request_body_cut": SECRET,
    "status": SECRET,
    "response_headers": [["x", SECRET, SECRET]],
    "response_body": {"password": SECRET},
    "response_body_cut": None,
    "length": -1,
    "elapsed_ms": math.nan,
    "types": [],
    "errno": SECRET,
    "message": [SECRET],
    "traceback": SECRET,
    "user": [SECRET],
    "task": {SECRET: SECRET},
    "context": SECRET,
}


@pytest.mark.parametrize("field", sorted(captured()))
def test_a_field_of_the_wrong_type_is_named_and_its_value_is_not(field: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        validate(captured(**{field: WRONG[field]}))
    assert str(caught.value).startswith(field)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__, "the cause quotes the input"


def test_a_field_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidRecordError, match=r"^surprise: "):
        validate(captured(surprise=SECRET))


@pytest.mark.parametrize("at", [math.nan, math.inf, -1.0, 1e12, 1e300])
def test_a_time_that_is_none_is_refused(at: float) -> None:
    with pytest.raises(InvalidRecordError, match=r"^at: "):
        validate(captured(at=at))


def test_headers_of_one_name_are_joined_whatever_their_case() -> None:
    pairs = [["Accept", "text/html"], ["X-Trace", "1"], ["ACCEPT", "*/*"]]
    assert _draft(request_headers=pairs)["request"]["headers"] == {"accept": "text/html, */*", "x-trace": "1"}


@pytest.mark.parametrize("status", [None, 0, 99, 1000, -1])
def test_without_a_status_there_was_no_response(status: int | None) -> None:
    draft = _draft(status=status, response_body_cut=True)
    assert draft["response"] is None
    assert draft["evidence"][-1] is None
    assert draft["cut"] == []


def test_what_was_cut_at_capture_is_remembered() -> None:
    assert _draft(request_body_cut=True, response_body_cut=True)["cut"] == ["request.body", "response.body"]


def test_the_declared_charset_is_used_for_its_own_body_only() -> None:
    draft = _draft(
        request_headers=[["content-type", "text/plain; charset=latin-1"]],
        request_body="café au lait".encode("latin-1"),
        response_body="café au lait".encode(),
    )
    assert draft["request"]["body"] == draft["response"]["body"] == "café au lait"


def test_a_user_error_carries_its_traceback_without_source_lines() -> None:
    draft = _draft(source="user_error", status=None, traceback=[["/srv/locustfile.py", 12, "checkout"]])
    assert draft["error"]["traceback"] == '  File "/srv/locustfile.py", line 12, in checkout'
    assert _draft(traceback=[])["error"]["traceback"] is None


def test_what_the_client_did_not_give_is_null_or_zero() -> None:
    draft = _draft(url=None, request_body=None, response_body=b"", length=None, elapsed_ms=None, user=None)
    assert draft["request"]["url"] is draft["request"]["body"] is draft["response"]["body"] is None
    assert draft["response"]["length"] == 0
    assert draft["elapsed_ms"] is draft["user"] is None


def test_lone_surrogates_are_replaced_everywhere() -> None:
    draft = _draft(
        method="G\udc80",
        name="/\udc80",
        url="http://\udc80",
        request_headers=[["x-\udc80", "\udc80"]],
        request_body="\udc80",
        message="\udc80",
        types=["module.\udc80"],
        traceback=[["/\udc80.py", 1, "\udc80"]],
        user="U\udc80",
        task="t\udc80",
        context={"\udc80": ["\udc80"]},
    )
    without_types_of_python = {
        key: value for key, value in draft.items() if key not in ("id", "occurred_at", "evidence")
    }
    json.dumps(without_types_of_python, ensure_ascii=False).encode("utf-8")


def test_a_context_keeps_what_json_can_say_and_names_the_rest() -> None:
    value = json_value(
        {
            "yes": True,
            "count": 3,
            "share": 0.5,
            "none": None,
            "infinite": math.inf,
            "raw": b"text",
            "binary": bytes(range(32)),
            "pair": (1, "two"),
            7: "a number as key",
            "object": complex(1, 2),
        }
    )
    assert value == {
        "yes": True,
        "count": 3,
        "share": 0.5,
        "none": None,
        "infinite": "inf",
        "raw": "text",
        "binary": "[binary body, 32 bytes captured]",
        "pair": [1, "two"],
        "7": "a number as key",
        "object": "(1+2j)",
    }


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_count, value.values()))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any JSON
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any JSON


@pytest.mark.parametrize(
    "huge",
    [
        list(range(100_000)),
        {str(number): number for number in range(100_000)},
        [[number] * 50 for number in range(1000)],
        {"first": list(range(100_000)), "second": list(range(100_000))},
    ],
)
def test_a_context_is_bounded_in_items_and_says_so(huge: Any) -> None:
    bounded = json_value(huge)
    assert 990 < _count(bounded) < 1030
    assert "[too large]" in str(bounded)


def test_a_context_is_bounded_in_depth() -> None:
    nested: Any = "bottom"
    for _ in range(500):
        nested = [nested]
    text = json.dumps(json_value(nested))
    assert text.count("[[") <= 21
    assert "[too large]" in text
    assert "bottom" not in text


UNPACKED = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.binary(), inner),
    max_leaves=30,
)


@given(st.dictionaries(st.text(max_size=5), UNPACKED, max_size=5))
def test_whatever_the_context_holds_it_becomes_json(context: dict[str, Any]) -> None:
    value = _draft(context=context)["context"]
    assert json.loads(json.dumps(value, allow_nan=False).encode("utf-8")) == value
