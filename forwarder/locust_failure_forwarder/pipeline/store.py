"""The log on a thread of its own, with the accounts at hand. The event loop never waits for the disk."""

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

from ..config.models import LogConfig
from . import log_reports
from .counters import Account, RouteKey
from .log import EVERYTHING, DeadLetter, Flight, KeptSample, Log, NewEvent, Span
from .log_ranges import oldest_pending
from .log_schema import is_full
from .log_space import LOG_FULL

P = ParamSpec("P")
T = TypeVar("T")

_LOOKS: Final = 16
"""How often a log that grows to its bound is measured on the way, and by which part of it it may exceed the bound."""
_LEAST_LOOK: Final = 64 * 1024


class Store:
    """Serialises all use of one log, and keeps it within its bounds. `accounts` follows each commit."""

    def __init__(self, log: Log, bounds: LogConfig, warn: Callable[[str], None]) -> None:
        self._log = log
        self._bounds = bounds
        self._warn = warn
        # One thread, since SQLite wants one writer; its own, so that name look-ups never queue behind the disk.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="log")
        self._taken: set[int] = set()
        self._bytes_per_look = max(_LEAST_LOOK, min(bounds.max_size, bounds.max_dead_letters) // _LOOKS)
        self._bytes_since_look = 0
        self._closing = False
        self.path = log.path
        self.accounts: dict[RouteKey, Account] = log.accounts()

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def use() -> T:
            try:
                return function(*args, **kwargs)
            except sqlite3.Error as error:
                if not is_full(error):
                    raise
            self._log.relieve()
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._thread, use)

    async def append(
        self,
        events: Sequence[NewEvent],
        dead: Sequence[DeadLetter],
        dropped: Mapping[str, int],
        received: int,
        kept: Sequence[KeptSample] = (),
    ) -> None:
        """Commit what came from the Locust process; see `Log.append`.

        Raises:
            sqlite3.Error: nothing was committed.
        """
        keys = tuple(self.accounts)
        await self._run(self._log.append, events, dead, keys, dropped=dropped, received=received, kept=kept)
        self._count_in(Counter(event.kind for event in events), Counter(letter.kind for letter in dead), dropped)
        await self._grown(sum(len(item.body) for item in (*events, *dead, *kept)))

    def count_lost(self, lost: Mapping[str, int], dropped: Mapping[str, int], reason: str) -> None:
        """Account, in memory alone, for what a failing disk did not take: events by kind, and earlier drops."""
        for key, account in self.accounts.items():
            reasons = {reason: lost.get(key.kind, 0)}
            if key.kind == "failures":
                reasons |= {why: reasons.get(why, 0) + count for why, count in dropped.items()}
            self.accounts[key] = account.plus(captured=sum(reasons.values()), dropped=reasons)

    def _count_in(self, events: Mapping[str, int], dead: Mapping[str, int], dropped: Mapping[str, int]) -> None:
        for key, account in self.accounts.items():
            lost = dropped if key.kind == "failures" else dict[str, int]()
            buried = dead.get(key.kind, 0)
            captured = events.get(key.kind, 0) + buried + sum(lost.values())
            self.accounts[key] = account.plus(captured=captured, dead=buried, dropped=lost)

    async def take(self, key: RouteKey, max_records: int, max_bytes: int, span: Span = EVERYTHING) -> Flight | None:
        """Take the next pending events of a route that are not under way; see `Log.take`.

        Raises:
            sqlite3.Error: the log cannot be used.
        """
        flight = await self._run(self._log.take, key, max_records, max_bytes, self._taken, span)
        if flight is not None:
            self._taken.add(flight.id)
        return flight

    async def oldest_pending(self, key: RouteKey, span: Span = EVERYTHING) -> int | None:
        """Position of a route's first event in a span that is not settled, those under way included; None without any.

        Raises:
            sqlite3.Error: the log cannot be used.
        """
        return await self._run(oldest_pending, self._log.connection, key, span)

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter] = ()) -> None:
        """All events of a flight are delivered or dead. Once begun it is finished, even if the caller is cancelled.

        Raises:
            sqlite3.Error: nothing was committed.
        """
        await asyncio.shield(self._settle(flight, delivered, dead))

    async def _settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        late = await self._run(self._log.settle, flight, delivered, dead)
        self._taken.discard(flight.id)
        change = {LOG_FULL: -late} if late else {}
        self.accounts[flight.key] = self.accounts[flight.key].plus(delivered=delivered, dead=len(dead), dropped=change)
        await self._grown(sum(len(letter.body) for letter in dead))

    async def _grown(self, added: int) -> None:
        """Keep the log within its bounds; measured now and then, since measuring costs as much as a commit."""
        self._bytes_since_look += added
        if self._bytes_since_look < self._bytes_per_look or self._closing:
            return
        self._bytes_since_look = 0
        try:
            lost = await self._run(self._log.shrink, self._bounds.max_size, self._bounds.max_dead_letters)
        except sqlite3.Error as error:
            self._warn(f"the log cannot be kept within its bound ({error})")
            return
        for key, count in lost.items():
            self.accounts[key] = self.accounts[key].plus(dropped={LOG_FULL: count})
            self._warn(f"{key}: the log is full; {count} of the oldest pending records were dropped")

    async def write_health(self, states: Mapping[RouteKey, Mapping[str, Any]], now: float) -> None:
        """Leave each route's state where `status` finds it. `now` is epoch seconds.

        Raises:
            sqlite3.Error: it could not be written.
        """
        await self._run(log_reports.write_health, self._log, states, now)

    async def close(self, seconds: float) -> dict[RouteKey, Account] | None:
        """Finish what was begun, close the log, and return its final accounts; None if the disk hangs or fails."""

        def finish() -> dict[RouteKey, Account] | None:
            try:
                return self._log.accounts()
            except sqlite3.Error:
                return None
            finally:
                self._log.close()

        self._closing = True  # what was begun may still end, and must not begin more
        closing = asyncio.wrap_future(self._thread.submit(finish))
        self._thread.shutdown(wait=False)
        done, _ = await asyncio.wait([closing], timeout=seconds)
        return closing.result() if done else None


def hangs() -> bool:
    """True if a thread is still waiting for the disk, and would keep the process from ending."""
    return any(thread.name.startswith("log") for thread in threading.enumerate())
