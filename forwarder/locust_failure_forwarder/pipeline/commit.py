"""The last stage: everything bound for the log, in order, in groups. Acknowledges, and wakes the routes."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from .counters import RouteKey
from .log import DeadLetter, NewEvent
from .route import Route
from .store import Store

GROUP: Final = 1000
"""Records of one transaction, at most."""
QUEUE: Final = 2000
"""Records that may wait; beyond it the pipe fills, and the plugin's bounded buffer after it."""
_LOOKS: Final = 16
"""How often a log that grows to its bound is measured on the way, and by which part of it it may exceed the bound."""
_LEAST_LOOK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to commit, or an order that takes its place in the line."""

    item: NewEvent | DeadLetter | None = None
    acknowledges: int = 0
    """Sequence that this entry settles with the plugin; 0 for none."""
    dropped: Mapping[str, int] = field(default_factory=dict[str, int])
    """Failures the plugin had to drop, by reason."""
    flush: bool = False


class Committer:
    """Runs until cancelled; `join` waits until it has nothing left to do."""

    def __init__(
        self,
        store: Store,
        routes: Iterable[Route],
        max_size: int,
        acknowledge: Callable[[int], None],
        warn: Callable[[str], None],
    ) -> None:
        self._queue: asyncio.Queue[Entry] = asyncio.Queue(QUEUE)
        self._store = store
        self._routes = tuple(routes)
        self._max_size = max_size
        self._acknowledge = acknowledge
        self._warn = warn
        self._bytes_per_look = max(_LEAST_LOOK, max_size // _LOOKS)
        self._bytes_since_look = 0
        self._failed = False

    async def put(self, entry: Entry) -> None:
        """Queue an entry, waiting for room."""
        await self._queue.put(entry)

    async def join(self) -> None:
        """Wait until all that was queued is committed."""
        await self._queue.join()

    async def run(self) -> None:
        """Commit groups for ever."""
        while True:
            group = [await self._queue.get()]
            while len(group) < GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            await self._commit(group)
            for _ in group:
                self._queue.task_done()

    async def _commit(self, group: list[Entry]) -> None:
        events = [entry.item for entry in group if isinstance(entry.item, NewEvent)]
        dead = [entry.item for entry in group if isinstance(entry.item, DeadLetter)]
        if events or dead:
            try:
                await self._store.append(events, dead)
                self._failed = False
            except sqlite3.Error as error:
                await self._lost(events, dead, error)
            else:
                self._wake(events)
        for entry in group:
            if entry.dropped:
                await self._count_dropped(entry.dropped, "failures")
        # Also for what could not be written: it is accounted for, and sending it again would not help the disk.
        if highest := max(entry.acknowledges for entry in group):
            self._acknowledge(highest)
        if any(entry.flush for entry in group):
            for route in self._routes:
                route.flush()
        await self._keep_bounded(sum(len(item.body) for item in (*events, *dead)))

    def _wake(self, events: list[NewEvent]) -> None:
        sizes: dict[str, int] = {}
        for event in events:
            sizes[event.kind] = sizes.get(event.kind, 0) + len(event.body) + 1
        for route in self._routes:
            if route.key.kind in sizes:
                route.notify(sizes[route.key.kind])

    async def _lost(self, events: list[NewEvent], dead: list[DeadLetter], error: sqlite3.Error) -> None:
        self._tell(error)
        for kind in {item.kind for item in (*events, *dead)}:
            count = sum(1 for item in (*events, *dead) if item.kind == kind)
            await self._count_dropped({"log_error": count}, kind)

    async def _count_dropped(self, reasons: Mapping[str, int], kind: str) -> None:
        for key in self._keys(kind):
            try:
                await self._store.count_dropped(key, reasons)
            except sqlite3.Error as error:
                self._tell(error)  # the count stands in the accounts in memory, which the plugin prints

    def _tell(self, error: sqlite3.Error) -> None:
        """Once, until a commit succeeds again."""
        if not self._failed:
            self._warn(f"the log cannot be written ({error}); what comes now is dropped and counted")
        self._failed = True

    def _keys(self, kind: str) -> list[RouteKey]:
        return [key for key in self._store.accounts if key.kind == kind]

    async def _keep_bounded(self, added: int) -> None:
        self._bytes_since_look += added
        if self._bytes_since_look < self._bytes_per_look:
            return
        self._bytes_since_look = 0
        try:
            lost = await self._store.shrink(self._max_size)
        except sqlite3.Error as error:
            self._warn(f"the log cannot be kept within its bound ({error})")
            return
        for key, count in lost.items():
            self._warn(f"{key}: the log is full; {count} of the oldest pending records were dropped")
