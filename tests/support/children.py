"""Forwarder processes that are none: a link talks to them as to real ones. Needs gevent; starts nothing."""

import logging
from collections.abc import Callable
from typing import Any, cast

import gevent
import gevent.queue
import pytest
from locust_failure_forwarder.errors import StartError
from locust_failure_forwarder.plugin.buffer import FrameBuffer
from locust_failure_forwarder.plugin.child import Child
from locust_failure_forwarder.plugin.link import Link
from locust_failure_forwarder.wire import Decoder, Frame, FrameType, encode, pack

CONFIG = "config.yaml"
LOG = "/logs/a.db"
LOGGER = "locust_failure_forwarder"
ROUTES = [{"destination": "monitoring", "kind": "failures", "captured": 3, "delivered": 1, "pending": 2, "dead": 0}]
RECORD = encode(FrameType.FAILURE, {"sequence": 1})

_pause: Callable[[float], None] = gevent.sleep


class FakeChild:
    """Reads what it is told and says what the test wants."""

    def __init__(self, world: "Children", *, starts: bool) -> None:
        self.pid = 4711
        self.heard: list[Frame] = []
        self.killed = False
        self.closed = False
        self.code: int | None = None
        self._starts = starts
        self._world = world
        self._decoder = Decoder()
        self._says: gevent.queue.SimpleQueue[bytes] = gevent.queue.SimpleQueue()

    # -- as the link sees it

    def start(self) -> None:
        if not self._starts:
            raise StartError("cannot start the forwarder process: no memory")

    def write(self, data: bytes) -> None:
        if self.code is not None:
            raise BrokenPipeError
        self.heard += self._decoder.feed(data)

    def read(self) -> bytes:
        return self._says.get()

    def close(self) -> None:
        self.closed = True

    def kill(self) -> None:
        self.killed = True
        self.die(-9)

    def wait(self, timeout: float) -> int | None:
        return self.code

    # -- as the test sees it

    def say(self, frame_type: FrameType, **payload: Any) -> None:
        self._says.put(pack(frame_type, payload))
        self._world.settle()

    def say_bytes(self, data: bytes) -> None:
        self._says.put(data)
        self._world.settle()

    def ready(self, log: str = LOG) -> None:
        self.say(FrameType.READY, log=log)

    def die(self, code: int = -9) -> None:
        self.code = code
        self._says.put(b"")
        self._world.settle()

    @property
    def hello(self) -> dict[str, Any]:
        assert self.heard[0].type == FrameType.HELLO
        assert self.heard[0].number == 0
        return self.heard[0].payload

    @property
    def numbers(self) -> list[int]:
        return [frame.number for frame in self.heard if frame.number]


class Children:
    """All processes that a link has started, and the link."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, max_records: int = 1000) -> None:
        self.children: list[FakeChild] = []
        self.cannot_start: set[int] = set()
        """Which of them, counted from 1."""
        self.paused: list[float] = []
        self.ready_logs: list[str] = []
        monkeypatch.setattr(gevent, "sleep", self._sleep)
        new_child = cast(Callable[[], Child], self._new_child)
        self.link = Link(new_child, CONFIG, FrameBuffer(max_records), self.ready_logs.append)

    def _new_child(self) -> FakeChild:
        self.children.append(FakeChild(self, starts=len(self.children) + 1 not in self.cannot_start))
        return self.children[-1]

    def _sleep(self, seconds: float) -> None:
        self.paused.append(seconds)
        _pause(0)

    def settle(self) -> None:
        """Let all greenlets do what they can."""
        for _ in range(10):
            _pause(0)

    @property
    def child(self) -> FakeChild:
        """The latest."""
        return self.children[-1]

    def begin(self) -> FakeChild:
        """Open the link and wait until its process is ready."""
        self.link.open()
        self.settle()
        self.child.ready()
        return self.child

    def record(self, count: int = 1) -> None:
        for _ in range(count):
            self.link.record(RECORD)
        self.settle()

    def ack(self, number: int) -> None:
        self.child.say(FrameType.ACK, number=number)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
