"""P2: each frame has a number, is committed once, and is acknowledged whatever it is, so that acks never stall."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.wire import FrameType, header, pack
from support.frames import AT, NODE, RUN_ID, SECRET, captured
from support.intake import OTHER_RUN, SAMPLE, broken, close, failed, start, take_in


def test_p2_what_the_log_has_already_is_skipped_when_it_is_sent_again() -> None:
    stream = b"".join(failed(sequence, number=sequence + 1) for sequence in range(1, 6))
    kept, said, _ = take_in(start(number=1) + stream, received=4, current=RUN_ID)
    assert [record.sequence for record in kept.failures] == [4, 5]
    assert kept.numbers == [5, 6]
    assert said == []


def test_p2_a_run_that_an_earlier_process_began_goes_on() -> None:
    stop = pack(FrameType.RUN_STOPPED, {"run": RUN_ID, "at": AT + 5}, 9)
    kept, _, _ = take_in(failed(6, number=7) + pack(FrameType.SAMPLE, SAMPLE, 8) + stop, received=6, current=RUN_ID)
    assert [record.sequence for record in kept.failures] == [6]
    assert [alert.state for alert in kept.alerts] == ["firing", "resolved"]


def test_p8_the_end_of_the_file_ends_the_run_of_an_earlier_process_too() -> None:
    kept, _, _ = take_in(pack(FrameType.SAMPLE, SAMPLE, 8), received=6, current=RUN_ID)
    assert [alert.state for alert in kept.alerts] == ["firing", "resolved"]


def test_frames_without_a_number_are_never_skipped() -> None:
    kept, _, deadline = take_in(failed(1) + close(3), received=100, current=RUN_ID)
    assert len(kept.failures) == 1
    assert kept.numbers == []
    assert deadline == 3.0


def test_what_follows_from_one_frame_is_one_entry() -> None:
    ended_and_begun = start(OTHER_RUN, number=3)
    kept, _, _ = take_in(start(number=1) + pack(FrameType.SAMPLE, SAMPLE, 2) + ended_and_begun)
    assert [(entry.number, len(entry.items)) for entry in kept.entries] == [(1, 0), (2, 1), (3, 1), (0, 0)]


def test_p3_a_run_that_cannot_begin_is_acknowledged_and_the_one_before_goes_on() -> None:
    kept, said, _ = take_in(start(number=1) + start(OTHER_RUN, node={"pid": SECRET}, number=2) + failed(1, number=3))
    assert kept.numbers == [1, 2, 3]
    assert len(kept.failures) == 1
    assert said == ["the start of a run could not be used: ValidationError"]


def _unknown_type(number: int) -> bytes:
    body = pack(FrameType.FLUSH, {}, number)[len(header(b"", 0)) :].replace(b"flush", b"slush")
    return header(body, number) + body


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=16),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KINDS = [kind for kind in FrameType if kind not in (FrameType.CLOSE, FrameType.BROKEN)]
WHOLE: dict[FrameType, dict[str, Any]] = {
    FrameType.FAILURE: captured(),
    FrameType.RUN_STARTED: {"run": OTHER_RUN, "at": AT, "node": NODE},
    FrameType.SAMPLE: SAMPLE,
    FrameType.RUN_STOPPED: {"run": RUN_ID, "at": AT},
    FrameType.SUMMARY: {**SAMPLE, "started_at": AT - 60, "users_peak": 9},
    FrameType.DROPPED: {"reasons": {"buffer_full": 3}},
    FrameType.FLUSH: {},
}


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame without its number: one as the plugin sends it, one with a field of nonsense, or nonsense alone."""
    kind = draw(st.sampled_from(KINDS))
    payload: dict[str, Any] = dict(WHOLE.get(kind, {}))
    how = draw(st.sampled_from(["whole", "changed", "nonsense", "torn"]))
    if how == "nonsense":
        payload = draw(st.dictionaries(st.text(max_size=8), JSON, max_size=3))
    elif how == "changed" and payload:
        payload[draw(st.sampled_from(sorted(payload)))] = draw(JSON)
    body = pack(kind, payload)[len(header(b"", 0)) :]
    return body[: draw(st.integers(0, len(body)))] if how == "torn" else body


@settings(deadline=None)
@given(st.lists(frames(), max_size=12), st.integers(0, 4))
def test_p2_p3_every_numbered_frame_leads_to_exactly_one_entry_whatever_it_is(
    bodies: list[bytes], received: int
) -> None:
    stream = b"".join(broken(body, number) for number, body in enumerate(bodies, 1))
    kept, _, deadline = take_in(stream + close(7), received=received, current=RUN_ID)
    assert kept.numbers == list(range(received + 1, len(bodies) + 1))
    assert deadline == 7.0


@pytest.mark.parametrize("frame", [broken(b"\xc1", 2), broken(b"", 2), _unknown_type(2), failed(1, 2, run=b"unknown")])
def test_p1_what_cannot_be_read_is_acknowledged_as_a_dead_letter(frame: bytes) -> None:
    kept, _, _ = take_in(start(number=1) + frame)
    assert kept.numbers == [1, 2]
    assert len(kept.reasons) == 1


@pytest.mark.parametrize(
    "frame",
    [
        pack(FrameType.SAMPLE, {**SAMPLE, "run": b"unknown"}, 2),
        pack(FrameType.RUN_STOPPED, {"run": b"unknown", "at": AT}, 2),
        pack(FrameType.HELLO, {}, 2),
        pack(FrameType.CLOSED, {"run": RUN_ID}, 2),
    ],
)
def test_what_leads_to_nothing_is_acknowledged_all_the_same(frame: bytes) -> None:
    kept, said, _ = take_in(start(number=1) + frame)
    assert kept.numbers == [1, 2]
    assert kept.items == []
    assert said == []
