"""The last stage: everything bound for the log, in order, in groups. Acknowledges, and wakes the routes."""

import asyncio
import sqlite3
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from ..errors import LogCorruptError
from .counters import RouteKey
from .log import DeadLetter, KeptSample, NewEvent
from .log_schema import is_corrupt

GROUP: Final = 1000
"""Entries of one transaction, at most."""
_FIRST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """What came from one frame: to be committed together, or an order that takes its place in the line."""

    items: tuple[NewEvent | DeadLetter, ...] = ()
    number: int = 0
    """Of the frame; 0 if nothing has to be acknowledged."""
    dropped: Mapping[str, int] = field(default_factory=dict[str, int])
    """Failures the plugin had to drop, by reason."""
    flush: bool = False
    kept: tuple[KeptSample, ...] = ()
    """Samples, and the state of the alert rules after them. No one is sent them, so their loss is not counted."""


class Appends(Protocol):
    """The part of `Store` that is needed."""

    async def append(
        self,
        events: list[NewEvent],
        dead: list[DeadLetter],
        dropped: Mapping[str, int],
        received: int,
        kept: list[KeptSample],
    ) -> None:
        """Commit.

        Raises:
            sqlite3.Error: nothing was committed.
        """
        ...

    def count_lost(self, lost: Mapping[str, int], dropped: Mapping[str, int], reason: str) -> None:
        """Account for what will not be committed."""
        ...


class Woken(Protocol):
    """The part of `Route` that is needed."""

    key: RouteKey

    def notify(self, size: int) -> None:
        """Events of its kind were committed."""
        ...

    def flush(self) -> None:
        """Send what there is."""
        ...


class Committer:
    """Runs until cancelled; `join` waits until it has nothing left to do.

    A disk that refuses is tried again until it takes the entries or `give_up` is called. What waits meanwhile is
    bounded by the plugin, which leaves only so much unacknowledged.
    """

    def __init__(
        self,
        store: Appends,
        routes: Iterable[Woken],
        acknowledge: Callable[[int], None],
        warn: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._entries: deque[Entry] = deque()
        self._store = store
        self._routes = tuple(routes)
        self._acknowledge = acknowledge
        self._warn = warn
        self._sleep = sleep
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, entry: Entry) -> None:
        """Queue an entry."""
        self._entries.append(entry)
        self._idle.clear()
        self._news.set()

    @property
    def waiting(self) -> int:
        """Entries that are not committed yet."""
        return len(self._entries)

    async def join(self) -> None:
        """Wait until all that was queued is committed."""
        await self._idle.wait()

    async def run(self) -> None:
        """Commit groups for ever.

        Raises:
            LogCorruptError: the log is damaged; what is queued was not acknowledged, so the plugin still has it.
        """
        while True:
            await self._news.wait()
            self._news.clear()
            while self._entries:
                group = [self._entries[n] for n in range(min(GROUP, len(self._entries)))]
                await self._commit(group)
                for _ in group:
                    self._entries.popleft()
                self._settled(group)
            self._idle.set()

    def give_up(self) -> None:
        """Count what could not be committed as dropped(log_error), and acknowledge it: there is no more time."""
        group = list(self._entries)
        if not group:
            return
        self._entries.clear()
        events, dead, dropped = _contents(group)
        lost = Counter(item.kind for item in (*events, *dead))
        self._store.count_lost(lost, dropped, "log_error")
        if lost:
            self._warn(
                f"{lost.total()} records could not be written to the log and are lost; is there room on its disk?"
            )
        self._acknowledge(max(entry.number for entry in group))
        self._idle.set()

    async def _commit(self, group: list[Entry]) -> None:
        events, dead, dropped = _contents(group)
        received = max(entry.number for entry in group)
        kept = [sample for entry in group for sample in entry.kept]
        wait = 0.0
        while events or dead or dropped or received or kept:
            try:
                await self._store.append(events, dead, dropped, received, kept)
            except sqlite3.Error as error:
                if is_corrupt(error):
                    raise LogCorruptError(f"the log is damaged ({error})") from error
                if not wait:
                    self._warn(f"the log cannot be written ({error}); everything is kept in memory and tried again")
                wait = min(_LONGEST_WAIT, max(_FIRST_WAIT, wait * 2))
                await self._sleep(wait)
            else:
                if wait:
                    self._warn("the log can be written again")
                break
        self._wake(events)

    def _settled(self, group: list[Entry]) -> None:
        if received := max(entry.number for entry in group):
            self._acknowledge(received)
        if any(entry.flush for entry in group):
            for route in self._routes:
                route.flush()

    def _wake(self, events: list[NewEvent]) -> None:
        sizes: Counter[str] = Counter()
        for event in events:
            sizes[event.kind] += len(event.body) + 1
        for route in self._routes:
            if route.key.kind in sizes:
                route.notify(sizes[route.key.kind])


def _contents(group: list[Entry]) -> tuple[list[NewEvent], list[DeadLetter], Counter[str]]:
    """Events, dead letters and drops of a group."""
    events: list[NewEvent] = []
    dead: list[DeadLetter] = []
    dropped: Counter[str] = Counter()
    for entry in group:
        for item in entry.items:
            if isinstance(item, NewEvent):
                events.append(item)
            else:
                dead.append(item)
        if entry.dropped:
            dropped.update(entry.dropped)
    return events, dead, dropped
