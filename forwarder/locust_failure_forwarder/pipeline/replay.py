"""Sends what earlier processes left in their logs. Same routes, same ids, same cursors as in a running test."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from ..destinations import Settings
from .counters import Account, RouteKey
from .log import Log
from .log_files import claim
from .route import Notify
from .routes import make_routes
from .store import Store

_TICK = 0.05


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one log."""

    path: Path
    accounts: dict[RouteKey, Account]
    unknown: tuple[RouteKey, ...]
    """Routes of the log that still have something to send, and that the configuration no longer asks for."""


async def replay_log(
    path: Path, settings: Settings, deadline: float, warn: Notify, inform: Notify, progress: Callable[[int], None]
) -> Replayed | None:
    """Deliver one log's pending events; None if a test is using it.

    Ends when none is left, when every destination that has some has failed a whole series of attempts, or at the
    deadline.

    Args:
        path: the log.
        settings: names the destinations; a route goes by its destination's name.
        deadline: monotonic time to stop at; what is left stays.
        warn: takes lines that the user should see.
        inform: takes lines of interest.
        progress: called now and then with the number of events still pending.

    Raises:
        LogError: the log cannot be opened.
    """
    lock = claim(path)
    if lock is None:
        return None
    try:
        store = Store(Log.open(path))
        async with AsyncExitStack() as stack:
            routes = await make_routes(settings, store, stack, warn, inform)
            tasks = [asyncio.create_task(route.run()) for route in routes]
            for route in routes:
                route.flush()
            try:
                # Somebody is watching: one series of attempts is enough to know that a destination is down.
                while (
                    not all(route.done_by(deadline) or route.paused for route in routes) and time.monotonic() < deadline
                ):
                    progress(sum(account.pending for account in store.accounts.values()))
                    await asyncio.wait(tasks, timeout=_TICK, return_when=asyncio.FIRST_COMPLETED)
                    for task in tasks:
                        if task.done():
                            task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        known = {route.key for route in routes}
        accounts = store.close()
        unknown = tuple(key for key, account in accounts.items() if key not in known and account.pending)
        return Replayed(path, accounts, unknown)
    finally:
        lock.release()
