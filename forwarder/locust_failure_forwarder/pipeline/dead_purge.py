"""Deletes what dead letters hold. The accounts go on counting them as dead (P1)."""

import contextlib
import sqlite3
from pathlib import Path

from .dead_replay import selected
from .housekeeping import open_sound
from .log_files import claim_orphan
from .log_letters import delete
from .selection import Selection


def purge_dead(path: Path, selection: Selection) -> int | None:
    """Delete one log's dead letters that were asked for; how many. None if a test is using the log.

    Raises:
        LogCorruptError: the file is damaged.
        LogError: the log cannot be opened.
        sqlite3.Error: it cannot be read or written; nothing was deleted.
    """
    lock = claim_orphan(path)
    if lock is None:
        return None
    try:
        log = open_sound(path)
        try:
            letters = selected(log, selection)
            if letters:
                # Deleted rows would stay readable in the file until their pages are used again.
                log.connection.execute("PRAGMA secure_delete=ON")
                with log.transaction() as db:
                    delete(db, [letter.id for letter in letters])
                with contextlib.suppress(sqlite3.Error):  # needs room for a copy; without, the file keeps its size
                    log.connection.execute("VACUUM")
            return len(letters)
        finally:
            log.close()
    finally:
        lock.release()
