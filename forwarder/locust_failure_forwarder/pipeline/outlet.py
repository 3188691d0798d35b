"""Answers to the Locust process: acks, status, log lines. When nobody listens any more, log lines go to stderr."""

import contextlib
import logging
import sys
from typing import Any, Protocol

from ..wire import FrameType, pack


class Writes(Protocol):
    """The part of an asyncio transport that is needed."""

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        ...

    def is_closing(self) -> bool:
        """True once nobody can receive them."""
        ...


class Outlet:
    """Never blocks and never raises: a Locust process that died must not keep us from delivering."""

    def __init__(self, pipe: Writes) -> None:
        self._pipe = pipe

    @property
    def heard(self) -> bool:
        """True while the Locust process can hear us."""
        return not self._pipe.is_closing()

    def send(self, frame_type: FrameType, payload: dict[str, Any]) -> None:
        """Send one frame, if anybody listens."""
        if self.heard:
            self._pipe.write(pack(frame_type, payload))

    def inform(self, text: str) -> None:
        """A line for the user."""
        self._log(logging.INFO, text)

    def warn(self, text: str) -> None:
        """A line that the user should see."""
        self._log(logging.WARNING, text)

    def _log(self, level: int, text: str) -> None:
        if self.heard:
            self.send(FrameType.LOG, {"level": level, "text": text})
        elif level >= logging.WARNING:
            with contextlib.suppress(OSError):  # the terminal may be gone as well
                sys.stderr.write(f"failure-forwarder: {text}\n")
