"""Which events of a route are pending: past its cursor, and in ranges up to it. Runs in the caller's transaction.

A batch under way is a range, so that batches may be settled in any order, and a batch that a crash interrupted is
taken again with the same events and hence the same batch id. What a filtered replay leaves out is a range, too.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from ..events import Kind
from .counters import RouteKey
from .log_values import EVERYTHING, LAST, Span


@dataclass(frozen=True, slots=True)
class Range:
    """One row of `ranges`."""

    id: int
    first: int
    last: int
    records: int


def pair(key: RouteKey) -> tuple[str, str]:
    """The key as parameters of a query."""
    return key.destination, key.kind


def cursor(db: sqlite3.Connection, key: RouteKey) -> int:
    """Position up to which every event is settled or in a range."""
    row = db.execute("SELECT cursor FROM routes WHERE destination = ? AND kind = ?", pair(key)).fetchone()
    return int(row[0]) if row else LAST


def ranges(db: sqlite3.Connection, key: RouteKey) -> list[Range]:
    """The route's ranges, oldest first."""
    rows = db.execute(
        "SELECT id, first, last, records FROM ranges WHERE destination = ? AND kind = ? ORDER BY first", pair(key)
    )
    return [Range(*row) for row in rows.fetchall()]


def add(db: sqlite3.Connection, key: RouteKey, first: int, last: int, records: int) -> int:
    """Add a range; its id."""
    statement = "INSERT INTO ranges (destination, kind, first, last, records) VALUES (?, ?, ?, ?, ?)"
    row_id = db.execute(statement, (*pair(key), first, last, records)).lastrowid
    if row_id is None:  # pragma: no cover - an INSERT always has one
        raise RuntimeError("no row id")
    return row_id


def move_cursor(db: sqlite3.Connection, key: RouteKey, position: int) -> None:
    """Everything up to `position` is now settled or in a range."""
    db.execute("UPDATE routes SET cursor = ? WHERE destination = ? AND kind = ?", (position, *pair(key)))


def count(db: sqlite3.Connection, kind: Kind, first: int, last: int) -> int:
    """Events of a kind between two positions, both included."""
    statement = "SELECT count(*) FROM events WHERE kind = ? AND position BETWEEN ? AND ?"
    (number,) = db.execute(statement, (kind, first, last)).fetchone()
    return int(number)


def next_range(db: sqlite3.Connection, key: RouteKey, taken: Collection[int], span: Span) -> Range | None:
    """The oldest range that nobody has taken and that has events in `span`, cut to it; None if there is none."""
    for found in ranges(db, key):
        first, last = max(found.first, span.first), min(found.last, span.last)
        if found.id in taken or first > last:
            continue
        if (first, last) == (found.first, found.last):
            return found
        if records := count(db, key.kind, first, last):
            return _cut(db, key, found, first, last, records)
    return None


def _cut(db: sqlite3.Connection, key: RouteKey, found: Range, first: int, last: int, records: int) -> Range:
    """The part of a range from `first` to `last`; what lies before and after it becomes ranges of their own."""
    for begin, end in ((found.first, first - 1), (last + 1, found.last)):
        if begin <= end and (rest := count(db, key.kind, begin, end)):
            add(db, key, begin, end, rest)
    db.execute("UPDATE ranges SET first = ?, last = ?, records = ? WHERE id = ?", (first, last, records, found.id))
    return Range(found.id, first, last, records)


def shorten(db: sqlite3.Connection, key: RouteKey, found: Range, last: int, records: int) -> None:
    """Let a range end at `last`, with `records` in it; the rest becomes a range of its own."""
    db.execute("UPDATE ranges SET last = ?, records = ? WHERE id = ?", (last, records, found.id))
    if found.records > records:
        add(db, key, last + 1, found.last, found.records - records)


def skip_to(db: sqlite3.Connection, key: RouteKey, position: int) -> None:
    """Put off what lies past the cursor and before `position`."""
    begin = cursor(db, key) + 1
    if begin < position:
        if records := count(db, key.kind, begin, position - 1):
            add(db, key, begin, position - 1, records)
        move_cursor(db, key, position - 1)


def remove(db: sqlite3.Connection, row_id: int) -> int:
    """Remove a range; how many records were in it, 0 if `log_space` had removed it before."""
    row = db.execute("DELETE FROM ranges WHERE id = ? RETURNING records", (row_id,)).fetchone()
    return int(row[0]) if row else 0


def forget_up_to(db: sqlite3.Connection, key: RouteKey, end: int) -> int:
    """Give up what is pending up to `end`; how many events that were."""
    lost = 0
    for found in ranges(db, key):
        if found.first > end:
            break
        if found.last <= end:
            lost += remove(db, found.id)
        else:
            gone = count(db, key.kind, found.first, end)
            db.execute("UPDATE ranges SET first = ?, records = records - ? WHERE id = ?", (end + 1, gone, found.id))
            lost += gone
    begin = cursor(db, key) + 1
    if begin <= end:
        lost += count(db, key.kind, begin, end)
        move_cursor(db, key, end)
    return lost


def oldest_pending(db: sqlite3.Connection, key: RouteKey, span: Span = EVERYTHING) -> int | None:
    """Position of the route's first event in a span that is not settled."""
    statement = "SELECT min(position) FROM events WHERE kind = ? AND position BETWEEN ? AND ?"
    for part in _unsettled(db, key, span):
        (first,) = db.execute(statement, (key.kind, *part)).fetchone()
        if first is not None:
            return int(first)
    return None


def pending(db: sqlite3.Connection, key: RouteKey, span: Span = EVERYTHING) -> int:
    """Events in a span that are not settled, counted one by one."""
    return sum(count(db, key.kind, *part) for part in _unsettled(db, key, span))


def _unsettled(db: sqlite3.Connection, key: RouteKey, span: Span) -> list[tuple[int, int]]:
    """First and last positions of the parts of a span where every event of the route's kind is pending, in order."""
    parts = [(found.first, found.last) for found in ranges(db, key)] + [(cursor(db, key) + 1, LAST)]
    return [(max(first, span.first), min(last, span.last)) for first, last in parts]
