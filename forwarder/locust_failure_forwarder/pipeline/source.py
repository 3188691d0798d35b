"""Where a route takes its events from: the pending part of a log. Decides nothing."""

from collections.abc import Sequence
from typing import Protocol

from .counters import RouteKey
from .log import EVERYTHING, LAST, DeadLetter, Flight, Span
from .store import Store


class Source(Protocol):
    """What a route needs to know of what it delivers."""

    @property
    def pending(self) -> int:
        """Events that are not settled, those under way included."""
        ...

    async def oldest(self) -> int | None:
        """Position in the log of the first event that is not settled, those under way included; None without any.

        Raises:
            sqlite3.Error: the log cannot be used.
        """
        ...

    async def take(self, max_records: int, max_bytes: int, last: int = LAST) -> Flight | None:
        """Take the next ones, none past the position `last`.

        Raises:
            sqlite3.Error: the log cannot be used.
        """
        ...

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        """All of a flight are delivered or dead.

        Raises:
            sqlite3.Error: nothing was committed.
        """
        ...


class Pending:
    """What a log has not yet delivered on one route, or a span of it."""

    def __init__(self, store: Store, key: RouteKey, span: Span = EVERYTHING, in_span: int | None = None) -> None:
        """`in_span` is how many are pending in the span, if it is not the whole log."""
        self._store = store
        self._key = key
        self._span = span
        self._elsewhere = 0 if in_span is None else store.accounts[key].pending - in_span

    @property
    def pending(self) -> int:
        """By the accounts, which cost nothing."""
        return self._store.accounts[self._key].pending - self._elsewhere

    async def oldest(self) -> int | None:
        """Position of the first one."""
        return await self._store.oldest_pending(self._key, self._span)

    async def take(self, max_records: int, max_bytes: int, last: int = LAST) -> Flight | None:
        """Take the next ones up to a position."""
        span = Span(self._span.first, min(self._span.last, last))
        return await self._store.take(self._key, max_records, max_bytes, span)

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        """All of a flight are delivered or dead."""
        await self._store.settle(flight, delivered, dead)
