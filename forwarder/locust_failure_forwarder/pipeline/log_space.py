"""Room in a log that has reached its bound. Runs inside the caller's transaction; opens and commits nothing."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from . import log_ranges, log_samples
from .counters import RouteKey

LOG_FULL: Final = "log_full"
"""The reason that pending events are dropped for."""
_STEP: Final = 200
"""Rows that go at once, at most: a few large ones may be room enough."""
_LETTER_BYTES: Final = "length(body) + coalesce(length(answer), 0)"


def make_room(db: sqlite3.Connection, max_bytes: int, max_dead_bytes: int) -> dict[RouteKey, int]:
    """Delete the oldest until dead letters are within `max_dead_bytes` and the file's content within `max_bytes`.

    Events that every route has settled go first; then dead letters, which stay counted; then samples; then the oldest
    pending events, which count as dropped(log_full) for each route that still wanted them.

    Returns:
        For each route, how many pending events were dropped.
    """
    lost: dict[RouteKey, int] = {}
    while (excess := _dead_bytes(db) - max_dead_bytes) > 0 and _delete_dead_letters(db, excess):
        pass
    log_samples.trim(db, max_bytes // log_samples.SHARE)
    keys = _routes(db)
    while (excess := used(db) - max_bytes) > 0:
        oldest = _oldest(db, "SELECT position, length(body) FROM events ORDER BY position LIMIT ?", excess)
        settled = _settled_up_to(db, keys)
        if oldest and oldest[0] <= settled:
            end = min(settled, oldest[-1])
        elif _delete_dead_letters(db, excess) or log_samples.delete_oldest(db, excess):
            continue
        elif oldest:
            end = oldest[-1]
        else:
            break
        for key, count in _delete_up_to(db, keys, end).items():
            add_dropped(db, key, {LOG_FULL: count})
            lost[key] = lost.get(key, 0) + count
    return lost


def delete_settled(db: sqlite3.Connection) -> None:
    """Delete the events that every route has settled, and old samples."""
    log_samples.trim(db, 0, log_samples.SPARED)
    keys = _routes(db)
    _delete_up_to(db, keys, _settled_up_to(db, keys))


def add_dropped(db: sqlite3.Connection, key: RouteKey, reasons: Mapping[str, int]) -> None:
    """Count records of a route as lost, by reason."""
    db.executemany(
        "INSERT INTO dropped (destination, kind, reason, count) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count",
        [(key.destination, key.kind, reason, count) for reason, count in reasons.items()],
    )


def used(db: sqlite3.Connection) -> int:
    """Bytes in use; deleted rows leave free pages, which are used again."""
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    (page_size,) = db.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * page_size)


def _routes(db: sqlite3.Connection) -> list[RouteKey]:
    return [RouteKey(*row) for row in db.execute("SELECT destination, kind FROM routes").fetchall()]


def _delete_up_to(db: sqlite3.Connection, keys: list[RouteKey], end: int) -> dict[RouteKey, int]:
    """Delete events, and move the cursor of every route past them, so that no position is used twice.

    Returns:
        For each route that had some of them pending, how many.
    """
    lost = {key: log_ranges.forget_up_to(db, key, end) for key in keys}
    db.execute("DELETE FROM events WHERE position <= ?", (end,))
    return {key: count for key, count in lost.items() if count}


def _delete_dead_letters(db: sqlite3.Connection, excess: int) -> bool:
    """Delete the oldest, until `excess` bytes have gone or `_STEP` of them; False if there is none."""
    statement = f"SELECT id, {_LETTER_BYTES} FROM dead_letters ORDER BY id LIMIT ?"  # noqa: S608 - no input
    letters = _oldest(db, statement, excess)
    db.executemany("DELETE FROM dead_letters WHERE id = ?", [(letter_id,) for letter_id in letters])
    return bool(letters)


def _dead_bytes(db: sqlite3.Connection) -> int:
    (size,) = db.execute(f"SELECT coalesce(sum({_LETTER_BYTES}), 0) FROM dead_letters").fetchone()  # noqa: S608 - no input
    return int(size)


def _oldest(db: sqlite3.Connection, statement: str, excess: int) -> list[int]:
    """Keys of as many of the oldest rows as hold `excess` bytes, one at least if there is any."""
    keys: list[int] = []
    for key, size in db.execute(statement, (_STEP,)):
        keys.append(key)
        excess -= size
        if excess <= 0:
            break
    return keys


def _settled_up_to(db: sqlite3.Connection, keys: list[RouteKey]) -> int:
    """The last position before the first event that some route still has to deliver."""
    wanted = [first for key in keys if (first := log_ranges.oldest_pending(db, key)) is not None]
    if wanted:
        return min(wanted) - 1
    (last,) = db.execute("SELECT max(position) FROM events").fetchone()
    return int(last or 0)
