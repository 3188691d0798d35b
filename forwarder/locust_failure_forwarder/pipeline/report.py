"""What the Locust process and `status` are told: accounts and the state of each route, once a second and at the end."""

import asyncio
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..wire import FrameType
from .counters import Account, RouteKey, as_json
from .outlet import Outlet
from .route import Route
from .runs import RunBook
from .store import Store

_EVERY: Final = 1.0


def tell(outlet: Outlet, store: Store, routes: Sequence[Route], runs: RunBook) -> None:
    """Send one `status`, with what this node has captured of the newest run until now, by category."""
    states = {route.key: route.state() for route in routes}
    outlet.send(FrameType.STATUS, {**status(store.accounts, states, store.path), **runs.counted()})


async def report(outlet: Outlet, store: Store, routes: Sequence[Route], runs: RunBook) -> None:
    """Send `status` for ever, and leave the state of the routes in the log whenever it has changed."""
    written: dict[RouteKey, dict[str, Any]] = {}
    while True:
        tell(outlet, store, routes, runs)
        states = {route.key: route.state() for route in routes}
        lasting = {key: _lasting(state, time.time()) for key, state in states.items()}
        if lasting != written and await _write(store, states):
            written = lasting
        await asyncio.sleep(_EVERY)


async def say_last_word(outlet: Outlet, store: Store, routes: Sequence[Route], runs: RunBook, by: float) -> None:
    """Close the log and send the final accounts. A disk that hangs is not waited for beyond `by` (monotonic)."""
    states = {route.key: {**route.state(), "under_way": 0, "next_try_s": None} for route in routes}
    writing = asyncio.ensure_future(_write(store, states))
    await asyncio.wait([writing], timeout=max(0.0, by - time.monotonic()) / 2)
    in_memory = store.accounts
    final = await store.close(max(0.0, by - time.monotonic())) or {}
    accounts = {key: _fuller(final.get(key), account) for key, account in in_memory.items()}
    outlet.send(FrameType.CLOSED, {**status(accounts, states, store.path), **runs.counted()})


def status(
    accounts: Mapping[RouteKey, Account], states: Mapping[RouteKey, Mapping[str, Any]], path: Path
) -> dict[str, Any]:
    """The payload of a `status` or `closed` frame."""
    return {
        "routes": [as_json(key, account, states.get(key)) for key, account in accounts.items()],
        "log": str(path),
        "directory": str(path.parent),
    }


def _lasting(state: Mapping[str, Any], now: float) -> dict[str, Any]:
    """What is worth writing down: not what changes with every batch."""
    wait = state["next_try_s"]
    kept = {name: value for name, value in state.items() if name in ("note", "breaker", "needs_repair", "concurrency")}
    return {**kept, "next_try_at": None if wait is None else round(now + wait)}


async def _write(store: Store, states: Mapping[RouteKey, Mapping[str, Any]]) -> bool:
    try:
        await store.write_health(states, time.time())
    except sqlite3.Error:
        return False  # the routes and the committer tell of a disk that fails
    return True


def _fuller(stored: Account | None, in_memory: Account) -> Account:
    """The account that knows more: the one in memory, if the log could not take the last counts."""
    return in_memory if stored is None or in_memory.captured > stored.captured else stored
