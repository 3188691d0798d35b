"""Room in a log that has reached its bound. Runs inside the caller's transaction; opens and commits nothing."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from .counters import RouteKey

LOG_FULL: Final = "log_full"
"""The reason that pending events are dropped for."""
_STEP: Final = 200
"""Events that go at once."""


def make_room(db: sqlite3.Connection, max_bytes: int) -> dict[RouteKey, int]:
    """Delete the oldest events until the file's content is within `max_bytes`.

    Events that every route has settled go first; then dead letters, which stay counted; then the oldest pending events,
    which count as dropped(log_full) for each route that still wanted them.

    Returns:
        For each route, how many pending events were dropped.
    """
    lost: dict[RouteKey, int] = {}
    while _used(db) > max_bytes:
        oldest = [row[0] for row in db.execute("SELECT position FROM events ORDER BY position LIMIT ?", (_STEP,))]
        settled = _settled_up_to(db)
        if oldest and oldest[0] <= settled:
            end = min(settled, oldest[-1])
        elif _delete_dead_letters(db):
            continue
        elif oldest:
            end = oldest[-1]
        else:
            break
        for destination, kind, cursor in db.execute("SELECT destination, kind, cursor FROM routes").fetchall():
            if cursor >= end:
                continue
            (count,) = db.execute(
                "SELECT count(*) FROM events WHERE kind = ? AND position > ? AND position <= ?", (kind, cursor, end)
            ).fetchone()
            key = RouteKey(destination, kind)
            if count:
                add_dropped(db, key, {LOG_FULL: count})
                lost[key] = lost.get(key, 0) + count
            db.execute("UPDATE routes SET cursor = ? WHERE destination = ? AND kind = ?", (end, destination, kind))
        db.execute("DELETE FROM events WHERE position <= ?", (end,))
    return lost


def add_dropped(db: sqlite3.Connection, key: RouteKey, reasons: Mapping[str, int]) -> None:
    """Count records of a route as lost, by reason."""
    db.executemany(
        "INSERT INTO dropped (destination, kind, reason, count) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count",
        [(key.destination, key.kind, reason, count) for reason, count in reasons.items()],
    )


def _delete_dead_letters(db: sqlite3.Connection) -> bool:
    """Delete the oldest; False if there is none."""
    oldest = "SELECT id FROM dead_letters ORDER BY id LIMIT ?"
    return db.execute(f"DELETE FROM dead_letters WHERE id IN ({oldest})", (_STEP,)).rowcount > 0  # noqa: S608 - no input


def _used(db: sqlite3.Connection) -> int:
    """Bytes in use; deleted rows leave free pages, which are used again."""
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    (page_size,) = db.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * page_size)


def _settled_up_to(db: sqlite3.Connection) -> int:
    """The last position before the first event that some route still has to deliver."""
    first: int | None = None
    for kind, cursor in db.execute("SELECT kind, cursor FROM routes").fetchall():
        (candidate,) = db.execute(
            "SELECT min(position) FROM events WHERE kind = ? AND position > ?", (kind, cursor)
        ).fetchone()
        if candidate is not None and (first is None or candidate < first):
            first = candidate
    if first is not None:
        return first - 1
    (last,) = db.execute("SELECT max(position) FROM events").fetchone()
    return int(last or 0)
