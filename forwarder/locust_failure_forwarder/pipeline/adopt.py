"""Delivers, beside a running test, what processes that are dead left in the same folder. One log after the other.

Never delays the test's own deliveries: one batch at a time, and the end of the test does not wait for it.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from ..destinations import Settings
from ..errors import LogCorruptError, LogError
from .courier import Courier
from .housekeeping import OpenLog, left_behind, put_aside, route_keys
from .routes import make_routes, pending_of
from .store import Store
from .telling import Notify

_TICK = 0.2
_CLOSE_SECONDS = 2.0


async def adopt(
    directory: Path, settings: Settings, couriers: Mapping[str, Courier], warn: Notify, inform: Notify
) -> None:
    """Look for such logs once, and deliver them until all are settled. Cancelled when the test ends."""
    found = left_behind(directory, set(route_keys(settings)))
    while True:
        try:
            # Opening reads the whole of a file; the test's own events must not wait for that.
            opened = await asyncio.to_thread(next, found, None)
        except (LogError, OSError) as error:
            warn(f"what earlier tests left cannot be looked through: {error}")
            return
        if opened is None:
            return
        if isinstance(opened, str):
            warn(opened)
            continue
        try:
            await _deliver(opened, settings, couriers, warn, inform)
        except LogCorruptError as error:
            warn(put_aside(opened.log.path, error))
        except sqlite3.Error as error:
            warn(f"{opened.log.path.name} cannot be used: {error}")
        finally:
            opened.claim.release()


async def _deliver(
    opened: OpenLog, settings: Settings, couriers: Mapping[str, Courier], warn: Notify, inform: Notify
) -> None:
    store = Store(opened.log, settings.log, warn)
    routes = make_routes(pending_of(settings, store), couriers, warn, inform, alone=True)

    def pending() -> int:
        return sum(store.accounts[route.key].pending for route in routes)

    before = pending()
    inform(f"adopted {opened.log.path.name}: {before} records that an earlier test could not deliver")
    tasks = [asyncio.create_task(route.run()) for route in routes]
    for route in routes:
        route.flush()
    try:
        while pending():
            done, _ = await asyncio.wait(tasks, timeout=_TICK, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        inform(f"delivered what an earlier test had left in {opened.log.path.name}")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.shield(store.close(_CLOSE_SECONDS))
