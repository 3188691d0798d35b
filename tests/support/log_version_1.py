"""A log as the first release wrote it: its tables, word for word, and what a test of then left in them."""

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
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
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
    body         BLOB NOT NULL
);
"""


def write_version_1(path: Path, failures: Sequence[Event]) -> None:
    """`monitoring` has delivered the first failure, buried the second, dropped five; the rest is pending.

    `other` has all of them pending. One more letter of each never was an event.
    """
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(f"BEGIN;{_TABLES}PRAGMA user_version=1;COMMIT;")
    origin = failures[0].origin
    db.execute("INSERT INTO origins (run, node) VALUES (?, ?)", (origin.run, origin.node))
    rows = [(event.kind, event.id.bytes, event.body) for event in failures]
    db.executemany("INSERT INTO events (kind, id, origin, body) VALUES (?, ?, 1, ?)", rows)
    count = len(failures)
    routes = [("monitoring", 2, count + 6, 1, 2), ("other", 0, count + 1, 0, 1)]
    db.executemany(
        "INSERT INTO routes (destination, kind, cursor, captured, delivered, dead) VALUES (?, 'failures', ?, ?, ?, ?)",
        routes,
    )
    db.execute("INSERT INTO dropped VALUES ('monitoring', 'failures', 'buffer_full', 5)")
    letters = [
        ("monitoring", None, "invalid record: name", b"{}"),
        ("other", None, "invalid record: name", b"{}"),
        ("monitoring", 2, "422: refused", failures[1].body),
    ]
    db.executemany(
        "INSERT INTO dead_letters (at, destination, kind, position, reason, body) VALUES (1.5, ?, 'failures', ?, ?, ?)",
        letters,
    )
    db.close()
