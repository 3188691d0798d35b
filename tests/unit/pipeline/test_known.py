"""A failure that repeats another in all but the moment becomes the record that the stages would make of it."""

import json
from typing import Any

import pytest
from locust_failure_forwarder.config.models import CaptureConfig, RunConfig
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from locust_failure_forwarder.pipeline.record import Refinery
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_schemas import FailureRecord
from support.frames import MASK, NODE, RUN_ID, SECRET, MarkingRedactor, captured
from support.samples import uuid7


class Counting(MarkingRedactor):
    """Knows how many drafts it was given."""

    drafts = 0

    def redact_draft(self, draft: dict[str, Any]) -> dict[str, Any]:
        self.drafts += 1
        return super().redact_draft(draft)


def _refinery(redactor: MarkingRedactor | None = None) -> tuple[Refinery, RunBook]:
    redactor = redactor or MarkingRedactor()
    runs = RunBook(RunConfig(name="checkout-soak"), redactor.redact_text)
    runs.begin(RUN_ID, NODE)
    return Refinery(CaptureConfig(), redactor, runs), runs


def _event(result: NewEvent | DeadLetter) -> NewEvent:
    assert isinstance(result, NewEvent), result
    return result


MOMENTS: list[dict[str, Any]] = [
    {"at": 1_700_000_000 + number / 7, "elapsed_ms": elapsed}
    for number, elapsed in enumerate([104.2, None, 0, 1e16, 1 / 3])
]


def test_what_repeats_is_refined_once_or_twice_and_yet_every_record_is_its_own() -> None:
    redactor = Counting()
    refinery, runs = _refinery(redactor)
    for number, moment in enumerate(MOMENTS * 4, start=1):
        payload = captured(number, message=f"bad {SECRET}", **moment)
        event = _event(refinery.refine(payload))
        alone = _event(_refinery()[0].refine(payload))
        assert event.body == alone.body
        assert event.id == alone.id == uuid7(0x1_0000_0000 + number)
        assert json.loads(event.body)["sequence"] == number
        assert MASK.encode() in event.body
    assert redactor.drafts == 2
    assert runs.expect(RUN_ID).categories == {"server_error": len(MOMENTS) * 4}


LIKE: list[dict[str, Any]] = [
    {"context": {"a": 1}},
    {"context": {"a": True}},
    {"context": {"a": 1.0}},
    {"context": {"a": "1"}},
    {"context": {"a": b"1"}},
    {"context": {1: "a"}},
    {"context": {"1": "a"}},
    {"request_headers": [["ab", "c"]]},
    {"request_headers": [["a", "bc"]]},
    {"request_headers": [["a", "b"], ["c", ""]]},
    {"request_body": b"x", "response_body": b""},
    {"request_body": b"", "response_body": b"x"},
    {"request_body": b"x", "request_body_cut": True},
    {"user": None, "task": "x"},
    {"user": "x", "task": None},
    {"status": 500},
    {"status": None},
]


def test_p4_values_that_are_alike_are_never_taken_for_each_other() -> None:
    refinery, _ = _refinery()
    for turn in range(4):
        for number, changes in enumerate(LIKE):
            payload = captured(turn * 100 + number + 1, **changes)
            assert _event(refinery.refine(payload)).body == _event(_refinery()[0].refine(payload)).body, changes


@pytest.mark.parametrize(
    ("broken", "where"),
    [({"sequence": 0}, "sequence"), ({"id": b"short"}, "id"), ({"at": -1.0}, "at"), ({"elapsed_ms": -1}, "elapsed_ms")],
)
def test_p10_the_moment_of_a_known_failure_is_validated_like_that_of_any_other(
    broken: dict[str, Any], where: str
) -> None:
    refinery, _ = _refinery()
    for number in (1, 2, 3):
        refinery.refine(captured(number))
    letter = refinery.refine(captured(4) | broken)
    assert isinstance(letter, DeadLetter)
    assert letter.reason.startswith(f"invalid record: {where}: ")
    assert letter == _refinery()[0].refine(captured(4) | broken)


def test_a_run_that_was_announced_anew_has_its_new_node() -> None:
    refinery, runs = _refinery()
    for number in (1, 2, 3):
        refinery.refine(captured(number))
    runs.begin(RUN_ID, {**NODE, "pid": 4712})
    record = FailureRecord.model_validate_json(_event(refinery.refine(captured(4))).body)
    assert record.node.pid == 4712
    assert runs.expect(RUN_ID).categories == {"server_error": 1}


def test_a_payload_that_no_frame_can_carry_is_refined_all_the_same() -> None:
    refinery, _ = _refinery()
    for number in (1, 2, 3, 4):
        event = _event(refinery.refine(captured(number, context={"at": {1, 2}})))
        assert json.loads(event.body)["context"] == {"at": "{1, 2}"}
