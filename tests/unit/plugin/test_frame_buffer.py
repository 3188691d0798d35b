"""P2: a frame is kept until it was acknowledged. P3: memory in the Locust process is bounded; the newest is refused."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from locust_failure_forwarder.plugin.buffer import FrameBuffer
from locust_failure_forwarder.wire import Decoder, Frame, FrameType, encode


def _body(text: str) -> bytes:
    return encode(FrameType.FAILURE, {"text": text})


SIZE = len(_body("x"))


def _frames(data: bytes) -> list[Frame]:
    decoder = Decoder()
    frames = list(decoder.feed(data))
    assert decoder.incomplete == 0, "only whole frames are taken"
    return frames


def _taken(buffer: FrameBuffer) -> list[tuple[int, str]]:
    return [(frame.number, frame.payload["text"]) for frame in _frames(buffer.take())]


def _filled(*texts: str) -> FrameBuffer:
    buffer = FrameBuffer()
    for text in texts:
        assert buffer.offer(_body(text))
    return buffer


def test_frames_leave_in_the_order_they_came_numbered_from_one() -> None:
    assert _taken(_filled("a", "b", "c")) == [(1, "a"), (2, "b"), (3, "c")]


def test_p2_what_was_written_stays_until_it_is_acknowledged() -> None:
    buffer = _filled("a", "b", "c")
    buffer.take()
    assert (len(buffer), buffer.unsent, buffer.size) == (3, 0, 3 * SIZE)
    assert buffer.take() == b""
    assert buffer.acknowledge(2)
    assert (len(buffer), buffer.size) == (1, SIZE)
    assert buffer.acknowledge(3)
    assert (len(buffer), buffer.size) == (0, 0)


def test_an_acknowledgement_that_says_nothing_new_is_no_progress() -> None:
    buffer = _filled("a", "b")
    buffer.take()
    assert not buffer.acknowledge(0)
    assert buffer.acknowledge(1)
    assert not buffer.acknowledge(1)
    assert not buffer.acknowledge(0)
    assert buffer.acknowledged == 1


def test_p2_after_a_rewind_it_begins_with_the_first_that_was_not_acknowledged() -> None:
    buffer = _filled("a", "b", "c")
    buffer.take()
    buffer.acknowledge(1)
    assert buffer.offer(_body("d"))
    buffer.rewind()
    assert buffer.unsent == 3
    assert _taken(buffer) == [(2, "b"), (3, "c"), (4, "d")]


def test_p2_what_the_next_process_has_already_is_not_written_again() -> None:
    buffer = _filled("a", "b", "c")
    buffer.take()
    buffer.rewind()
    assert buffer.acknowledge(2)
    assert _taken(buffer) == [(3, "c")]


def test_p3_the_newest_record_is_refused_when_the_number_is_reached() -> None:
    buffer = FrameBuffer(max_records=2)
    assert [buffer.offer(_body("x")) for _ in range(3)] == [True, True, False]
    buffer.take()
    assert not buffer.offer(_body("x")), "what is not acknowledged takes its place"
    buffer.acknowledge(1)
    assert buffer.offer(_body("x"))


def test_p3_the_newest_record_is_refused_when_the_bytes_are_reached() -> None:
    buffer = FrameBuffer(max_bytes=10)
    assert buffer.offer(b"12345678")
    assert not buffer.offer(b"123")
    buffer.take()
    assert not buffer.offer(b"123")
    assert buffer.offer(b"12")
    assert buffer.size == 10


def test_a_refused_record_spends_no_number() -> None:
    buffer = FrameBuffer(max_records=1)
    buffer.offer(_body("a"))
    assert not buffer.offer(_body("b"))
    buffer.acknowledge(1)
    assert buffer.force(_body("c")) == 2


def test_control_frames_always_find_room() -> None:
    buffer = FrameBuffer(max_records=1, max_bytes=1)
    assert buffer.force(_body("a")) == 1
    assert buffer.force(_body("b")) == 2
    assert _taken(buffer) == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(("at_least", "counts"), [(1, [1, 1, 1]), (SIZE, [1, 1, 1]), (SIZE + 1, [2, 1])])
def test_a_take_ends_with_a_whole_frame(at_least: int, counts: list[int]) -> None:
    buffer = _filled("a", "b", "c")
    assert [len(_frames(buffer.take(at_least))) for _ in counts] == counts
    assert buffer.take(at_least) == b""


def test_p1_clearing_says_how_many_records_were_lost_and_control_frames_are_none() -> None:
    buffer = _filled("a", "b", "c")
    buffer.take(at_least=1)
    buffer.force(_body("control"))
    assert buffer.clear() == 3
    assert (len(buffer), buffer.size, buffer.unsent) == (0, 0, 0)


MAX_RECORDS, MAX_BYTES = 8, 12 * SIZE


class BufferMachine(RuleBasedStateMachine):
    """Against a list of (number, text, is a record) and how far it was written."""

    texts = Bundle("texts")

    def __init__(self) -> None:
        super().__init__()
        self.buffer = FrameBuffer(MAX_RECORDS, MAX_BYTES)
        self.held: list[tuple[int, str, bool]] = []
        self.written = 0
        """How many of the held ones were."""
        self.next_number = 1

    def _keep(self, text: str, *, is_record: bool) -> None:
        self.held.append((self.next_number, text, is_record))
        self.next_number += 1

    def _size(self) -> int:
        return sum(len(_body(text)) for _, text, _ in self.held)

    @rule(target=texts, text=st.text("xy", max_size=20))
    def word(self, text: str) -> str:
        return text

    @rule(text=consumes(texts))
    def offer(self, text: str) -> None:
        room = len(self.held) < MAX_RECORDS and self._size() + len(_body(text)) <= MAX_BYTES
        assert self.buffer.offer(_body(text)) == room
        if room:
            self._keep(text, is_record=True)

    @rule(text=consumes(texts))
    def force(self, text: str) -> None:
        assert self.buffer.force(_body(text)) == self.next_number
        self._keep(text, is_record=False)

    @rule(at_least=st.integers(1, 3 * SIZE))
    def take(self, at_least: int) -> None:
        frames = _frames(self.buffer.take(at_least))
        expected = self.held[self.written : self.written + len(frames)]
        assert [(frame.number, frame.payload["text"]) for frame in frames] == [held[:2] for held in expected]
        size = sum(len(_body(text)) for _, text, _ in expected)
        last = len(_body(expected[-1][1])) if expected else 0
        self.written += len(frames)
        assert size >= at_least or self.written == len(self.held)
        assert not frames or size - last < at_least, "and no more than that"

    @rule(back=st.integers(0, 10))
    def acknowledge(self, back: int) -> None:
        """Something written, or something that an earlier process had written before a rewind."""
        number = self.next_number - 1 - back
        left = [held for held in self.held if held[0] > number]
        assert self.buffer.acknowledge(number) == (len(left) < len(self.held))
        self.written = max(0, self.written - (len(self.held) - len(left)))
        self.held = left

    @rule()
    def rewind(self) -> None:
        self.buffer.rewind()
        self.written = 0

    @rule()
    def clear(self) -> None:
        assert self.buffer.clear() == sum(is_record for _, _, is_record in self.held)
        self.held, self.written = [], 0

    @invariant()
    def counts_agree(self) -> None:
        assert len(self.buffer) == len(self.held)
        assert self.buffer.unsent == len(self.held) - self.written
        assert self.buffer.size == self._size()


TestBufferMachine = BufferMachine.TestCase
TestBufferMachine.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
