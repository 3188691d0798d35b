"""Sends what earlier processes left pending in their logs. Same routes, same ids, same cursors as in a running test."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..destinations import Settings
from ..redaction import Redactor
from .counters import Account, RouteKey
from .housekeeping import open_sound
from .log import LAST, DeadLetter, Flight, Log
from .log_due import due, due_span
from .log_files import claim_orphan
from .retry import RateLimit
from .route import Route
from .routes import make_couriers, make_routes
from .selection import Selection
from .source import Pending, Source
from .store import Store
from .telling import Notify

PATIENCE: Final = 60.0
"""Seconds for which somebody who watches is kept waiting while nothing moves."""
_TICK = 0.05
_CLOSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears how it goes, and may call it off."""

    warn: Notify
    """Takes lines that the user should see."""
    inform: Notify
    """Takes lines of interest."""
    progress: Callable[[int], None] = field(default=lambda _: None)
    """Called now and then with the number of selected events that are still to be sent."""
    called_off: Callable[[], bool] = field(default=lambda: False)
    """Asked now and then; True ends it as the deadline does."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one log."""

    path: Path
    accounts: dict[RouteKey, Account]
    left: int
    """Selected events that are still pending, but for those of `unknown`."""
    unknown: Mapping[RouteKey, int]
    """Selected events that are still pending, for routes that the configuration no longer asks for."""


async def replay_log(
    path: Path, settings: Settings, selection: Selection, rate: RateLimit | None, deadline: float, listener: Listener
) -> Replayed | None:
    """Deliver one log's pending events; None if a test is using it.

    Ends when none is left, when every destination that has some does not answer or needs a person, when nothing has
    moved for too long, or at the deadline.

    Args:
        path: the log.
        settings: names the destinations; a route goes by its destination's name.
        selection: which events; the others stay pending.
        rate: holds the records a second down.
        deadline: monotonic time to stop at, or infinity; what is left stays.
        listener: hears how it goes.

    Raises:
        LogCorruptError: the file is damaged.
        LogError: the log cannot be opened.
        sqlite3.Error: it cannot be read.
    """
    lock = claim_orphan(path)
    if lock is None:
        return None
    try:
        log = open_sound(path)
        store = Store(log, settings.log, listener.warn)
        try:
            wanted = due(log, selection)
            sources = {key: _source(log, store, key, selection) for key in wanted if is_asked_for(key, settings)}
            unknown = {key: count for key, count in wanted.items() if key not in sources}
            async with AsyncExitStack() as stack:
                routes = await routes_over(sources, settings, rate, stack, listener)
                await run_routes(routes, lambda: sum(s.pending for s in sources.values()), deadline, listener)
            await _leave_word(store, routes)
            left = sum(source.pending for source in sources.values())
        finally:
            accounts = await store.close(_CLOSE_SECONDS) or store.accounts
        return Replayed(path, accounts, left, unknown)
    finally:
        lock.release()


def is_asked_for(key: RouteKey, settings: Settings) -> bool:
    """True if the configuration sends this kind to a destination of this name."""
    return key.destination in settings.destinations and key.kind in settings.destinations[key.destination].send


def _source(log: Log, store: Store, key: RouteKey, selection: Selection) -> Pending:
    if not selection.in_time:
        return Pending(store, key)
    span = due_span(log, key, selection)
    return Pending(store, key, span, log.unsettled(key, span))


async def _leave_word(store: Store, routes: Sequence[Route]) -> None:
    """Leave in the log what held the routes up, for `status`; no longer what held them up in the test."""
    states = {route.key: {**route.state(), "under_way": 0, "next_try_s": None} for route in routes}
    with contextlib.suppress(sqlite3.Error):  # it is a comfort; the records are what counts
        await store.write_health(states, time.time())


# -- sending, from whatever source -------------------------------------------------------------------------------


class Slices:
    """A source that gives no more at a time than a rate allows in a second."""

    def __init__(self, source: Source, most: int) -> None:
        self._source = source
        self._most = most

    @property
    def pending(self) -> int:
        """As in the source."""
        return self._source.pending

    async def oldest(self) -> int | None:
        """As in the source."""
        return await self._source.oldest()

    async def take(self, max_records: int, max_bytes: int, last: int = LAST) -> Flight | None:
        """As from the source, but less."""
        return await self._source.take(min(max_records, self._most), max_bytes, last)

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        """As in the source."""
        await self._source.settle(flight, delivered, dead)


async def routes_over(
    sources: Mapping[RouteKey, Source],
    settings: Settings,
    rate: RateLimit | None,
    stack: AsyncExitStack,
    listener: Listener,
) -> list[Route]:
    """One route over each source; `stack` closes the connections."""
    couriers = await make_couriers(settings, stack, Redactor(settings.redaction).redact_text)
    return make_routes(
        {key: source if rate is None else Slices(source, rate.records_a_second) for key, source in sources.items()},
        couriers,
        listener.warn,
        listener.inform,
        paced=None if rate is None else rate.wait,
    )


async def run_routes(routes: Sequence[Route], left: Callable[[], int], deadline: float, listener: Listener) -> None:
    """Let them deliver until nothing is `left`, or there is no use in waiting; see `replay_log`.

    Raises:
        LogCorruptError: the log is damaged.
    """
    tasks = [asyncio.create_task(route.run()) for route in routes]
    for route in routes:
        route.flush()
    patience = PATIENCE + 2 * max((route.courier.destination.config.timeout for route in routes), default=0.0)
    before, moved_at = left(), time.monotonic()
    try:
        while (now := time.monotonic()) < deadline and now - moved_at < patience and not listener.called_off():
            if (count := left()) != before:
                before, moved_at = count, now
            listener.progress(count)
            # Somebody is watching: an open breaker is enough to know that a destination is down.
            if all(route.done_by(min(deadline, now + PATIENCE)) or route.paused for route in routes):
                break
            done, _ = await asyncio.wait(tasks, timeout=_TICK, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        listener.progress(left())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
