"""A log of format 2, before there were samples: its tables, word for word, with failures that are all pending."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from locust_failure_forwarder.events import Event

_TABLES: Final = """
CREATE TABLE origins (
    id    INTEGER PRIMARY KEY,
    run   BLOB NOT NULL,
    node  BLOB NOT NULL,
    UNIQUE (run, node)
);
CREATE TABLE events (
    position  INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    id        BLOB NOT NULL,
    origin    INTEGER NOT NULL REFERENCES origins (id),
    body      BLOB NOT NULL
);
CREATE INDEX events_by_kind ON events (kind, position);
CREATE TABLE routes (
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    cursor       INTEGER NOT NULL DEFAULT 0,
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
    at           REAL NOT NULL,
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    position     INTEGER,
    reason       TEXT NOT NULL,
    body         BLOB NOT NULL,
    event        BLOB,
    origin       INTEGER,
    status       INTEGER,
    answer       TEXT
);
CREATE TABLE ranges (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    records      INTEGER NOT NULL
);
CREATE TABLE marks (
    name   TEXT PRIMARY KEY,
    value  INTEGER NOT NULL
);
CREATE TABLE health (
    destination  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    at           REAL NOT NULL,
    state        TEXT NOT NULL,
    PRIMARY KEY (destination, kind)
);
"""


def write_version_2(path: Path, failures: Sequence[Event]) -> None:
    """`monitoring` has all of them to deliver."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(f"BEGIN;{_TABLES}PRAGMA user_version=2;COMMIT;")
    origin = failures[0].origin
    db.execute("INSERT INTO origins (run, node) VALUES (?, ?)", (origin.run, origin.node))
    rows = [(event.kind, event.id.bytes, event.body) for event in failures]
    db.executemany("INSERT INTO events (kind, id, origin, body) VALUES (?, ?, 1, ?)", rows)
    db.execute("INSERT INTO routes (destination, kind, captured) VALUES ('monitoring', 'failures', ?)", (len(rows),))
    db.close()
