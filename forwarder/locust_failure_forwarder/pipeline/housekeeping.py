"""Which log this process writes, which old ones are due to go, and which were left by the dead. Delivers nothing.

Never deletes what is pending, in use or damaged.
"""

import contextlib
import os
import socket
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from ..destinations import Settings
from ..errors import LogCorruptError, LogError
from .counters import Account, RouteKey
from .log import Log
from .log_files import Claim, claim, claim_new, claim_orphan, delete, list_logs, old_logs, set_aside
from .log_reports import carry_over
from .log_schema import check

LOG_UNUSABLE: Final = "log_unusable"
"""The reason that what was pending in a log that cannot be opened any more is counted for."""


@dataclass(frozen=True, slots=True)
class OpenLog:
    """A log that this process alone uses, and what the user should know about how it came to that."""

    claim: Claim
    log: Log
    remarks: tuple[str, ...] = ()


def open_new_log(settings: Settings) -> OpenLog:
    """Create this process's log, after making room among the old; in a temporary folder if its own takes none.

    Raises:
        LogError: neither folder can be written.
    """
    directory = Path(settings.log.directory).absolute()
    now = datetime.now(UTC)
    try:
        lock = claim_new(directory, socket.gethostname(), os.getpid(), now)
        remove_old(directory, settings.log.retain, now)
        return OpenLog(lock, _create(lock, settings))
    except LogError as error:
        reason = error
    try:
        fallback = Path(tempfile.mkdtemp(prefix="locust-failures-"))
        lock = claim_new(fallback, socket.gethostname(), os.getpid(), now)
        log = _create(lock, settings)
    except (LogError, OSError) as error:
        raise LogError(f"{reason}; nor will a temporary folder do: {error}") from error
    remark = (
        f"log.directory: {reason}; using {fallback} instead. What is still pending at the end stays there, "
        "and `failure-forwarder replay` has to be told that folder"
    )
    return OpenLog(lock, log, (remark,))


def _create(lock: Claim, settings: Settings) -> Log:
    try:
        return Log.create(lock.log_path, route_keys(settings))
    except LogError:
        with contextlib.suppress(OSError):
            delete(lock.log_path)  # half made by us, and empty; left there, it would pass for a damaged log
        lock.release()
        raise


def open_again(path: Path, settings: Settings, accounts: Mapping[RouteKey, Account], *, damaged: bool) -> OpenLog:
    """Open the log of a forwarder process that died, for the one that takes its place.

    If that cannot be, a new log is begun. In the place of one that is damaged or gone, it takes over `accounts`, the
    last that were heard of; any other may still be delivered one day, with its own.

    Raises:
        LogError: no log can be written.
    """
    lock, lost = None, True
    try:
        lock = claim(path)
        if lock is None:
            opened = open_new_log(settings)
            return OpenLog(opened.claim, opened.log, (*opened.remarks, f"{path.name} is in use; a new log was begun"))
        return OpenLog(lock, _refuse(path) if damaged else open_sound(path))
    except LogCorruptError as error:
        remark = f"{put_aside(path, error)}, and a new log was begun"
    except LogError as error:
        remark = f"{error}; a new log was begun"
        lost = not path.exists()
    if lock is not None:
        lock.release()
    opened = open_new_log(settings)
    try:
        if lost:
            carry_over(opened.log, accounts, LOG_UNUSABLE)
    except sqlite3.Error as error:
        raise LogError(f"cannot write the log {opened.log.path}: {error}") from error
    return OpenLog(opened.claim, opened.log, (*opened.remarks, remark))


def _refuse(path: Path) -> NoReturn:
    raise LogCorruptError(f"{path} is damaged")


def open_sound(path: Path) -> Log:
    """Open a log that may have been interrupted, and look whether the file is whole.

    Raises:
        LogCorruptError: it is not; it was left as it is.
        LogError: it cannot be opened.
    """
    check(path)
    return Log.open(path)


def put_aside(path: Path, error: LogError) -> str:
    """Set a damaged log aside; what became of it, in words."""
    try:
        return f"{error}; it was set aside as {set_aside(path).name}"
    except LogError as trouble:
        return f"{error}; {trouble}"


def left_behind(directory: Path, wanted: set[RouteKey]) -> Iterator[OpenLog | str]:
    """Logs in which processes that are dead left something pending for one of the `wanted` routes, oldest first.

    Each is claimed; the caller closes and releases it. Where a damaged one was set aside, a remark comes instead.

    Raises:
        LogError: no such folder.
    """
    for path in list_logs(directory):
        try:
            lock = claim_orphan(path)
        except LogError:
            continue  # another user's, perhaps
        if lock is None:
            continue
        try:
            log = open_sound(path)
        except LogCorruptError as error:
            remark = put_aside(path, error)
            lock.release()
            yield remark
            continue
        except LogError:
            lock.release()  # of a later version, or unreadable for us: `status` tells
            continue
        if _has_pending(log, wanted):
            yield OpenLog(lock, log)
        else:
            log.close()
            lock.release()


def _has_pending(log: Log, wanted: set[RouteKey]) -> bool:
    try:
        return any(account.pending for key, account in log.accounts().items() if key in wanted)
    except sqlite3.Error:
        return False  # unreadable for us after all


def route_keys(settings: Settings) -> list[RouteKey]:
    """The routes that a configuration asks for."""
    return [RouteKey(name, kind) for name, config in settings.destinations.items() for kind in config.send]


def remove_old(directory: Path, retain: float, now: datetime) -> list[Path]:
    """Delete logs that are older than `retain` seconds, fully settled and not in use. Returns what was deleted."""
    removed: list[Path] = []
    for path in old_logs(directory, retain, now):
        try:
            lock = claim_orphan(path)
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
        return all(log.unsettled(key) == 0 for key in log.accounts())
    except sqlite3.Error:
        return False
    finally:
        log.close()
