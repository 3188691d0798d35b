"""The plugin's end of the conversation: frames out, answers in, and a new forwarder process when one has died.

A frame is kept until it was acknowledged, so that the next process gets what the last one had not yet on disk. The log
knows which numbers it has, so nothing is written twice.
"""

import logging
import os
import time
from collections.abc import Callable
from typing import Any, Final, cast

import gevent
import gevent.event

from ..errors import FrameError, StartError
from ..wire import EXIT_LOG_DAMAGED, Decoder, Frame, FrameType, encode, pack
from .buffer import FrameBuffer
from .child import Child
from .drops import Drops
from .restarts import GAVE_UP, Restarts

logger = logging.getLogger("locust_failure_forwarder")
_REAP: Final = 0.5
"""Seconds that a process gets to exit after its last word, so that it leaves no zombie."""
START_TIMEOUT: Final = 30.0
"""Seconds a forwarder process may take to say `ready`."""


class Link:
    """Sends frames to the forwarder process and keeps what it answers.

    `record` and `control` never block and never raise. When the process has died for the last time, every record is
    counted as dropped.
    """

    def __init__(
        self, new_child: Callable[[], Child], config_path: str, buffer: FrameBuffer, on_ready: Callable[[str], None]
    ) -> None:
        """`on_ready` hears the path of the log, each time that a process has become ready."""
        self._new_child = new_child
        self._hello: dict[str, Any] = {"config": config_path, "log": None, "runs": [], "damaged": False}
        self._hello["key"] = os.urandom(32)  # of the hashes that stand for secrets, for one process after another
        self._buffer = buffer
        self._on_ready = on_ready
        self._restarts = Restarts()
        self._child = new_child()
        self._wake = gevent.event.Event()
        self._first_answer: gevent.event.AsyncResult[Frame | None] = gevent.event.AsyncResult()
        self._greenlet: gevent.Greenlet[..., Any] | None = None
        self._ready = False
        self._progressed = False
        self._close_by: float | None = None
        self.ended = gevent.event.Event()
        """Set when there is no process any more, and will not be again."""
        self.alive = False
        """False once frames have nowhere to go."""
        self.captured = 0
        """Records of this process, the dropped ones included."""
        self.status: dict[str, Any] = {}
        """The latest `status`, or the final accounts after `closed`."""
        self.on_status: Callable[[dict[str, Any]], None] = lambda _: None
        """Hears each `status`; must not raise."""
        self.finished = False
        """True once the final accounts have arrived."""
        self.dropped = Drops()
        """Records that never reached the forwarder process, by reason."""

    # -- frames out ----------------------------------------------------------------------------------------------

    def record(self, body: bytes) -> None:
        """Queue one record's frame, or count it as dropped."""
        self.captured += 1
        if not self.alive:
            self.dropped.add("too_late" if self.finished else "forwarder_down")
        elif not self._buffer.offer(body):
            self.dropped.add("buffer_full")
        else:
            self._wake.set()

    def control(self, frame_type: FrameType, payload: dict[str, Any]) -> None:
        """Queue one control frame."""
        if self.alive:
            number = self._buffer.force(encode(frame_type, payload))
            if frame_type == FrameType.RUN_STARTED:
                self._hello["runs"].append({**payload, "number": number})
            self._wake.set()

    def uncopied(self) -> None:
        """A record could not even be copied."""
        self.captured += 1
        self.dropped.add("capture_error")

    def report_drops(self) -> None:
        """Tell the forwarder process what was dropped since the last time, so that its accounts are whole (P1)."""
        if self.alive and (news := self.dropped.report()):
            self.control(FrameType.DROPPED, {"reasons": news})

    # -- the process ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Start the process and say hello. From now on frames are taken, and wait until it reads them.

        Raises:
            StartError: the process could not be started.
        """
        self._child.start()
        self.alive = True
        self._greenlet = gevent.spawn(self._run)

    @property
    def child(self) -> Child:
        """The forwarder process."""
        return self._child

    def first_answer(self) -> Frame | None:
        """Wait for `ready` or `refused`; None if the process died or took too long."""
        try:
            return self._first_answer.get(timeout=START_TIMEOUT)
        except gevent.Timeout:
            return None

    def finish_by(self, deadline: float) -> None:
        """Ask for everything to be delivered by `deadline` (monotonic), and then for the end of the process."""
        self._close_by = deadline
        self._wake.set()

    def close(self, reap_by: float = 0.0) -> None:
        """Close the pipes; a forwarder process takes end of file as the order to drain and exit.

        One that has said its last word gets until `reap_by` (monotonic) to exit, so that it leaves no zombie.
        """
        self.alive = False
        if self._greenlet is not None:
            self._greenlet.kill(block=False)
        self._child.close()
        self._child.wait(max(0.0, min(_REAP, reap_by - time.monotonic())))

    def _run(self) -> None:
        """One process after the other, until one has finished or no more may be started."""
        while True:
            self._converse()
            if self.finished or not (self._ready and self._start_again()):
                break
        if not self._first_answer.ready():
            self._first_answer.set(None)
        self._give_up()

    def _converse(self) -> None:
        """Say hello, write frames and read answers until the process closes its end."""
        self._progressed = False
        writer = cast("gevent.Greenlet[..., None]", gevent.spawn(self._write, self._child))
        try:
            self._read(self._child)
        finally:
            writer.kill()

    def _start_again(self) -> bool:
        """Start another process in the place of the one that died; False if there is to be none."""
        while True:
            self._child.close()
            code = self._child.wait(_REAP)
            if code is not None:  # else it never started, and knows no more than the one before
                self._hello["damaged"] = code == EXIT_LOG_DAMAGED
            delay = self._restarts.next_delay(progressed=self._progressed)
            self._progressed = False
            if delay is None or (self._close_by is not None and time.monotonic() + delay >= self._close_by):
                return False
            logger.warning("the forwarder process has ended unexpectedly (exit code %s) and is started again", code)
            gevent.sleep(delay)
            self._hello |= {
                "accounts": self.status.get("routes", []),
                "acknowledged": self._buffer.acknowledged,
                "failures": self._buffer.acknowledged_records,
            }
            self._buffer.rewind()
            self._child = self._new_child()
            try:
                self._child.start()
            except StartError as error:
                logger.warning("%s", error)
            else:
                return True

    def _give_up(self) -> None:
        """Whatever was not acknowledged is lost, as far as anybody can tell."""
        if self.alive:
            self.alive = False
            self.dropped.add("too_late" if self.finished else "forwarder_down", self._buffer.clear())
            if self._ready and not self.finished:
                directory = os.path.dirname(self._hello["log"])  # noqa: PTH120 - pathlib is one import more in this process
                logger.error(GAVE_UP, directory, self._hello["config"])
        self.ended.set()

    def _write(self, child: Child) -> None:
        try:
            child.write(pack(FrameType.HELLO, self._hello))
            while True:
                while chunk := self._buffer.take():
                    child.write(chunk)
                if self._close_by is not None:
                    seconds = max(0.0, self._close_by - time.monotonic())
                    child.write(pack(FrameType.CLOSE, {"deadline": seconds}))
                    return
                self._wake.wait()
                self._wake.clear()
        except OSError:
            return  # the process is gone; reading comes to its end too, after the last answers

    def _read(self, child: Child) -> None:
        decoder = Decoder()
        # One that starts and then says nothing is as good as dead.
        overdue = cast("gevent.Greenlet[..., None]", gevent.spawn_later(START_TIMEOUT, child.kill))
        try:
            while chunk := child.read():
                for frame in decoder.feed(chunk):
                    if frame.type in (FrameType.READY, FrameType.REFUSED):
                        overdue.kill(block=False)
                    self._handle(frame)
        except (OSError, FrameError):
            logger.debug("reading from the forwarder process failed", exc_info=True)
        finally:
            overdue.kill(block=False)

    def _handle(self, frame: Frame) -> None:
        match frame.type:
            case FrameType.READY:
                self._ready = True
                self._hello["log"] = frame.payload["log"]
                self._on_ready(frame.payload["log"])
                self._first_answer.set(frame)
            case FrameType.REFUSED:
                if self._ready:
                    logger.error("the forwarder process cannot be started again: %s", frame.payload["message"])
                self._ready = False
                self._first_answer.set(frame)
            case FrameType.ACK:
                self._progressed |= self._buffer.acknowledge(frame.payload["number"])
            case FrameType.STATUS:
                self.status = frame.payload
                self.on_status(frame.payload)
            case FrameType.CLOSED:
                self.status = frame.payload
                self.finished = True
                self._give_up()
            case FrameType.LOG:
                logger.log(frame.payload["level"], "%s", frame.payload["text"])
            case _:
                logger.debug("unexpected frame %s from the forwarder process", frame.type)
