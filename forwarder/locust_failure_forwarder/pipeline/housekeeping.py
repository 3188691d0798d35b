"""A new log for this process, and the old ones that are due to go. Never deletes what is pending or in use."""

import os
import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from ..destinations import Settings
from ..errors import LogError
from .counters import RouteKey
from .log import Log
from .log_files import Claim, claim, claim_new, delete, old_logs


def open_new_log(settings: Settings) -> tuple[Claim, Log]:
    """Create this process's log, after making room among the old.

    Raises:
        LogError: the folder or the file cannot be written.
    """
    directory = Path(settings.log.directory).absolute()
    now = datetime.now(UTC)
    lock = claim_new(directory, socket.gethostname(), os.getpid(), now)
    remove_old(directory, settings.log.retain, now)
    return lock, Log.create(lock.log_path, route_keys(settings))


def route_keys(settings: Settings) -> list[RouteKey]:
    """The routes that a configuration asks for."""
    return [RouteKey(name, kind) for name, config in settings.destinations.items() for kind in config.send]


def remove_old(directory: Path, retain: float, now: datetime) -> list[Path]:
    """Delete logs that are older than `retain` seconds, fully settled and not in use. Returns what was deleted."""
    removed: list[Path] = []
    for path in old_logs(directory, retain, now):
        try:
            lock = claim(path)
        except LogError:
            continue  # another user's, perhaps; it must not keep this test from starting
        if lock is None:
            continue
        try:
            if _is_settled(path):
                delete(path)
                removed.append(path)
        except OSError:
            continue
        finally:
            lock.release()
    return removed


def _is_settled(path: Path) -> bool:
    try:
        log = Log.open(path)
    except LogError:
        return False  # not ours to judge, so not ours to delete
    try:
        return all(log.unsettled(key) == 0 for key in log.cursors())
    except sqlite3.Error:
        return False
    finally:
        log.close()
