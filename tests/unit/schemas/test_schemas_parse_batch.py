"""`parse_batch` refuses with `BatchError` alone, and its message can be logged: it holds no value of the input."""

import gzip
import json
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_schemas import BatchError, parse_batch
from support.schema_golden import NAMES, body, document, encode, places, replaced

SECRET = "not-a-real-secret-5e11"


def refusal(body: bytes) -> str:
    with pytest.raises(BatchError) as caught:
        parse_batch(body)
    return str(caught.value)


def refused(body: bytes) -> BatchError | None:
    """The refusal, if it is one; any other exception is the test's failure."""
    try:
        parse_batch(body)
    except BatchError as error:
        return error
    return None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0"])
def test_other_major_version_is_refused_with_what_to_do(name: str, version: str) -> None:
    """P10"""
    message = refusal(encode(document(name) | {"schema_version": version}))
    assert message == "schema_version: this reader knows version 1.x only; install a newer locust-failure-schemas"


def test_other_major_version_is_refused_for_its_version_and_not_for_its_shape() -> None:
    """P10: the one thing that every version says first."""
    assert "version 1.x only" in refusal(b'{"schema_version": "2.0", "items": []}')


@pytest.mark.parametrize("minor", ["1.0", "1.1", "1.10"])
def test_every_minor_version_is_read(minor: str) -> None:
    """P10"""
    assert parse_batch(encode(document("failures.minimal") | {"schema_version": minor})).schema_version == minor


@pytest.mark.parametrize("version", ["1", "1.", "1.x", "1.0.0", "1.0\n", " 1.0", "", 1.0, None, ["1.0"]])
def test_malformed_version_is_refused(version: object) -> None:
    assert refusal(encode(document("failures.minimal") | {"schema_version": version})).startswith("schema_version: ")


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b" ",
        b"\x00",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"{}",
        b"{",
        b"\xff\xfe{}",
        b'{"schema_version": "\xff"}',
        b'{"schema_version": "\\ud800"}',
        b"[" * 100_000,
        b'{"schema_version":' * 100_000,
        gzip.compress(b"{}", mtime=0),
        body("failures.minimal").decode().encode("utf-16"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_batch_is_refused(damaged: bytes) -> None:
    assert refusal(damaged)


def test_every_truncation_is_refused() -> None:
    whole = encode(document("failures.minimal"))
    for length in range(len(whole)):
        assert refusal(whole[:length])


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    assert refusal(data)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(NAMES), data=st.data())
def test_anything_anywhere_is_read_or_refused(name: str, data: st.DataObject) -> None:
    known = document(name)
    place = data.draw(st.sampled_from(list(places(known))))
    changed = replaced(known, place, data.draw(anything))
    error = refused(json.dumps(changed).encode())
    assert error is None or str(error)


def test_unknown_kind_is_refused_with_the_known_ones() -> None:
    message = refusal(encode(document("failures.minimal") | {"kind": SECRET}))
    assert message == "kind: Input should be one of failures, alerts, summaries"


def test_missing_kind_is_refused() -> None:
    whole = document("failures.minimal")
    del whole["kind"]
    assert refusal(encode(whole)) == "kind: Field required"


def test_batch_without_records_is_refused() -> None:
    assert refusal(encode(replaced(document("failures.minimal"), ("failures",), []))).startswith("failures: ")


def test_message_names_the_place_as_the_sender_wrote_it() -> None:
    changed = replaced(document("failures.complete"), ("failures", 1, "error", "message"), 5)
    assert refusal(encode(changed)) == "failures.1.error.message: Input should be a valid string"


def test_message_quotes_no_single_character_of_a_wrong_id() -> None:
    changed = replaced(document("failures.minimal"), ("failures", 0, "id"), "Z" * 36)
    assert refusal(encode(changed)) == "failures.0.id: Input should be a valid UUID"


def test_message_hides_keys_of_free_maps() -> None:
    changed = replaced(document("failures.complete"), ("failures", 0, "request", "headers"), {SECRET: 5})
    assert refusal(encode(changed)) == "failures.0.request.headers.*: Input should be a valid string"


def test_message_names_ten_problems_at_most() -> None:
    known = replaced(document("failures.minimal"), ("failures", 0, "sequence"), -1)
    assert refusal(encode(replaced(known, ("failures",), known["failures"] * 50))).count(";") == 9


@pytest.mark.parametrize(
    "planted",
    [SECRET, [SECRET], {SECRET: SECRET}, {SECRET: {SECRET: 1}}, SECRET * 1000, f"2026-05-04T09:30:00 {SECRET}"],
    ids=["text", "list", "map", "deep map", "long text", "time and text"],
)
@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_the_input_is_in_the_error(name: str, planted: Any) -> None:
    """P4"""
    known = document(name)
    attempts = [refused(encode(replaced(known, place, planted))) for place in places(known)]
    errors = [error for error in attempts if error is not None]

    assert len(errors) > 10
    for error in errors:
        assert "not-a-real" not in "".join(traceback.format_exception(error, chain=True))
        assert error.__context__ is None
        assert error.__cause__ is None


def test_error_of_broken_json_holds_nothing_of_it() -> None:
    """P4"""
    assert SECRET not in refusal(b'{"schema_version": "1.0", ' + SECRET.encode())
