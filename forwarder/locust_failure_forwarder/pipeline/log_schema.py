"""The tables of a log file, and how a connection to one is opened. No queries."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from ..errors import LogError

SCHEMA_VERSION: Final = 1

_TABLES: Final = """
CREATE TABLE origins (
    id    INTEGER PRIMARY KEY,
    run   BLOB NOT NULL,             -- JSON of the schemas package's Run
    node  BLOB NOT NULL,             -- JSON of its Node
    UNIQUE (run, node)
);
CREATE TABLE events (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,  -- what cursors point at; never used twice
    kind      TEXT NOT NULL,         -- failures, alerts or summaries
    id        BLOB NOT NULL,         -- the event's UUID
    origin    INTEGER NOT NULL REFERENCES origins (id),
    body      BLOB NOT NULL          -- JSON, validated and redacted
);
CREATE INDEX events_by_kind ON events (kind, position);
CREATE TABLE routes (
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    cursor       INTEGER NOT NULL DEFAULT 0,  -- position of the last event that is settled
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
    body         BLOB NOT NULL       -- the event; or what was captured, redacted, if it was no valid record
);
"""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a log for reading and writing.

    A new file gets mode 0600 before the first byte is in it. WAL with synchronous=NORMAL: a commit survives the
    death of any process at once; a power cut may cost the commits of the last moments, never the file.

    Raises:
        LogError: not there, not ours, not readable, or of a later version.
    """
    try:
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(
            f"file:{path.absolute().as_posix().replace('?', '%3f').replace('#', '%23')}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
    except (OSError, sqlite3.Error) as error:
        raise LogError(f"cannot open the log {path}: {error}") from error
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=5000")
        if create:
            connection.executescript(f"BEGIN;{_TABLES}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        connection.close()
        raise LogError(f"{path} is no log of this program: {error}") from error
    if version != SCHEMA_VERSION:
        connection.close()
        raise LogError(f"{path} has format {version}; this program reads format {SCHEMA_VERSION}")
    return connection
