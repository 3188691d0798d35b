"""Frames on the pipe: what goes in comes out, however the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.errors import FrameError
from locust_failure_forwarder.wire import MAX_FRAME, Decoder, FrameType, pack

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


@given(st.lists(PAYLOADS, max_size=5), st.data())
def test_frames_survive_any_cut_of_the_stream(payloads: list[dict[str, object]], data: st.DataObject) -> None:
    stream = b"".join(pack(FrameType.FAILURE, payload) for payload in payloads)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder = Decoder()
    seen: list[dict[str, object]] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        seen += [frame.payload for frame in decoder.feed(stream[start:end])]
    assert seen == payloads
    assert decoder.incomplete == 0


def test_a_torn_last_frame_is_kept_apart_from_the_whole_ones() -> None:
    whole = pack(FrameType.FLUSH, {})
    decoder = Decoder()
    assert [frame.type for frame in decoder.feed(whole + whole[:-1])] == [FrameType.FLUSH]
    assert decoder.incomplete == len(whole) - 1


def test_an_undecodable_payload_costs_one_frame_and_not_the_stream() -> None:
    garbage = b"\x00\x00\x00\x03\xc1\xc1\xc1"
    frames = list(Decoder().feed(garbage + pack(FrameType.FLUSH, {"a": 1})))
    assert [frame.type for frame in frames] == [FrameType.BROKEN, FrameType.FLUSH]


def test_an_unknown_frame_type_is_broken_and_not_fatal() -> None:
    alien = pack(FrameType.FLUSH, {}).replace(b"flush", b"slush")
    assert [frame.type for frame in Decoder().feed(alien)] == [FrameType.BROKEN]


def test_an_impossible_length_ends_the_stream() -> None:
    with pytest.raises(FrameError):
        list(Decoder().feed((MAX_FRAME + 1).to_bytes(4, "big")))


def test_lone_surrogates_and_objects_travel() -> None:
    (frame,) = Decoder().feed(pack(FrameType.FAILURE, {"text": "\ud800", "object": {1, 2}.__class__}))
    assert frame.payload == {"text": "\ud800", "object": "<class 'set'>"}


def test_a_payload_that_the_other_side_would_refuse_is_not_packed() -> None:
    largest = pack(FrameType.FAILURE, {"context": "x" * (MAX_FRAME - 100)})
    assert [frame.type for frame in Decoder().feed(largest)] == [FrameType.FAILURE]
    with pytest.raises(ValueError, match="at most"):
        pack(FrameType.FAILURE, {"context": "x" * MAX_FRAME})
