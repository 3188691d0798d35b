"""Dead letters in a log: bury, list, send again, purge. Runs in the caller's transaction."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from ..events import Event, Kind, Origin
from .counters import RouteKey
from .log_ranges import pair
from .log_values import DeadLetter
from .selection import captured_at

_COLUMNS: Final = "id, at, destination, kind, position, reason, body, event, origin, status, answer"


@dataclass(frozen=True, slots=True)
class Buried:
    """A dead letter in its place."""

    id: int
    at: float
    """Epoch seconds at which it was given up."""
    key: RouteKey
    letter: DeadLetter


@dataclass(frozen=True, slots=True)
class Heading:
    """A dead letter without what it holds."""

    id: int
    at: float
    """Epoch seconds at which it was given up."""
    key: RouteKey
    reason: str
    status: int | None
    event: UUID | None
    """Id of the event; None for a capture that never became one, and cannot be sent."""
    size: int
    """Bytes of its body."""

    @property
    def captured_at(self) -> float:
        """Epoch seconds; what never became an event was given up as soon as it was captured."""
        return self.at if self.event is None else captured_at(self.event)


def bury(
    db: sqlite3.Connection, key: RouteKey, letters: Sequence[DeadLetter], origin_id: Callable[[Origin], int]
) -> None:
    """Keep dead letters of a route; the caller counts them."""
    if not letters:
        return
    now = time.time()
    rows = [
        (
            now,
            *pair(key),
            None if (event := letter.event) is None else event.position,
            letter.reason,
            letter.body,
            None if event is None else event.id.bytes,
            None if event is None else origin_id(event.origin),
            letter.status,
            letter.answer,
        )
        for letter in letters
    ]
    db.executemany(
        "INSERT INTO dead_letters (at, destination, kind, position, reason, body, event, origin, status, answer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def dead_letters(
    db: sqlite3.Connection, origin: Callable[[int], Origin], after: int = 0, limit: int = -1
) -> list[Buried]:
    """Dead letters with an id greater than `after`, oldest first, at most `limit` of them (-1: all)."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?", (after, limit))  # noqa: S608 - no input
    return [_buried(row, origin) for row in rows.fetchall()]


def headings(db: sqlite3.Connection) -> list[Heading]:
    """All dead letters, oldest first, without what they hold."""
    rows = db.execute(
        "SELECT id, at, destination, kind, reason, status, event, length(body) FROM dead_letters ORDER BY id"
    )
    return [
        Heading(
            letter_id,
            at,
            RouteKey(destination, kind),
            reason,
            status,
            None if event is None else UUID(bytes=event),
            size,
        )
        for letter_id, at, destination, kind, reason, status, event, size in rows.fetchall()
    ]


def dead_letter(db: sqlite3.Connection, origin: Callable[[int], Origin], letter_id: int) -> Buried | None:
    """One dead letter; None if it is not there any more."""
    row = db.execute(f"SELECT {_COLUMNS} FROM dead_letters WHERE id = ?", (letter_id,)).fetchone()  # noqa: S608 - no input
    return None if row is None else _buried(row, origin)


def dead_reasons(db: sqlite3.Connection) -> list[tuple[RouteKey, str, int]]:
    """How many dead letters each route has, by reason."""
    rows = db.execute("SELECT destination, kind, reason, count(*) FROM dead_letters GROUP BY 1, 2, 3")
    return [(RouteKey(destination, kind), reason, count) for destination, kind, reason, count in rows.fetchall()]


def delete(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Remove letters; the accounts still count them as dead unless the caller changes that."""
    db.executemany("DELETE FROM dead_letters WHERE id = ?", [(letter_id,) for letter_id in ids])


def settle_letters(
    db: sqlite3.Connection, key: RouteKey, delivered: Sequence[int], refused: Mapping[int, DeadLetter]
) -> None:
    """Dead letters of one route were sent again.

    Args:
        db: in a transaction.
        key: the route.
        delivered: ids of those that go, and count as delivered.
        refused: by their ids, those that stay, for what they were refused for this time.
    """
    delete(db, delivered)
    db.execute(
        "UPDATE routes SET delivered = delivered + ?, dead = dead - ? WHERE destination = ? AND kind = ?",
        (len(delivered), len(delivered), *pair(key)),
    )
    now = time.time()
    db.executemany(
        "UPDATE dead_letters SET at = ?, reason = ?, status = ?, answer = ? WHERE id = ?",
        [(now, letter.reason, letter.status, letter.answer, letter_id) for letter_id, letter in refused.items()],
    )


def _buried(row: tuple[object, ...], origin: Callable[[int], Origin]) -> Buried:
    letter_id, at, destination, kind, position, reason, body, event_id, origin_id, status, answer = row
    event = None
    if isinstance(event_id, bytes) and isinstance(position, int) and isinstance(origin_id, int):
        event = Event(position, cast(Kind, kind), UUID(bytes=event_id), origin(origin_id), cast(bytes, body))
    letter = DeadLetter(
        cast(Kind, kind),
        cast(str, reason),
        cast(bytes, body),
        event,
        cast("int | None", status),
        cast("str | None", answer),
    )
    return Buried(cast(int, letter_id), cast(float, at), RouteKey(cast(str, destination), cast(Kind, kind)), letter)
