"""Frames on the pipe: what goes in comes out, however the bytes are cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.errors import FrameError
from locust_failure_forwarder.wire import MAX_FRAME, Decoder, Frame, FrameType, encode, header, pack

PAYLOADS = st.dictionaries(
    st.text(max_size=10),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats(allow_nan=False)
        | st.text()
        | st.binary(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=10,
    ),
    max_size=5,
)


NUMBERED = st.lists(st.tuples(PAYLOADS, st.integers(0, 2**64 - 1)), max_size=5)


@settings(deadline=None)
@given(NUMBERED, st.data())
def test_frames_survive_any_cut_of_the_stream(
    payloads: list[tuple[dict[str, object], int]], data: st.DataObject
) -> None:
    stream = b"".join(pack(FrameType.FAILURE, payload, number) for payload, number in payloads)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder = Decoder()
    seen: list[tuple[dict[str, object], int]] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        seen += [(frame.payload, frame.number) for frame in decoder.feed(stream[start:end])]
    assert seen == payloads
    assert decoder.incomplete == 0


def test_a_torn_last_frame_is_kept_apart_from_the_whole_ones() -> None:
    whole = pack(FrameType.FLUSH, {})
    decoder = Decoder()
    assert [frame.type for frame in decoder.feed(whole + whole[:-1])] == [FrameType.FLUSH]
    assert decoder.incomplete == len(whole) - 1


def test_an_undecodable_payload_costs_one_frame_and_not_the_stream() -> None:
    garbage = header(b"\xc1\xc1\xc1", 7) + b"\xc1\xc1\xc1"
    frames = list(Decoder().feed(garbage + pack(FrameType.FLUSH, {"a": 1}, 8)))
    assert [frame.type for frame in frames] == [FrameType.BROKEN, FrameType.FLUSH]
    assert [frame.number for frame in frames] == [7, 8], "it has to be acknowledged too"
    assert frames[0].payload["bytes"] == 3


def test_an_unknown_frame_type_is_broken_and_not_fatal() -> None:
    alien = pack(FrameType.FLUSH, {}).replace(b"flush", b"slush")
    assert [frame.type for frame in Decoder().feed(alien)] == [FrameType.BROKEN]


def test_an_impossible_length_ends_the_stream() -> None:
    with pytest.raises(FrameError):
        list(Decoder().feed((MAX_FRAME + 1).to_bytes(4, "big") + bytes(8)))


def test_lone_surrogates_and_objects_travel() -> None:
    (frame,) = Decoder().feed(pack(FrameType.FAILURE, {"text": "\ud800", "object": {1, 2}.__class__}))
    assert frame.payload == {"text": "\ud800", "object": "<class 'set'>"}


def test_a_payload_that_the_other_side_would_refuse_is_not_packed() -> None:
    largest = pack(FrameType.FAILURE, {"context": "x" * (MAX_FRAME - 100)})
    assert [frame.type for frame in Decoder().feed(largest)] == [FrameType.FAILURE]
    with pytest.raises(ValueError, match="at most"):
        pack(FrameType.FAILURE, {"context": "x" * MAX_FRAME})


def test_a_frame_without_a_number_has_the_number_zero() -> None:
    assert list(Decoder().feed(pack(FrameType.FLUSH, {}))) == [Frame(FrameType.FLUSH, {}, 0)]


def test_a_body_can_be_packed_before_its_number_is_known() -> None:
    body = encode(FrameType.SAMPLE, {"users": 5})
    assert header(body, 9) + body == pack(FrameType.SAMPLE, {"users": 5}, 9)


def test_a_payload_that_is_no_map_is_broken() -> None:
    body = encode(FrameType.FLUSH, {}).replace(b"\x80", b"\x90")
    (frame,) = Decoder().feed(header(body, 3) + body)
    assert (frame.type, frame.number, frame.payload["reason"]) == (FrameType.BROKEN, 3, "payload is no map")
