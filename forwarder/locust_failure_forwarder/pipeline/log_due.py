"""What of a log is still to be sent: how much of it was asked for, and since when it waits. Reads only."""

from uuid import UUID

from .counters import RouteKey
from .log import Log
from .log_ranges import oldest_pending
from .log_reports import span_between
from .log_values import EVERYTHING, Span
from .selection import Selection, captured_at


def due(log: Log, selection: Selection) -> dict[RouteKey, int]:
    """Pending events that were asked for, by route; routes without any are left out.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    counts = {
        key: log.unsettled(key, due_span(log, key, selection)) if selection.in_time else account.pending
        for key, account in log.accounts().items()
        if selection.wants(key)
    }
    return {key: count for key, count in counts.items() if count > 0}


def due_span(log: Log, key: RouteKey, selection: Selection) -> Span:
    """The positions that hold what was asked for.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    return span_between(log, key.kind, selection.since, selection.until) if selection.in_time else EVERYTHING


def waits_since(log: Log, key: RouteKey) -> float | None:
    """Epoch seconds at which the route's oldest pending event was captured; None if nothing is pending.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    position = oldest_pending(log.connection, key)
    if position is None:
        return None
    # A range may begin at an event of another kind.
    row = log.connection.execute(
        "SELECT id FROM events WHERE kind = ? AND position >= ? ORDER BY position LIMIT 1", (key.kind, position)
    ).fetchone()
    return None if row is None else captured_at(UUID(bytes=row[0]))
