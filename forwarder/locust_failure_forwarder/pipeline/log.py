"""The log: events appended once, one cursor for each route, dead letters, accounts. One SQLite file.

It is the queue, the spool and the archive. Synchronous, for one thread at a time; `store.py` gives it one.
Does not decide what is sent, nor when.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..errors import LogError
from ..events import Kind, Origin
from . import log_ranges, log_samples
from .counters import Account, RouteKey
from .log_letters import bury
from .log_ranges import pair
from .log_schema import connect
from .log_space import LOG_FULL, add_dropped, delete_settled, make_room
from .log_take import may_have_more, take
from .log_values import EVERYTHING, LAST, DeadLetter, Flight, KeptSample, NewEvent, Span

_RECEIVED: Final = "received"
"""The mark that says up to which frame of the Locust process everything is in this log."""


class Log:
    """One log file. Every public method that writes is one transaction: all of it happens or nothing.

    Raises:
        sqlite3.Error: from every method, when the file cannot be read or written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._origin_ids: dict[Origin, int] = {}
        self._origins: dict[int, Origin] = {}
        self._last_position: int | None = None

    @classmethod
    def create(cls, path: Path, routes: Iterable[RouteKey]) -> "Log":
        """A new log that feeds `routes`.

        Raises:
            LogError: the file exists already or cannot be written.
        """
        log = cls(path, connect(path, create=True))
        try:
            with log.transaction() as db:
                db.executemany("INSERT INTO routes (destination, kind) VALUES (?, ?)", [pair(key) for key in routes])
        except sqlite3.Error as error:
            log.close()
            raise LogError(f"cannot write the log {path}: {error}") from error
        return log

    @classmethod
    def open(cls, path: Path) -> "Log":
        """An existing log, with the routes it was made for.

        Raises:
            LogError: not there, damaged, or of a later version.
        """
        return cls(path, connect(path, create=False))

    def close(self) -> None:
        """Merge the write-ahead log into the file and close it."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """Begin, and commit at the end of the block; roll back if it raises."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            # What was remembered of the file may not be in it.
            self._origin_ids.clear()
            self._last_position = None
            # SQLite rolls back by itself when the disk is full, for one: https://www.sqlite.org/lang_transaction.html
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    # -- writing -------------------------------------------------------------------------------------------------

    def append(
        self,
        events: Sequence[NewEvent],
        dead: Sequence[DeadLetter],
        routes: Collection[RouteKey],
        *,
        dropped: Mapping[str, int] | None = None,
        received: int = 0,
        kept: Sequence[KeptSample] = (),
    ) -> None:
        """Commit events; count them as captured for every route of their kind.

        Args:
            events: go to the end of the log.
            dead: captures that never became valid events: captured and dead at once.
            routes: what to count for.
            dropped: failures that were lost before they came here, by reason: captured and dropped at once.
            received: number of the last frame that all this comes from; see `received`.
            kept: samples, and the state of the alert rules after them.
        """
        with self.transaction() as db:
            position = self._last(db)
            rows = [
                (position + n, e.kind, e.id.bytes, self._origin_id(e.origin), e.body) for n, e in enumerate(events, 1)
            ]
            db.executemany("INSERT INTO events (position, kind, id, origin, body) VALUES (?, ?, ?, ?, ?)", rows)
            self._last_position = position + len(rows)
            captured = Counter(e.kind for e in events)
            for key in routes:
                buried = [letter for letter in dead if letter.kind == key.kind]
                lost = dropped if dropped and key.kind == "failures" else dict[str, int]()
                if total := captured[key.kind] + len(buried) + sum(lost.values()):
                    self._count(key, captured=total, dead=len(buried))
                    bury(db, key, buried, self._origin_id)
                    add_dropped(db, key, lost)
            log_samples.keep(db, kept, self._origin_id)
            if received:
                db.execute("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", (_RECEIVED, received))

    def take(
        self, key: RouteKey, max_records: int, max_bytes: int, taken: Collection[int] = (), span: Span = EVERYTHING
    ) -> Flight | None:
        """Take the next pending events of a route, of one origin, within both bounds; one at least if there is any.

        They stay pending until `settle`; a process that opens the log later takes the same ones together again.

        Args:
            key: the route.
            max_records: events at most.
            max_bytes: bytes of their bodies at most, unless a single one exceeds them.
            taken: ids of flights that this process has taken already.
            span: where to look.
        """
        # Asked without writing first, since the answer is often no.
        if not may_have_more(self._db, key, taken, span):
            return None
        with self.transaction() as db:
            return take(db, key, max_records, max_bytes, taken, span, self.origin)

    def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter] = ()) -> int:
        """All events of a flight are delivered or dead.

        Returns:
            How many of them `shrink` had given up while they were under way; they count as dropped no longer.
        """
        with self.transaction() as db:
            late = delivered + len(dead) - log_ranges.remove(db, flight.id)
            if late:
                add_dropped(db, flight.key, {LOG_FULL: -late})
            self._count(flight.key, delivered=delivered, dead=len(dead))
            bury(db, flight.key, dead, self._origin_id)
        return late

    def shrink(self, max_bytes: int, max_dead_bytes: int) -> dict[RouteKey, int]:
        """Make room by `log_space.make_room`; returns how many pending events each route lost."""
        with self.transaction() as db:
            return make_room(db, max_bytes, max_dead_bytes)

    def relieve(self) -> None:
        """Give room back on a disk that has none: empty the write-ahead log, and forget what every route has settled.

        The pages of deleted events are used again, so the file need not grow for the next ones.
        """
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with self.transaction() as db:
            delete_settled(db)
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _last(self, db: sqlite3.Connection) -> int:
        if self._last_position is None:
            statement = (
                "SELECT max(coalesce((SELECT max(position) FROM events), 0), coalesce(max(cursor), 0)) FROM routes"
            )
            (self._last_position,) = db.execute(statement).fetchone()
        return int(self._last_position or 0)

    def _origin_id(self, origin: Origin) -> int:
        known = self._origin_ids.get(origin)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO origins (run, node) VALUES (?, ?)", (origin.run, origin.node))
            statement = "SELECT id FROM origins WHERE run = ? AND node = ?"
            (known,) = self._db.execute(statement, (origin.run, origin.node)).fetchone()
            self._origin_ids[origin] = known
        return int(known)

    def _count(self, key: RouteKey, *, captured: int = 0, delivered: int = 0, dead: int = 0) -> None:
        self._db.execute(
            "UPDATE routes SET captured = captured + ?, delivered = delivered + ?, dead = dead + ?"
            " WHERE destination = ? AND kind = ?",
            (captured, delivered, dead, *pair(key)),
        )

    # -- reading -------------------------------------------------------------------------------------------------

    def origin(self, origin_id: int) -> Origin:
        """An origin by its id in this log."""
        origin = self._origins.get(origin_id)
        if origin is None:
            row = self._db.execute("SELECT run, node FROM origins WHERE id = ?", (origin_id,)).fetchone()
            origin = self._origins[origin_id] = Origin(*row)
        return origin

    @property
    def connection(self) -> sqlite3.Connection:
        """For the queries in `log_reports.py` and `log_letters.py`."""
        return self._db

    @property
    def received(self) -> int:
        """Number of the last frame of the Locust process whose records are in this log; 0 at first."""
        row = self._db.execute("SELECT value FROM marks WHERE name = ?", (_RECEIVED,)).fetchone()
        return int(row[0]) if row else 0

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

    def unsettled(self, key: RouteKey, span: Span = EVERYTHING) -> int:
        """Pending events, counted one by one: `pending` by another way than by the accounts."""
        return log_ranges.pending(self._db, key, span)

    def bodies(self, kind: Kind, after: int = 0) -> Iterator[bytes]:
        """The bodies of all events of a kind past a position, oldest first. Together they may not fit into memory."""
        rows = self._db.execute(
            "SELECT body FROM events WHERE kind = ? AND position > ? ORDER BY position", (kind, after)
        )
        return (row[0] for row in rows)


__all__ = ["EVERYTHING", "LAST", "DeadLetter", "Flight", "KeptSample", "Log", "NewEvent", "Span"]
