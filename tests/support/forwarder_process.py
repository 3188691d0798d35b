"""A real forwarder process and its two pipes, fed as the plugin feeds it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_forwarder.wire import Decoder, Frame, FrameType, pack

from .frames import AT, NODE, RUN_ID, captured
from .locust_run import until

KEY = "demo-not-a-real-key"


class ForwarderProcess:
    """Reads all answers on a thread of its own, so that the process never waits for us."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.frames: list[Frame] = []
        self._number = 0
        self._number_of: dict[int, int] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        decoder = Decoder()
        assert self.process.stdout is not None
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            self.frames.extend(decoder.feed(chunk))

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, frame_type: FrameType, payload: dict[str, Any]) -> None:
        """One frame without a number, as HELLO and CLOSE are."""
        self.write(pack(frame_type, payload))

    def numbered(self, frame_type: FrameType, payload: dict[str, Any]) -> bytes:
        """The next frame that wants an acknowledgement."""
        self._number += 1
        return pack(frame_type, payload, self._number)

    def begin(self, config: Path) -> dict[str, Any]:
        """Say hello and announce a run; what `ready` said."""
        self.send(FrameType.HELLO, {"config": str(config)})
        self.write(self.numbered(FrameType.RUN_STARTED, {"run": RUN_ID, "at": AT, "node": NODE}))
        return self.wait_for(FrameType.READY)

    def fail(self, sequences: Iterable[int], **changes: Any) -> None:
        """Send failures of these sequences."""
        frames: list[bytes] = []
        for sequence in sequences:
            frames.append(self.numbered(FrameType.FAILURE, captured(sequence, **changes)))
            self._number_of[sequence] = self._number
        self.write(b"".join(frames))

    def wait_for(self, frame_type: FrameType) -> dict[str, Any]:
        """The payload of the first frame of a type, once it is there."""
        until(lambda: self.of(frame_type), what=f"a {frame_type} frame")
        return self.of(frame_type)[0]

    def give_room(self) -> None:
        """End what `max_file_bytes` began: the disk has room again."""
        own = psutil.Process(self.process.pid)
        _, hard = own.rlimit(psutil.RLIMIT_FSIZE)
        own.rlimit(psutil.RLIMIT_FSIZE, (hard, hard))

    def wait_for_ack(self, sequence: int) -> None:
        """Until the failure of this sequence is acknowledged, and all before it."""
        number = self._number_of[sequence]
        until(lambda: any(ack["number"] >= number for ack in self.of(FrameType.ACK)), what=f"ack of {sequence}")

    def of(self, frame_type: FrameType) -> list[dict[str, Any]]:
        return [frame.payload for frame in self.frames if frame.type == frame_type]

    def said(self) -> str:
        """Every line for the user."""
        return "\n".join(line["text"] for line in self.of(FrameType.LOG))

    def stderr(self) -> str:
        """What it wrote there, once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def end(self, deadline: float | None = 10.0) -> float:
        """Close, or end the file without it; wait for the exit. Seconds that took."""
        begin = time.monotonic()
        assert self.process.stdin is not None
        if deadline is not None:
            self.send(FrameType.CLOSE, {"deadline": deadline})
        else:
            self.process.stdin.close()
        self.process.wait(timeout=30)
        seconds = time.monotonic() - begin
        self._reader.join(timeout=5)
        return seconds

    def account(self, destination: str = "monitoring", kind: str = "failures") -> dict[str, Any]:
        """The final account of a route."""
        routes = self.wait_for(FrameType.CLOSED)["routes"]
        (account,) = [route for route in routes if (route["destination"], route["kind"]) == (destination, kind)]
        return account


@contextmanager
def forwarder(directory: Path, max_file_bytes: int | None = None) -> Generator[ForwarderProcess]:
    """Start one in `directory`; whatever happens, it is ended by its process id.

    `max_file_bytes` makes a disk that is soon full: no file of the process can grow beyond it.
    """
    command = [sys.executable, "-P", "-m", "locust_failure_forwarder.pipeline"]
    if max_file_bytes is not None:
        command = ["/bin/sh", "-c", f'ulimit -S -f {max_file_bytes // 512} && exec "$@"', "sh", *command]
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={**os.environ, "MONITORING_API_KEY": KEY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield ForwarderProcess(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def config(directory: Path, url: str, extra: str = "") -> Path:
    """A configuration with one monitoring API, that names the failures' route only."""
    path = directory / "config.yaml"
    path.write_text(
        "version: 1\n"
        "run: {name: process-test}\n"
        "destinations:\n"
        "  monitoring:\n"
        "    type: http\n"
        f"    url: {url}\n"
        "    auth: {bearer: '${MONITORING_API_KEY}'}\n"
        "    send: [failures]\n"
        "    batch: {max_age: 50ms}\n"
        f"log: {{directory: {directory}/logs}}\n"
        f"{extra}"
    )
    return path


@contextmanager
def only_log(directory: Path) -> Generator[Log]:
    """The one log in the folder that `config` names."""
    (path,) = (directory / "logs").glob("*.db")
    log = Log.open(path)
    try:
        yield log
    finally:
        log.close()
