"""The sending end of a real forwarder process, as the plugin is: numbered frames within the plugin's bound.

Frames that were not acknowledged are counted against the bound; beyond it, sending waits.
"""

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from locust_failure_forwarder.wire import Decoder, Frame, FrameType, pack

from .processes import Used, reap, started
from .records import NODE, RUN_ID, failure

MAX_FRAMES: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_PATIENCE: Final = 60.0
"""Seconds without any answer, after which the process is given up."""


class Feeder:
    """One forwarder process that was greeted and is ready."""

    def __init__(self, process: "subprocess.Popen[bytes]", config: Path) -> None:
        self._process = process
        self._number = 0
        self._unacknowledged: deque[tuple[int, int]] = deque()
        self._size = 0
        self._chunk = bytearray()
        self._news = threading.Condition()
        self._ended = False
        self._answers: dict[FrameType, dict[str, Any]] = {}
        self.remarks: list[str] = []
        """Its lines for the user."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._write(pack(FrameType.HELLO, {"config": str(config), "log": None, "runs": []}))
        self._wait_for(FrameType.READY)
        self.send(FrameType.RUN_STARTED, {"run": RUN_ID, "at": time.time(), "node": NODE})

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        """True once the process has closed its end, whatever the reason."""
        with self._news:
            return self._ended

    @property
    def held(self) -> tuple[int, int]:
        """Frames and bytes that were not acknowledged."""
        with self._news:
            return len(self._unacknowledged), self._size

    def account(self) -> dict[str, Any]:
        """What the process last said of its one route."""
        with self._news:
            said = self._answers.get(FrameType.CLOSED) or self._answers.get(FrameType.STATUS)
        return said["routes"][0] if said else {"captured": 0, "pending": 0, "delivered": 0, "dead": 0, "dropped": {}}

    def fail(self, number: int, *, new: bool) -> None:
        """Send one failure."""
        self.send(FrameType.FAILURE, failure(number, new=new))

    def send(self, frame_type: FrameType, payload: dict[str, Any]) -> None:
        """Send one frame, with others in one write; `flush` writes what was gathered."""
        self._number += 1
        frame = pack(frame_type, payload, self._number)
        if len(self._unacknowledged) >= MAX_FRAMES or self._size + len(frame) > MAX_BYTES:
            self.flush()
            self._wait(lambda: len(self._unacknowledged) < MAX_FRAMES and self._size + len(frame) <= MAX_BYTES)
        with self._news:
            self._unacknowledged.append((self._number, len(frame)))
            self._size += len(frame)
        self._chunk += frame
        if len(self._chunk) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        self._write(bytes(self._chunk))
        self._chunk.clear()

    def close(self, deadline: float) -> dict[str, Any]:
        """Ask for all to be delivered within `deadline` seconds; the final account of the one route."""
        self.flush()
        self._write(pack(FrameType.CLOSE, {"deadline": deadline}))
        return self._wait_for(FrameType.CLOSED, deadline)["routes"][0]

    def reap(self) -> Used:
        """After `close`: wait for the end of the process."""
        used = reap(self._process)
        self._reader.join()
        return used

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _wait_for(self, wanted: FrameType, seconds: float = 0.0) -> dict[str, Any]:
        self._wait(lambda: wanted in self._answers, seconds)
        return self._answers[wanted]

    def _wait(self, condition: Any, seconds: float = 0.0) -> None:
        with self._news:
            heard = self._news.wait_for(lambda: self._ended or condition(), seconds + _PATIENCE)
            if not condition():
                why = self._answers.get(FrameType.REFUSED, f"it has ended {self.remarks}" if heard else "it is silent")
                raise RuntimeError(f"the forwarder process does not go on: {why}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        decoder = Decoder()
        while chunk := os.read(self._process.stdout.fileno(), _CHUNK):
            for frame in decoder.feed(chunk):
                with self._news:
                    self._handle(frame)
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _handle(self, frame: Frame) -> None:
        self._answers[frame.type] = frame.payload
        if frame.type == FrameType.LOG:
            self.remarks.append(frame.payload["text"])
        if frame.type == FrameType.ACK:
            while self._unacknowledged and self._unacknowledged[0][0] <= frame.payload["number"]:
                self._size -= self._unacknowledged.popleft()[1]


@contextmanager
def feeder(config: Path, cores: frozenset[int]) -> Generator[Feeder]:
    """A forwarder process; killed if it still runs at the end of the block."""
    with started([sys.executable, "-P", "-m", "locust_failure_forwarder.pipeline"], cores) as process:
        yield Feeder(process, config)
