"""A bounded cache, and what it keeps of a value that was redacted before. Not for several threads.

Most failures of a run repeat each other's headers and bodies, so this is worth more than any tuning.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from .marks import Literal, Tally

Headers: TypeAlias = tuple[tuple[str, str], ...]
Key: TypeAlias = tuple[str, str] | Headers
"""A place and the text that stands there, or all headers of a message: the whole content, so that no value is ever
taken for another."""

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")
_SIGHTINGS: Final = 16_384
_OVERHEAD: Final = 400
"""Bytes of an entry besides its texts, roughly."""


class Entry(NamedTuple):
    """What became of a value. Of tuples and texts alone: the garbage collector need not look at thousands of these."""

    value: Any
    """The text or the headers, masked."""
    counts: tuple[tuple[str, int], ...] = ()
    """What was masked, by kind."""
    literals: tuple[tuple[str, Literal], ...] = ()
    """What must not stand elsewhere in the record, and what stands in its place."""

    def settle(self, tally: Tally) -> Any:
        """What takes the place of the value; counts what was masked. Not for `CLEAN`."""
        for kind, count in self.counts:
            tally.counts[kind] = tally.counts.get(kind, 0) + count
        if self.literals:
            tally.literals.update(self.literals)
        return self.value


CLEAN: Final = Entry(None)
"""Stands for every value that stays as it is."""


class ByteCache(Generic[KeyT, ValueT]):
    """Keeps what `get` may return by what `put` was given; `cost` says how many bytes that is, roughly.

    Entries that were not used for long go first, so that all together stay below a number of bytes.

    Two generations: what is used moves to the young one, and when that has filled half of the room, the old one goes.
    A hit in the young one, which is the usual case, costs no more than a look into a dict.
    """

    def __init__(self, max_bytes: int, cost: Callable[[KeyT, ValueT], int]) -> None:
        self._max = max_bytes
        self._cost = cost
        self._young: dict[KeyT, ValueT] = {}
        self._old: dict[KeyT, ValueT] = {}
        self._young_bytes = self._old_bytes = 0

    @property
    def size(self) -> int:
        """Bytes in use, roughly: a character counts as one."""
        return self._young_bytes + self._old_bytes

    def get(self, key: KeyT) -> ValueT | None:
        """The entry of `key`, if it is still there."""
        entry = self._young.get(key)
        if entry is None and (entry := self._old.get(key)) is not None:
            self.put(key, entry)
        return entry

    def put(self, key: KeyT, entry: ValueT) -> None:
        """Keep an entry, unless it alone would take a quarter of the room."""
        cost = self._cost(key, entry)
        if cost > self._max // 4 or key in self._young:
            return
        if self._young_bytes + cost > self._max // 2:
            self._old, self._old_bytes = self._young, self._young_bytes
            self._young, self._young_bytes = {}, 0
        self._young[key] = entry
        self._young_bytes += cost


class Sightings:
    """Tells what comes a second time: what comes once only is not worth keeping. Knows a bounded number of hashes."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    def again(self, key: Hashable) -> bool:
        """Whether `key` was here before, perhaps; a chance hit costs some room and nothing else."""
        mark = hash(key)
        if mark in self._hashes:
            return True
        if len(self._hashes) >= _SIGHTINGS:
            self._hashes.clear()
        self._hashes.add(mark)
        return False


def cost_of(key: Key, entry: Entry) -> int:
    """Bytes of an entry, roughly."""
    size = _OVERHEAD
    for part in key:
        size += len(part) if isinstance(part, str) else len(part[0]) + len(part[1]) + _OVERHEAD // 4
    if isinstance(entry.value, str):
        return size + len(entry.value)
    return size if entry.value is None else 2 * size
