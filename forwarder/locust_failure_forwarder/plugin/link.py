"""The plugin's end of the conversation: a writer greenlet, a reader greenlet, the latest status. Decides nothing."""

import logging
import time
from collections import deque
from typing import Any, Final

import gevent
import gevent.event

from ..errors import FrameError
from ..wire import Decoder, Frame, FrameType, pack
from .buffer import FrameBuffer
from .child import Child

logger = logging.getLogger("locust_failure_forwarder")
_REAP: Final = 0.5
"""Seconds that the process gets to exit after its last word, so that it leaves no zombie."""
START_TIMEOUT: Final = 30.0
"""Seconds the forwarder process may take to say `ready`."""


class Link:
    """Sends frames to the forwarder process and keeps what it answers.

    `send` never blocks and never raises. Once the process is gone, every record is counted as dropped.
    """

    def __init__(self, child: Child, buffer: FrameBuffer) -> None:
        self._child = child
        self._buffer = buffer
        self._wake = gevent.event.Event()
        self._first_answer: gevent.event.AsyncResult[Frame | None] = gevent.event.AsyncResult()
        self._greenlets: list[gevent.Greenlet[..., Any]] = []
        self._closing = False
        self._ready = False
        self.ended = gevent.event.Event()
        """Set when the process has closed its end."""
        self.alive = False
        self.captured = 0
        """Records of this process, the dropped ones included."""
        self._unacknowledged: deque[int] = deque()
        self.status: dict[str, Any] = {}
        """The latest `status`, or the final accounts after `closed`."""
        self.finished = False
        """True once the final accounts have arrived."""
        self.dropped: dict[str, int] = {}
        """Records that never reached the forwarder process, by reason."""
        self._reported: dict[str, int] = {}

    def open(self, hello: dict[str, Any]) -> None:
        """Start the process and say hello. From now on frames are taken, and wait until it reads them.

        Raises:
            StartError: the process could not be started.
        """
        self._child.start()
        self.alive = True
        self._buffer.force(pack(FrameType.HELLO, hello))
        self._greenlets = [gevent.spawn(self._write), gevent.spawn(self._read)]
        self._wake.set()

    def first_answer(self) -> Frame | None:
        """Wait for `ready` or `refused`; None if the process died or took too long."""
        try:
            return self._first_answer.get(timeout=START_TIMEOUT)
        except gevent.Timeout:
            return None

    def record(self, sequence: int, frame: bytes) -> None:
        """Queue one record's frame, or count it as dropped."""
        self.captured += 1
        if not self.alive:
            self._drop("forwarder_down")
        elif not self._buffer.offer(frame):
            self._drop("buffer_full")
        else:
            self._unacknowledged.append(sequence)
            self._wake.set()

    def control(self, frame_type: FrameType, payload: dict[str, Any]) -> None:
        """Queue one control frame."""
        if self.alive:
            self._buffer.force(pack(frame_type, payload))
            self._wake.set()

    def uncopied(self) -> None:
        """A record could not even be copied."""
        self.captured += 1
        self._drop("capture_error")

    def _drop(self, reason: str, count: int = 1) -> None:
        if count:
            self.dropped[reason] = self.dropped.get(reason, 0) + count

    def report_drops(self) -> None:
        """Tell the forwarder process what was dropped since the last time, so that its accounts are whole (P1)."""
        news = {reason: count - self._reported.get(reason, 0) for reason, count in self.dropped.items()}
        news = {reason: count for reason, count in news.items() if count}
        if news and self.alive:
            self._reported = dict(self.dropped)
            self.control(FrameType.DROPPED, {"reasons": news})

    def close(self) -> None:
        """Close the pipes; the forwarder process takes end of file as the order to drain and exit."""
        self._closing = True
        self.alive = False
        gevent.killall(self._greenlets, block=False)
        self._child.close()
        self._child.wait(_REAP)

    def _write(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while chunk := self._buffer.take():
                try:
                    self._child.write(chunk)
                except OSError:
                    return  # the process is gone; `_read` comes to its end too, after the last acks

    def _read(self) -> None:
        decoder = Decoder()
        try:
            while chunk := self._child.read():
                for frame in decoder.feed(chunk):
                    self._handle(frame)
        except (OSError, FrameError):
            logger.debug("reading from the forwarder process failed", exc_info=True)
        if not self._first_answer.ready():
            self._first_answer.set(None)
        self._process_ended()
        self.ended.set()

    def _process_ended(self) -> None:
        """What was not acknowledged is on no disk, wherever it was on its way."""
        if not self.alive:
            return
        self.alive = False
        self._buffer.clear()
        if not self.finished:
            self._drop("forwarder_down", len(self._unacknowledged))
        self._unacknowledged.clear()
        if self._ready and not (self._closing or self.finished):
            logger.error(
                "the forwarder process has ended unexpectedly; the test goes on, but no more is forwarded. "
                "What was committed stays in %s and can be sent with `failure-forwarder replay`.",
                self.status.get("log", "the log directory"),
            )

    def _handle(self, frame: Frame) -> None:
        match frame.type:
            case FrameType.READY | FrameType.REFUSED:
                self._ready = frame.type == FrameType.READY
                self._first_answer.set(frame)
            case FrameType.ACK:
                while self._unacknowledged and self._unacknowledged[0] <= frame.payload["sequence"]:
                    self._unacknowledged.popleft()
            case FrameType.STATUS:
                self.status = frame.payload
            case FrameType.CLOSED:
                self.status = frame.payload
                self.finished = True
                self.ended.set()
            case FrameType.LOG:
                logger.log(frame.payload["level"], "%s", frame.payload["text"])
            case _:
                logger.debug("unexpected frame %s from the forwarder process", frame.type)


def wait_until(event: gevent.event.Event, deadline: float, step: float) -> bool:
    """Wait for `event` at most `step` seconds and not past `deadline` (monotonic)."""
    return bool(event.wait(timeout=max(0.0, min(step, deadline - time.monotonic()))))
