"""The log on a thread of its own, with the accounts at hand. The event loop never waits for the disk."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from ..events import Event
from .counters import Account, RouteKey
from .log import DeadLetter, Log, NewEvent
from .log_space import LOG_FULL

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """Serialises all use of one log. `accounts` follows each commit."""

    def __init__(self, log: Log) -> None:
        self._log = log
        # One thread, since SQLite wants one writer; its own, so that name look-ups never queue behind the disk.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="log")
        self.accounts: dict[RouteKey, Account] = log.accounts()

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **kwargs))

    async def append(self, events: Sequence[NewEvent], dead: Sequence[DeadLetter]) -> None:
        """Commit events and stillborn ones; see `Log.append`.

        Raises:
            sqlite3.Error: nothing was committed.
        """
        await self._run(self._log.append, events, dead, list(self.accounts))
        for key in self.accounts:
            buried = sum(1 for letter in dead if letter.kind == key.kind)
            captured = sum(1 for event in events if event.kind == key.kind) + buried
            self.accounts[key] = self.accounts[key].plus(captured=captured, dead=buried)

    async def read(self, key: RouteKey, max_records: int, max_bytes: int) -> list[Event]:
        """The next unsettled events of a route; see `Log.read`.

        Raises:
            sqlite3.Error: the log cannot be read.
        """
        return await self._run(self._log.read, key, max_records, max_bytes)

    async def settle(self, key: RouteKey, cursor: int, delivered: int, dead: Sequence[DeadLetter] = ()) -> None:
        """Move a cursor; see `Log.settle`. Once begun it is finished, even if the caller is cancelled.

        Raises:
            sqlite3.Error: nothing was committed.
        """
        await asyncio.shield(self._settle(key, cursor, delivered, dead))

    async def _settle(self, key: RouteKey, cursor: int, delivered: int, dead: Sequence[DeadLetter]) -> None:
        late = await self._run(self._log.settle, key, cursor, delivered, dead)
        self.accounts[key] = self.accounts[key].plus(delivered=delivered, dead=len(dead), dropped={LOG_FULL: -late})

    async def count_dropped(self, key: RouteKey, reasons: Mapping[str, int]) -> None:
        """Account for records lost before the log. In memory even if the log cannot be written."""
        self.accounts[key] = self.accounts[key].plus(captured=sum(reasons.values()), dropped=reasons)
        await self._run(self._log.count_dropped, key, reasons)

    async def shrink(self, max_bytes: int) -> dict[RouteKey, int]:
        """Keep the log within its bound; see `Log.shrink`."""
        lost = await self._run(self._log.shrink, max_bytes)
        for key, count in lost.items():
            self.accounts[key] = self.accounts[key].plus(dropped={LOG_FULL: count})
        return lost

    def close(self) -> dict[RouteKey, Account]:
        """Finish what was begun, close the log, and return its final accounts."""
        self._thread.shutdown(wait=True)
        final = self._log.accounts()
        self._log.close()
        return final
