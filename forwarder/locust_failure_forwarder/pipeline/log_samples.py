"""The statistics of a run as the log keeps them, and the state of its alert rules. No destination is sent any of it.

A log of an earlier format has none. They take a part of the log's room, and give way to what is still to be sent.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ..events import Origin
from .log_values import KeptSample

SHARE: Final = 8
"""Samples may take this part of the log's bound."""
_STEP: Final = 200
SPARED: Final = 1000
"""Samples that stay when the disk is full: what the rules need to go on after a crash."""


def keep(db: sqlite3.Connection, samples: Sequence[KeptSample], origin_id: Callable[[Origin], int]) -> None:
    """Append samples, and replace their runs' state. Runs in the caller's transaction."""
    for sample in samples:
        origin = origin_id(sample.origin)
        if sample.body:
            db.execute(
                "INSERT INTO samples (origin, at, whole, body) VALUES (?, ?, ?, ?)",
                (origin, sample.at, sample.whole, sample.body),
            )
        db.execute("INSERT OR REPLACE INTO watches (origin, state) VALUES (?, ?)", (origin, sample.state))


def has_samples(db: sqlite3.Connection) -> bool:
    """Whether the log's format has samples at all.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'samples'").fetchone() is not None


def runs(db: sqlite3.Connection) -> list[tuple[int, bytes, int]]:
    """Runs that have samples, oldest first: the origin's id, the run as JSON, the number of samples.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    statement = (
        "SELECT origins.id, origins.run, count(*) FROM samples JOIN origins ON origins.id = samples.origin"
        " GROUP BY origins.id ORDER BY min(samples.position)"
    )
    return db.execute(statement).fetchall()


def samples(db: sqlite3.Connection, origin_id: int, seconds: float | None = None) -> Iterator[tuple[bool, bytes]]:
    """Samples of a run, oldest first: whether it is whole, and its bytes.

    With `seconds`, those of the last so many seconds, and as many before as it takes to read them.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    first = 0
    if seconds is not None:
        found = db.execute(
            "SELECT max(position) FROM samples WHERE origin = ? AND whole AND at <="
            " (SELECT max(at) FROM samples WHERE origin = ?) - ?",
            (origin_id, origin_id, seconds),
        ).fetchone()
        first = found[0] or 0
    statement = "SELECT whole, body FROM samples WHERE origin = ? AND position >= ? ORDER BY position"
    for whole, body in db.execute(statement, (origin_id, first)):
        yield bool(whole), body


def state(db: sqlite3.Connection, origin: Origin) -> tuple[int, bytes] | None:
    """The origin's id and the last state of its rules; None if there is none.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    statement = (
        "SELECT origins.id, watches.state FROM watches JOIN origins ON origins.id = watches.origin"
        " WHERE origins.run = ? AND origins.node = ?"
    )
    found = db.execute(statement, (origin.run, origin.node)).fetchone()
    return None if found is None else (int(found[0]), bytes(found[1]))


def state_of(db: sqlite3.Connection, origin_id: int) -> bytes | None:
    """The last state of a run's rules, by the origin's id; None if there is none.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    found = db.execute("SELECT state FROM watches WHERE origin = ?", (origin_id,)).fetchone()
    return None if found is None else bytes(found[0])


def trim(db: sqlite3.Connection, max_bytes: int, spared: int = 0) -> None:
    """Delete the oldest until they are within `max_bytes`, but none of the last `spared`."""
    while (excess := _bytes(db) - max_bytes) > 0 and delete_oldest(db, excess, spared):
        pass


def delete_oldest(db: sqlite3.Connection, excess: int, spared: int = 0) -> bool:
    """Delete the oldest, until `excess` bytes have gone or so many of them; False if there is none to spare."""
    last = None
    for position, size in db.execute(
        "SELECT position, length(body) FROM samples WHERE position <="
        " (SELECT max(position) - ? FROM samples) ORDER BY position LIMIT ?",
        (spared, _STEP),
    ):
        last = position
        excess -= size
        if excess <= 0:
            break
    if last is None:
        return False
    db.execute("DELETE FROM samples WHERE position <= ?", (last,))
    return True


def _bytes(db: sqlite3.Connection) -> int:
    (size,) = db.execute("SELECT coalesce(sum(length(body)), 0) FROM samples").fetchone()
    return int(size)
