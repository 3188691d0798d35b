"""A bounded cache from a value to its redacted form. Not for several threads.

Most failures of a run repeat each other's headers and bodies, so this is worth more than any tuning.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from .marks import Tally

_OVERHEAD: Final = 400
"""Bytes of an entry besides its texts, roughly."""


class Entry(NamedTuple):
    """What became of a value."""

    text: str
    tally: Tally


class ByteCache:
    """Least recently used entries go first, so that all together stay below a number of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[tuple[str, str], Entry] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes in use, roughly: a character counts as one."""
        return self._bytes

    def get(self, place: str, text: str) -> Entry | None:
        """The entry for `text` at `place`, if it is still there."""
        key = (place, text)
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, place: str, text: str, entry: Entry) -> None:
        """Keep an entry, unless it alone would take a quarter of the room."""
        cost = _cost(text, entry)
        if cost > self._max // 4:
            return
        self._entries[place, text] = entry
        self._bytes += cost
        while self._bytes > self._max:
            (_, old), gone = self._entries.popitem(last=False)
            self._bytes -= _cost(old, gone)


def _cost(text: str, entry: Entry) -> int:
    return len(text) + (0 if entry.text is text else len(entry.text)) + _OVERHEAD
