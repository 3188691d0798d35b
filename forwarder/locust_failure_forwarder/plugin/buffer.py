"""Frames until the forwarder process has acknowledged them, within a bound. Refuses the newest when it is full (P3)."""

from collections import deque
from typing import Final, NamedTuple

from ..wire import header

MAX_RECORDS: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024


class _Held(NamedTuple):
    number: int
    body: bytes
    is_record: bool


class FrameBuffer:
    """First in, first out. A frame that was written stays, in case it has to be written again, until `acknowledge`.

    Gives frames their numbers. Used by one thread, between greenlet switches.
    """

    def __init__(self, max_records: int = MAX_RECORDS, max_bytes: int = MAX_BYTES) -> None:
        self._unsent: deque[_Held] = deque()
        self._sent: deque[_Held] = deque()
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._size = 0
        self._number = 0
        self.acknowledged_records = 0
        """How many records are on disk."""
        self.acknowledged = 0
        """Number of the last frame that somebody else answers for."""

    def __len__(self) -> int:
        return len(self._unsent) + len(self._sent)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    @property
    def unsent(self) -> int:
        """Frames that were not yet written."""
        return len(self._unsent)

    def offer(self, body: bytes) -> bool:
        """Append a record's frame; False if there is no room for it."""
        if len(self) >= self._max_records or self._size + len(body) > self._max_bytes:
            return False
        self._append(body, is_record=True)
        return True

    def force(self, body: bytes) -> int:
        """Append a control frame whatever the bound: they are few, small and needed. Returns its number."""
        return self._append(body, is_record=False)

    def _append(self, body: bytes, *, is_record: bool) -> int:
        self._number += 1
        self._unsent.append(_Held(self._number, body, is_record))
        self._size += len(body)
        return self._number

    def take(self, at_least: int = 64 * 1024) -> bytes:
        """The next whole frames with their headers, until `at_least` bytes are gathered or none is left."""
        chunk: list[bytes] = []
        size = 0
        while self._unsent and size < at_least:
            held = self._unsent.popleft()
            self._sent.append(held)
            chunk += (header(held.body, held.number), held.body)
            size += len(held.body)
        return b"".join(chunk)

    def acknowledge(self, number: int) -> bool:
        """Forget the frames up to this number: they are on disk. Those not yet written too, after a `rewind`.

        Returns:
            True if there were any.
        """
        before = len(self)
        self.acknowledged = max(self.acknowledged, number)
        for frames in (self._sent, self._unsent):
            while frames and frames[0].number <= number:
                held = frames.popleft()
                self._size -= len(held.body)
                self.acknowledged_records += held.is_record
        return len(self) < before

    def rewind(self) -> None:
        """The reader is gone: begin again with the first frame that was not acknowledged."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()

    def clear(self) -> int:
        """Forget everything; returns how many records were held."""
        count = sum(1 for frames in (self._sent, self._unsent) for held in frames if held.is_record)
        self._sent.clear()
        self._unsent.clear()
        self._size = 0
        return count
