"""The tables of a log file: how one is opened, and an older one brought up to date. No queries."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from ..errors import LogCorruptError, LogError

SCHEMA_VERSION: Final = 3

_TABLES: Final = """
CREATE TABLE origins (
    id    INTEGER PRIMARY KEY,
    run   BLOB NOT NULL,             -- JSON of the schemas package's Run
    node  BLOB NOT NULL,             -- JSON of its Node
    UNIQUE (run, node)
);
CREATE TABLE events (
    position  INTEGER PRIMARY KEY,   -- what cursors point at; never used twice
    kind      TEXT NOT NULL,         -- failures, alerts or summaries
    id        BLOB NOT NULL,         -- the event's UUID
    origin    INTEGER NOT NULL REFERENCES origins (id),
    body      BLOB NOT NULL          -- JSON, validated and redacted
);
CREATE INDEX events_by_kind ON events (kind, position);
CREATE TABLE routes (
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    cursor       INTEGER NOT NULL DEFAULT 0,  -- up to here every event is settled, or in `ranges`
    captured     INTEGER NOT NULL DEFAULT 0,
    delivered    INTEGER NOT NULL DEFAULT 0,
    dead         INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (destination, kind)
);
CREATE TABLE dropped (
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    count        INTEGER NOT NULL,
    PRIMARY KEY (destination, kind, reason)
);
CREATE TABLE dead_letters (
    id           INTEGER PRIMARY KEY,
    at           REAL NOT NULL,      -- epoch seconds
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    position     INTEGER,            -- of the event, if it ever was one
    reason       TEXT NOT NULL,
    body         BLOB NOT NULL,      -- the event; or what was captured, redacted, if it was no valid record
    event        BLOB,               -- the event's UUID, if it ever was one
    origin       INTEGER,            -- its origin
    status       INTEGER,            -- of the answer that refused it, if one did
    answer       TEXT                -- the beginning of that answer, redacted
);
"""

_SINCE_2: Final = """
CREATE TABLE ranges (                -- events up to the cursor that are not settled: batches under way, or put off
    id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: a flight outlives a range that was given up
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    first        INTEGER NOT NULL,   -- positions, both included
    last         INTEGER NOT NULL,
    records      INTEGER NOT NULL    -- events of this kind in between
);
CREATE TABLE marks (                 -- how far this log has got
    name   TEXT PRIMARY KEY,
    value  INTEGER NOT NULL
);
CREATE TABLE health (                -- the state of each route, as the process that uses the log last saw it
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    at           REAL NOT NULL,      -- epoch seconds
    state        TEXT NOT NULL,      -- JSON
    PRIMARY KEY (destination, kind)
);
"""

_SINCE_3: Final = """
CREATE TABLE samples (               -- statistics of the run, for its alert rules and for `alerts simulate`
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
    origin    INTEGER NOT NULL REFERENCES origins (id),
    at        REAL NOT NULL,         -- epoch seconds
    whole     INTEGER NOT NULL,      -- 0: the difference to the one before
    body      BLOB NOT NULL          -- see alerts/stored.py
);
CREATE TABLE watches (               -- the state of a run's alert rules after its last sample
    origin    INTEGER PRIMARY KEY REFERENCES origins (id),
    state     BLOB NOT NULL          -- see alerts/stored.py
);
"""

_FROM_1: Final = f"""
ALTER TABLE dead_letters ADD COLUMN event BLOB;
ALTER TABLE dead_letters ADD COLUMN origin INTEGER;
ALTER TABLE dead_letters ADD COLUMN status INTEGER;
ALTER TABLE dead_letters ADD COLUMN answer TEXT;
{_SINCE_2}
"""
"""The other tables of version 1 serve as they are; its AUTOINCREMENT does no harm."""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a log for reading and writing; bring one of an older version up to date.

    A new file gets mode 0600 before the first byte is in it. WAL with synchronous=NORMAL: a commit survives the
    death of any process at once; a power cut may cost the commits of the last moments, never the file
    (https://www.sqlite.org/pragma.html#pragma_synchronous). docs/decisions/0003 says what that means for a test.

    Raises:
        LogCorruptError: the file is damaged, or no log.
        LogError: not there, not accessible, or of a later version.
    """
    try:
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = _open(path, "rw")
    except (OSError, sqlite3.Error) as error:
        raise LogError(f"cannot open the log {path}: {error}") from error
    try:
        # Before anything is written: what is not ours stays as it is.
        version = SCHEMA_VERSION if create else _known_version(path, connection)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        if create:
            connection.executescript(f"BEGIN;{_TABLES}{_SINCE_2}{_SINCE_3}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        elif version < SCHEMA_VERSION:
            missing = (_FROM_1 if version == 1 else "") + _SINCE_3
            connection.executescript(f"BEGIN IMMEDIATE;{missing}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
    except LogError:
        connection.close()
        raise
    except sqlite3.Error as error:
        connection.close()
        raise _explained(path, error) from error
    return connection


def check(path: Path) -> None:
    """Look whether a log is whole. Reads all of the file and changes no byte of it, not even if it is damaged.

    Raises:
        LogCorruptError: the file is damaged, or no log.
        LogError: not there, not accessible, or of a later version.
    """
    try:
        with closing(_open(path, "ro")) as connection:
            _known_version(path, connection)
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise _explained(path, error) from error
    if verdict != "ok":
        raise LogCorruptError(f"{path} is damaged: {verdict}")


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a log without changing it, of any version up to ours, even while a test writes it.

    Raises:
        LogCorruptError: the file is damaged, or no log.
        LogError: not there, not accessible, or of a later version.
    """
    try:
        connection = _open(path, "ro")
        _known_version(path, connection)
    except sqlite3.Error as error:
        raise _explained(path, error) from error
    return connection


def is_corrupt(error: sqlite3.Error) -> bool:
    """True if the file itself is at fault, and no waiting will mend it."""
    code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_full(error: sqlite3.Error) -> bool:
    """True if there was no room on the disk, or a write failed for a reason like it."""
    code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _open(path: Path, mode: str) -> sqlite3.Connection:
    name = path.absolute().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(f"file:{name}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout=5000")
    return connection


def _explained(path: Path, error: sqlite3.Error) -> LogError:
    if is_corrupt(error):
        return LogCorruptError(f"{path} is damaged, or no log of this program: {error}")
    return LogError(f"cannot use the log {path}: {error}")


def _known_version(path: Path, connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        raise LogCorruptError(f"{path} is no log of this program, or its making was interrupted")
    if not 1 <= version <= SCHEMA_VERSION:
        raise LogError(f"{path} has format {version}; this program reads formats up to {SCHEMA_VERSION}")
    return int(version)
