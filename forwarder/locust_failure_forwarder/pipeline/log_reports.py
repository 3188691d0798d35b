"""What a log knows beside its events: the state of its routes, and what it takes over from a damaged one."""

import json
from collections.abc import Mapping
from typing import Any

from ..events import Kind
from .counters import Account, RouteKey
from .log import EVERYTHING, LAST, Log, Span
from .log_ranges import pair
from .log_space import add_dropped


def write_health(log: Log, states: Mapping[RouteKey, Mapping[str, Any]], now: float) -> None:
    """Replace the state of these routes. `now` is epoch seconds.

    Raises:
        sqlite3.Error: it could not be written.
    """
    with log.transaction() as db:
        db.executemany(
            "INSERT OR REPLACE INTO health (destination, kind, at, state) VALUES (?, ?, ?, ?)",
            [(*pair(key), now, json.dumps(dict(state))) for key, state in states.items()],
        )


def read_health(log: Log) -> dict[RouteKey, dict[str, Any]]:
    """The state of each route as it was last written, with `at` (epoch seconds) among it.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    rows = log.connection.execute("SELECT destination, kind, at, state FROM health").fetchall()
    return {RouteKey(destination, kind): {"at": at, **json.loads(state)} for destination, kind, at, state in rows}


def carry_over(log: Log, accounts: Mapping[RouteKey, Account], reason: str) -> None:
    """Begin with the accounts of a log that was set aside; what was pending there counts as dropped for `reason`.

    Raises:
        sqlite3.Error: it could not be written.
    """
    with log.transaction() as db:
        for key, account in accounts.items():
            db.execute(
                "UPDATE routes SET captured = ?, delivered = ?, dead = ? WHERE destination = ? AND kind = ?",
                (account.captured, account.delivered, account.dead, *pair(key)),
            )
            lost = dict(account.dropped)
            if account.pending > 0:
                lost[reason] = lost.get(reason, 0) + account.pending
            add_dropped(db, key, lost)


def span_between(log: Log, kind: Kind, since: float | None, until: float | None) -> Span:
    """Positions of the events of a kind that were captured from `since` to before `until` (epoch seconds; None: open).

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    first, last = EVERYTHING.first, EVERYTHING.last
    # Ids are UUIDv7: their first 48 bits are the milliseconds of the capture, so bytes compare as times do.
    if since is not None:
        statement = "SELECT min(position) FROM events WHERE kind = ? AND id >= ?"
        (found,) = log.connection.execute(statement, (kind, _prefix(since))).fetchone()
        first = LAST if found is None else int(found)
    if until is not None:
        statement = "SELECT max(position) FROM events WHERE kind = ? AND id < ?"
        (found,) = log.connection.execute(statement, (kind, _prefix(until))).fetchone()
        last = 0 if found is None else int(found)
    return Span(first, last)


def _prefix(epoch_seconds: float) -> bytes:
    # Cut off, not rounded, as `uuid7.py` does: the time of a capture has to find that capture.
    return max(0, min(int(epoch_seconds * 1000), 2**48 - 1)).to_bytes(6, "big")
