"""The last stages before the log: bodies cut to size, then a record that keeps the contract or none at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.seal import MAX_TEXT_BYTES, seal, shorten
from locust_failure_forwarder.pipeline.text import cut_tree
from locust_failure_forwarder.pipeline.validate import InvalidRecordError, validate
from locust_failure_schemas import FailureRecord
from support.frames import SECRET, captured
from support.samples import node, run

LIMIT = 100


def _draft(**changes: Any) -> dict[str, Any]:
    draft = validate(captured(**changes))[1]
    return {**draft, "error": {**draft["error"], "category": "server_error"}, "redactions": {}}


def test_what_fits_is_left_alone_and_nothing_is_named() -> None:
    draft = _draft()
    shortened = shorten(draft, LIMIT)
    assert shortened["request"] == draft["request"]
    assert shortened["response"] == draft["response"]
    assert shortened["truncated"] == ()


def test_bodies_are_cut_to_their_limit_and_long_texts_to_theirs() -> None:
    long = "x" * (MAX_TEXT_BYTES + 1)
    draft = _draft(
        request_body="a" * 101, response_body="b" * 101, url=long, name=long, message=long, traceback=[[long, 1, "f"]]
    )
    shortened = shorten(draft, LIMIT)
    assert shortened["request"]["body"] == "a" * 100
    assert shortened["response"]["body"] == "b" * 100
    assert len(shortened["error"]["traceback"]) == MAX_TEXT_BYTES
    assert shortened["truncated"] == (
        "error.message",
        "error.traceback",
        "request.body",
        "request.name",
        "request.url",
        "response.body",
    )


def test_a_body_that_was_cut_at_capture_is_named_even_if_it_fits_now() -> None:
    assert shorten(_draft(response_body_cut=True), LIMIT)["truncated"] == ("response.body",)


def test_a_failure_without_a_response_can_be_shortened() -> None:
    assert shorten(_draft(status=None), LIMIT)["response"] is None


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 40))
def test_a_cut_body_is_a_prefix_of_whole_characters_within_the_bytes(body: str, limit: int) -> None:
    kept = shorten(_draft(request_body=body or None), limit)["request"]["body"] or ""
    assert body.startswith(kept)
    assert len(kept.encode()) <= limit
    assert kept == body or len(kept.encode()) > limit - 4, "no more is cut than must be"


def test_the_texts_of_a_context_are_bounded_together() -> None:
    context = {"first": "x" * MAX_TEXT_BYTES, "second": ["y" * MAX_TEXT_BYTES, 5]}
    shortened = shorten(_draft(context=context), LIMIT)
    assert shortened["truncated"] == ("context",)
    texts = [shortened["context"]["first"], *(str(item) for item in shortened["context"].get("second", []))]
    assert MAX_TEXT_BYTES - 20 < sum(map(len, texts)) <= MAX_TEXT_BYTES + 1


TREE = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def _text_bytes(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_text_bytes(key) + _text_bytes(item) for key, item in value.items())  # pyright: ignore[reportUnknownVariableType] - any JSON
    if isinstance(value, list):
        return sum(map(_text_bytes, value))  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return len(value.encode()) if isinstance(value, str) else 0


@given(TREE, st.integers(0, 100))
def test_a_cut_tree_keeps_to_its_limit_and_is_untouched_if_it_did_before(tree: Any, limit: int) -> None:
    short, was_cut = cut_tree(tree, limit)
    assert _text_bytes(short) <= limit
    assert was_cut == (_text_bytes(tree) > limit)
    assert was_cut or short == tree


def test_a_sealed_record_is_its_json() -> None:
    record, body = seal(shorten(_draft(), LIMIT), run(), node())
    assert FailureRecord.model_validate_json(body) == record
    assert record.run == run()
    assert record.node == node()
    assert record.error.category == "server_error"
    assert len(record.error.fingerprint) == 16


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": None, "user": None, "elapsed_ms": None, "url": None, "request_body": None},
        {"message": "caf\u00e9 \u2028 \x7f \x00 \U0001f600", "context": {"a": [1, 1.5, None, True, 2**64 - 1, 1e300]}},
        {"at": 0.0, "elapsed_ms": 1e16, "request_headers": [["B", "1"], ["A", "2"]]},
        {"context": {"beyond 64 bits": 2**70}},
    ],
)
def test_p10_the_json_is_what_the_model_itself_writes(changes: dict[str, Any]) -> None:
    record, body = seal(shorten(_draft(**changes), LIMIT), run(), node())
    assert body == record.model_dump_json().encode()


def test_failures_that_differ_in_ids_only_have_one_fingerprint() -> None:
    marks = {
        seal(shorten(_draft(message=f"order {number} failed", name=f"/orders/{number}"), LIMIT), run(), node())[
            0
        ].error.fingerprint
        for number in (17, 4711)
    }
    assert len(marks) == 1


def test_two_statuses_of_one_category_are_two_failures() -> None:
    marks = {
        seal(shorten(_draft(status=status, message=f"code={status}"), LIMIT), run(), node())[0].error.fingerprint
        for status in (500, 503)
    }
    assert len(marks) == 2


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ({"redactions": {"token": 0}}, "redactions"),
        ({"redactions": {"token": SECRET}}, "redactions"),
        ({"elapsed_ms": SECRET}, "elapsed_ms"),
        ({"surprise": SECRET}, "surprise"),
    ],
)
def test_a_record_that_would_break_the_contract_is_refused_without_its_values(
    broken: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidRecordError, match=f"breaks the contract: {where}") as caught:
        seal({**shorten(_draft(), LIMIT), **broken}, run(), node())
    assert SECRET not in str(caught.value)


def test_a_text_that_no_json_can_carry_is_refused() -> None:
    draft = shorten(_draft(), LIMIT)
    draft["user"] = {"class_name": "\udc80", "task": None}
    with pytest.raises(InvalidRecordError):
        seal(draft, run(), node())
