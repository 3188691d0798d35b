"""All stages of one failure. P1: what cannot be a record is kept with the reason. P4: nothing leaves unredacted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.models import CaptureConfig, RedactionConfig, RunConfig
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from locust_failure_forwarder.pipeline.record import MAX_REMAINS, Redacts, Refinery
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_forwarder.pipeline.validate import Draft
from locust_failure_forwarder.redaction import Redactor
from locust_failure_schemas import FailureRecord
from support.frames import MASK, NODE, RUN_ID, SECRET, MarkingRedactor, captured
from support.samples import uuid7


def _refinery(redactor: Redacts | None = None, /, **capture: Any) -> tuple[Refinery, RunBook]:
    runs = RunBook(RunConfig(name="checkout-soak"), lambda text: text)
    runs.begin(RUN_ID, NODE)
    return Refinery(CaptureConfig(**capture), redactor or MarkingRedactor(), runs), runs


def _record(payload: dict[str, Any], **capture: Any) -> FailureRecord:
    event = _refinery(**capture)[0].refine(payload)
    assert isinstance(event, NewEvent), event
    return FailureRecord.model_validate_json(event.body)


def _letter(payload: dict[str, Any], redactor: Redacts | None = None, /, **capture: Any) -> DeadLetter:
    letter = _refinery(redactor, **capture)[0].refine(payload)
    assert isinstance(letter, DeadLetter)
    assert letter.kind == "failures"
    return letter


def test_a_failure_becomes_an_event_of_its_run_with_its_own_id() -> None:
    refinery, runs = _refinery()
    event = refinery.refine(captured(7))
    assert isinstance(event, NewEvent)
    record = FailureRecord.model_validate_json(event.body)
    assert (event.kind, event.id, record.sequence) == ("failures", uuid7(0x1_0000_0007), 7)
    assert event.origin == runs.expect(RUN_ID).origin
    assert record.run.name == "checkout-soak"
    assert record.node.worker_id == "loadgen-1_local"
    assert record.error.category == "server_error"


def test_the_run_counts_its_records_by_category_and_group() -> None:
    refinery, runs = _refinery()
    refinery.refine(captured(1))
    refinery.refine(captured(2, source="user_error", status=None, name="ShopUser.checkout"))
    state = runs.expect(RUN_ID)
    assert state.categories == {"server_error": 1, "user_error": 1}
    assert state.categories["user_error"] == 1
    assert sum(error.count for error in state.groups.top(5)) == 2


def test_p4_a_secret_is_masked_before_a_body_is_cut_through_it() -> None:
    record = _record(captured(response_body=b"x" * 90 + SECRET.encode()), max_body_bytes=100)
    assert record.response is not None
    assert record.response.body == "x" * 90 + MASK
    assert record.redactions == {"secret": 1}
    assert record.truncated == ()


@pytest.mark.parametrize("unwanted", ["request_body", "response_body"])
def test_a_body_the_configuration_does_not_want_is_dropped(unwanted: str) -> None:
    record = _record(captured(request_body_cut=True, response_body_cut=True), **{unwanted: False})
    assert record.response is not None
    bodies = {"request_body": record.request.body, "response_body": record.response.body}
    assert bodies.pop(unwanted) is None
    assert all(bodies.values())
    assert record.truncated == tuple(name.replace("_", ".") for name in bodies), "what is not there was not cut"


def test_p1_what_cannot_be_a_record_is_kept_with_the_reason() -> None:
    letter = _letter(captured(sequence=0))
    assert letter.reason == "invalid record: sequence: Input should be greater than or equal to 1"
    kept = json.loads(letter.body)
    assert kept["name"] == "/checkout"
    assert kept["id"] == uuid7(0x1_0000_0001 - 1).hex
    assert kept["request_headers"] == {"Content-Type": "application/json"}


def test_p1_a_failure_of_a_run_nobody_announced_is_kept_with_the_reason() -> None:
    letter = _letter(captured(run=b"another run here"))
    assert letter.reason == "invalid record: run: no such run was announced"


def test_p1_a_bug_in_a_stage_costs_one_record_and_is_told() -> None:
    class Broken(MarkingRedactor):
        def redact_draft(self, draft: Draft) -> Draft:
            if draft["sequence"] == 2:
                raise RuntimeError(SECRET)
            return super().redact_draft(draft)

    refinery, runs = _refinery(Broken())
    first, second, third = (refinery.refine(captured(number)) for number in (1, 2, 3))
    assert isinstance(first, NewEvent)
    assert isinstance(second, DeadLetter)
    assert second.reason == "could not be processed: RuntimeError"
    assert isinstance(third, NewEvent)
    assert runs.expect(RUN_ID).categories.total() == 2


FULL_OF_SECRETS: dict[str, Any] = {
    "name": f"/{SECRET}",
    "url": f"http://shop.test/?key={SECRET}",
    "request_headers": [["Authorization", SECRET], [SECRET, "x"]],
    "request_body": f"body {SECRET}".encode(),
    "response_headers": [["Set-Cookie", SECRET]],
    "response_body": SECRET,
    "message": SECRET,
    "traceback": [[SECRET, 1, SECRET]],
    "context": {"deep": [{SECRET: SECRET}]},
}


@pytest.mark.parametrize("broken", [{"sequence": 0}, {"run": b"x" * 16}, {"status": SECRET}, {"surprise": SECRET}])
def test_p4_nothing_secret_remains_in_a_dead_letter(broken: dict[str, Any]) -> None:
    letter = _letter(captured(**FULL_OF_SECRETS | broken))
    assert SECRET.encode() not in letter.body
    assert MASK.encode() in letter.body
    assert SECRET not in letter.reason


def test_p4_the_names_of_headers_tell_redaction_what_a_dead_letter_holds() -> None:
    headers = [["Authorization", "Basic bm90LWEtcmVhbC1wYXNzd29yZA=="], ["Accept", "text/html"]]
    payload = captured(sequence=0, request_headers=headers, request_body=b'{"password":"not-a-real-one"}')
    letter = _letter(payload, Redactor(RedactionConfig()))
    assert b"bm90LWEtcmVhbC" not in letter.body
    assert b"not-a-real-one" not in letter.body
    assert b"text/html" in letter.body


def test_p4_nothing_is_kept_of_what_redaction_fails_on() -> None:
    class Failing(MarkingRedactor):
        def redact_value(self, value: Any) -> Any:
            raise RuntimeError(SECRET)

    letter = _letter(captured(**FULL_OF_SECRETS | {"sequence": 0}), Failing())
    assert letter.body == b'{"unreadable":true}'


@pytest.mark.parametrize("unwanted", ["request_body", "response_body"])
def test_a_body_the_configuration_does_not_want_is_not_kept_in_a_dead_letter_either(unwanted: str) -> None:
    kept = json.loads(_letter(captured(sequence=0), **{unwanted: False}).body)
    assert unwanted not in kept
    assert {"request_body", "response_body"} - {unwanted} <= kept.keys()


def test_a_dead_letter_is_bounded() -> None:
    letter = _letter(captured(sequence=0, message="x" * 1_000_000, context={"list": ["y" * 1000] * 5000}))
    assert len(letter.body) < 2 * MAX_REMAINS


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(sorted(captured())), JUNK))
def test_p1_whatever_a_frame_holds_it_becomes_an_event_or_a_dead_letter(junk: dict[str, Any]) -> None:
    result = _refinery()[0].refine(captured() | junk)
    if isinstance(result, NewEvent):
        FailureRecord.model_validate_json(result.body)
    else:
        assert result.reason.startswith("invalid record: ")
        json.loads(result.body)


@given(st.dictionaries(st.text(max_size=5), JUNK, max_size=4))
def test_p1_a_payload_of_another_shape_becomes_a_dead_letter(payload: dict[str, Any]) -> None:
    assert json.loads(_letter(payload).body) is not None


def test_the_texts_that_name_a_run_are_redacted() -> None:
    config = RunConfig(name=f"soak {SECRET}", environment=SECRET, labels={"team": SECRET})
    run = RunBook(config, MarkingRedactor().redact_text).begin(RUN_ID, NODE).run
    assert (run.name, run.environment, run.labels) == (f"soak {MASK}", MASK, {"team": MASK})


def test_p4_labels_are_judged_by_their_names_unless_a_rule_keeps_their_place() -> None:
    labels = {"api_token": "not-a-real-token-1", "kept_token": "not-a-real-token-2", "team": "payments"}
    redactor = Redactor(RedactionConfig(keep=("run.labels.kept_token",)))
    run = RunBook(RunConfig(labels=labels), redactor.redact_text, redactor.redact_draft).begin(RUN_ID, NODE).run
    assert run.labels == {**labels, "api_token": "[REDACTED:token]"}
