"""Takes the next pending events of a route. Runs in the caller's transaction."""

import sqlite3
from collections.abc import Callable, Collection
from uuid import UUID

from ..events import Event, Origin
from . import log_ranges
from .counters import RouteKey
from .log_values import Flight, Span


def may_have_more(db: sqlite3.Connection, key: RouteKey, taken: Collection[int], span: Span) -> bool:
    """Whether there can be anything to take."""
    if any(found.id not in taken for found in log_ranges.ranges(db, key)):
        return True
    begin = max(span.first, log_ranges.cursor(db, key) + 1)
    statement = "SELECT 1 FROM events WHERE kind = ? AND position BETWEEN ? AND ? LIMIT 1"
    return db.execute(statement, (key.kind, begin, span.last)).fetchone() is not None


def take(
    db: sqlite3.Connection,
    key: RouteKey,
    max_records: int,
    max_bytes: int,
    taken: Collection[int],
    span: Span,
    origin: Callable[[int], Origin],
) -> Flight | None:
    """See `Log.take`. First what was taken before and came back, then what lies past the cursor."""
    bounds = (max_records, max_bytes)
    while (found := log_ranges.next_range(db, key, taken, span)) is not None:
        events = _read(db, key, (found.first, found.last), bounds, origin)
        if events:
            if len(events) < found.records:
                log_ranges.shorten(db, key, found, events[-1].position, len(events))
            return Flight(found.id, key, tuple(events))
        log_ranges.remove(db, found.id)
    events = _read(db, key, (max(span.first, log_ranges.cursor(db, key) + 1), span.last), bounds, origin)
    if not events:
        return None
    log_ranges.skip_to(db, key, events[0].position)
    last = events[-1].position
    row_id = log_ranges.add(db, key, events[0].position, last, len(events))
    log_ranges.move_cursor(db, key, last)
    return Flight(row_id, key, tuple(events))


def _read(
    db: sqlite3.Connection,
    key: RouteKey,
    between: tuple[int, int],
    bounds: tuple[int, int],
    origin: Callable[[int], Origin],
) -> list[Event]:
    """Events of one origin within both bounds, one at least if there is any."""
    max_records, max_bytes = bounds
    events: list[Event] = []
    size = 0
    first_origin: int | None = None
    for position, raw_id, origin_id, body in db.execute(
        "SELECT position, id, origin, body FROM events WHERE kind = ? AND position BETWEEN ? AND ?"
        " ORDER BY position LIMIT ?",
        (key.kind, *between, max_records),
    ):
        size += len(body) + 1
        if events and (size > max_bytes or origin_id != first_origin):
            break
        first_origin = origin_id
        events.append(Event(position, key.kind, UUID(bytes=raw_id), origin(origin_id), body))
    return events
