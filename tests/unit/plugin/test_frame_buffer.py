"""P3: memory in the Locust process is bounded; the newest is refused."""

from locust_failure_forwarder.plugin.buffer import FrameBuffer


def test_frames_leave_in_the_order_they_came() -> None:
    buffer = FrameBuffer()
    for frame in (b"a", b"b", b"c"):
        assert buffer.offer(frame)
    assert buffer.take() == b"abc"
    assert len(buffer) == 0
    assert buffer.size == 0


def test_the_newest_record_is_refused_when_the_number_is_reached() -> None:
    buffer = FrameBuffer(max_records=2)
    assert [buffer.offer(b"x") for _ in range(3)] == [True, True, False]
    assert buffer.take() == b"xx"
    assert buffer.offer(b"x")


def test_the_newest_record_is_refused_when_the_bytes_are_reached() -> None:
    buffer = FrameBuffer(max_bytes=10)
    assert buffer.offer(b"12345678")
    assert not buffer.offer(b"123")
    assert buffer.offer(b"12")
    assert buffer.size == 10


def test_control_frames_always_find_room() -> None:
    buffer = FrameBuffer(max_records=1)
    assert buffer.offer(b"record")
    buffer.force(b"close")
    assert buffer.take() == b"recordclose"


def test_a_take_ends_with_a_whole_frame() -> None:
    buffer = FrameBuffer()
    for _ in range(3):
        buffer.force(b"12345")
    assert buffer.take(at_least=6) == b"1234512345"
    assert buffer.take(at_least=6) == b"12345"


def test_clearing_says_how_many_were_lost() -> None:
    buffer = FrameBuffer()
    buffer.force(b"a")
    buffer.force(b"b")
    assert buffer.clear() == 2
    assert buffer.size == 0
