"""Frames that wait to be written to the pipe, within a bound. Refuses the newest when it is full (P3)."""

from collections import deque
from typing import Final

MAX_RECORDS: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024


class FrameBuffer:
    """First in, first out. Used by one thread, between greenlet switches."""

    def __init__(self, max_records: int = MAX_RECORDS, max_bytes: int = MAX_BYTES) -> None:
        self._frames: deque[bytes] = deque()
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._size = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def offer(self, frame: bytes) -> bool:
        """Append a record's frame; False if there is no room for it."""
        if len(self._frames) >= self._max_records or self._size + len(frame) > self._max_bytes:
            return False
        self.force(frame)
        return True

    def force(self, frame: bytes) -> None:
        """Append a control frame whatever the bound: they are few and small, and the protocol needs them."""
        self._frames.append(frame)
        self._size += len(frame)

    def take(self, at_least: int = 64 * 1024) -> bytes:
        """Remove whole frames from the front until `at_least` bytes are gathered or none is left."""
        chunk: list[bytes] = []
        size = 0
        while self._frames and size < at_least:
            frame = self._frames.popleft()
            chunk.append(frame)
            size += len(frame)
        self._size -= size
        return b"".join(chunk)

    def clear(self) -> int:
        """Forget everything; returns how many frames were held."""
        count = len(self._frames)
        self._frames.clear()
        self._size = 0
        return count
