"""The log: events appended once, one cursor for each route, dead letters, accounts. One SQLite file.

It is the queue, the spool and the archive. Synchronous, for one thread at a time; `store.py` gives it one.
Does not decide what is sent, nor when.
"""

import sqlite3
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast
from uuid import UUID

from ..errors import LogError
from ..events import Event, Kind, Origin
from .counters import Account, RouteKey
from .log_schema import connect
from .log_space import LOG_FULL, add_dropped, make_room

_LAST: Final = 2**63 - 1
"""The greatest position there can be."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has a position."""

    kind: Kind
    id: UUID
    origin: Origin
    body: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What will never be delivered, and why."""

    kind: Kind
    reason: str
    body: bytes
    position: int | None = None


class Log:
    """One log file. Every public method is one transaction: all of it happens or nothing.

    Raises:
        sqlite3.Error: from every method, when the file cannot be read or written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._origin_ids: dict[Origin, int] = {}
        self._origins: dict[int, Origin] = {}

    @classmethod
    def create(cls, path: Path, routes: Iterable[RouteKey]) -> "Log":
        """A new log that feeds `routes`.

        Raises:
            LogError: the file exists already or cannot be written.
        """
        log = cls(path, connect(path, create=True))
        try:
            with log._transaction() as db:
                db.executemany("INSERT INTO routes (destination, kind) VALUES (?, ?)", [_pair(key) for key in routes])
        except sqlite3.Error as error:
            log.close()
            raise LogError(f"cannot write the log {path}: {error}") from error
        return log

    @classmethod
    def open(cls, path: Path) -> "Log":
        """An existing log, with the routes it was made for.

        Raises:
            LogError: not there, not ours, or of a later version.
        """
        return cls(path, connect(path, create=False))

    def close(self) -> None:
        """Merge the write-ahead log into the file and close it."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._origin_ids.clear()
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- writing -------------------------------------------------------------------------------------------------

    def append(self, events: Sequence[NewEvent], dead: Sequence[DeadLetter], routes: Iterable[RouteKey]) -> None:
        """Commit events; count them as captured for every route of their kind.

        `dead` are captures that never became valid events: captured and dead at once.
        """
        with self._transaction() as db:
            rows = [(e.kind, e.id.bytes, self._origin_id(e.origin), e.body) for e in events]
            db.executemany("INSERT INTO events (kind, id, origin, body) VALUES (?, ?, ?, ?)", rows)
            for key in routes:
                buried = [letter for letter in dead if letter.kind == key.kind]
                captured = sum(1 for e in events if e.kind == key.kind) + len(buried)
                if captured:
                    self._count(key, captured=captured, dead=len(buried))
                    self._bury(key, buried)

    def settle(self, key: RouteKey, cursor: int, delivered: int, dead: Sequence[DeadLetter] = ()) -> int:
        """Move a route's cursor past the next events, which are delivered or dead.

        Returns:
            How many of them `shrink` had given up while they were under way; they count as dropped no longer.
        """
        with self._transaction() as db:
            late = max(0, delivered + len(dead) - self._between_cursor_and(cursor, key))
            if late:
                add_dropped(db, key, {LOG_FULL: -late})
            self._count(key, delivered=delivered, dead=len(dead))
            self._bury(key, dead)
            db.execute(
                "UPDATE routes SET cursor = max(cursor, ?) WHERE destination = ? AND kind = ?", (cursor, *_pair(key))
            )
        return late

    def count_dropped(self, key: RouteKey, reasons: Mapping[str, int]) -> None:
        """Account for records that were captured and lost before they reached the log."""
        with self._transaction() as db:
            self._count(key, captured=sum(reasons.values()))
            add_dropped(db, key, reasons)

    def shrink(self, max_bytes: int) -> dict[RouteKey, int]:
        """Make room by `log_space.make_room`; returns how many pending events each route lost."""
        with self._transaction() as db:
            return make_room(db, max_bytes)

    def _origin_id(self, origin: Origin) -> int:
        known = self._origin_ids.get(origin)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO origins (run, node) VALUES (?, ?)", (origin.run, origin.node))
            (known,) = self._db.execute(
                "SELECT id FROM origins WHERE run = ? AND node = ?", (origin.run, origin.node)
            ).fetchone()
            self._origin_ids[origin] = known
        return int(known)

    def _count(self, key: RouteKey, *, captured: int = 0, delivered: int = 0, dead: int = 0) -> None:
        self._db.execute(
            "UPDATE routes SET captured = captured + ?, delivered = delivered + ?, dead = dead + ?"
            " WHERE destination = ? AND kind = ?",
            (captured, delivered, dead, *_pair(key)),
        )

    def _bury(self, key: RouteKey, letters: Sequence[DeadLetter]) -> None:
        now = time.time()
        self._db.executemany(
            "INSERT INTO dead_letters (at, destination, kind, position, reason, body) VALUES (?, ?, ?, ?, ?, ?)",
            [(now, *_pair(key), letter.position, letter.reason, letter.body) for letter in letters],
        )

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self, key: RouteKey, max_records: int, max_bytes: int) -> list[Event]:
        """The next unsettled events of a route, of one origin, within both bounds; one at least if there is any."""
        events: list[Event] = []
        size = 0
        first_origin: int | None = None
        for position, raw_id, origin, body in self._db.execute(
            "SELECT position, id, origin, body FROM events WHERE kind = ? AND position >"
            " (SELECT cursor FROM routes WHERE destination = ? AND kind = ?) ORDER BY position LIMIT ?",
            (key.kind, *_pair(key), max_records),
        ):
            size += len(body) + 1
            if events and (size > max_bytes or origin != first_origin):
                break
            first_origin = origin
            events.append(Event(position, key.kind, UUID(bytes=raw_id), self._origin(origin), body))
        return events

    def _origin(self, origin_id: int) -> Origin:
        origin = self._origins.get(origin_id)
        if origin is None:
            row = self._db.execute("SELECT run, node FROM origins WHERE id = ?", (origin_id,)).fetchone()
            origin = self._origins[origin_id] = Origin(*row)
        return origin

    def cursors(self) -> dict[RouteKey, int]:
        """Each route and the position of its last settled event."""
        rows = self._db.execute("SELECT destination, kind, cursor FROM routes").fetchall()
        return {RouteKey(destination, kind): cursor for destination, kind, cursor in rows}

    def accounts(self) -> dict[RouteKey, Account]:
        """The accounts of every route."""
        dropped: dict[RouteKey, dict[str, int]] = {}
        for destination, kind, reason, count in self._db.execute("SELECT * FROM dropped WHERE count > 0"):
            dropped.setdefault(RouteKey(destination, kind), {})[reason] = count
        rows = self._db.execute("SELECT destination, kind, captured, delivered, dead FROM routes ORDER BY 1, 2")
        return {
            (key := RouteKey(destination, kind)): Account(captured, delivered, dead, dropped.get(key, {}))
            for destination, kind, captured, delivered, dead in rows.fetchall()
        }

    def unsettled(self, key: RouteKey) -> int:
        """Events past the cursor, counted one by one: `pending` by another way than by the accounts."""
        return self._between_cursor_and(_LAST, key)

    def _between_cursor_and(self, position: int, key: RouteKey) -> int:
        (count,) = self._db.execute(
            "SELECT count(*) FROM events WHERE kind = ? AND position <= ? AND position >"
            " (SELECT cursor FROM routes WHERE destination = ? AND kind = ?)",
            (key.kind, position, *_pair(key)),
        ).fetchone()
        return int(count)

    def bodies(self, kind: Kind) -> list[bytes]:
        """The bodies of all events of a kind, oldest first."""
        rows = self._db.execute("SELECT body FROM events WHERE kind = ? ORDER BY position", (kind,))
        return [row[0] for row in rows.fetchall()]

    def dead_letters(self) -> list[tuple[RouteKey, DeadLetter]]:
        """All dead letters, oldest first."""
        rows = self._db.execute("SELECT destination, kind, position, reason, body FROM dead_letters ORDER BY id")
        return [
            (RouteKey(destination, kind), DeadLetter(kind, reason, body, cast("int | None", position)))
            for destination, kind, position, reason, body in rows.fetchall()
        ]

    def dead_reasons(self) -> list[tuple[RouteKey, str, int]]:
        """How many dead letters each route has, by reason."""
        rows = self._db.execute("SELECT destination, kind, reason, count(*) FROM dead_letters GROUP BY 1, 2, 3")
        return [(RouteKey(destination, kind), reason, count) for destination, kind, reason, count in rows.fetchall()]


def _pair(key: RouteKey) -> tuple[str, str]:
    return key.destination, key.kind
