"""The folder of logs: names, locks that tell who is alive, and what is old enough to go. Reads no events."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..errors import LogError

OWNER_SUFFIX: Final = ".owner"
"""Of the file on which the Locust process that owns a log holds a lock; see `plugin/owner.py`."""
_DATA: Final = ("", "-wal", "-shm")
_LOCKS: Final = (".lock", OWNER_SUFFIX)


class Claim:
    """A lock on one log, held until `release` or the death of the process. The lock file outlives it, empty."""

    def __init__(self, log_path: Path, fd: int) -> None:
        self.log_path = log_path
        self._fd = fd

    def release(self) -> None:
        """Let others have the log."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def claim(log_path: Path) -> Claim | None:
    """Lock a log; None if a living process has it.

    The lock is on a file beside it: SQLite's own locks on the log would be lost with any second descriptor.

    Raises:
        LogError: the folder cannot be written.
    """
    try:
        fd = os.open(f"{log_path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LogError(f"cannot lock the log {log_path}: {error.strerror}") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        return None
    return Claim(log_path, fd)


def claim_new(directory: Path, host: str, pid: int, now: datetime) -> Claim:
    """Choose the name of a new log in `directory`, making the folder (0700, ignored by git) if need be.

    Raises:
        LogError: the folder cannot be made or written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore = directory / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise LogError(f"cannot use the log folder {directory}: {error.strerror}") from error
    safe_host = re.sub(r"[^A-Za-z0-9.-]", "-", host)[:60]
    stem = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{safe_host}-{pid}"
    for number in range(100):
        path = directory / f"{stem}{f'-{number}' if number else ''}.db"
        if not path.exists() and (lock := claim(path)) is not None:
            return lock
    raise LogError(f"cannot find a free name for a log in {directory}")


def list_logs(directory: Path) -> list[Path]:
    """The logs of a folder, oldest first.

    Raises:
        LogError: no such folder.
    """
    if not directory.is_dir():
        raise LogError(
            f"{directory} is no folder; give the log.directory of the configuration, .locust-failures by default"
        )
    return sorted(directory.glob("*.db"))


def old_logs(directory: Path, retain: float, now: datetime) -> Iterator[Path]:
    """Logs last written more than `retain` seconds before `now`."""
    for path in sorted(directory.glob("*.db")):
        try:
            age = now.timestamp() - max(p.stat().st_mtime for p in (path, Path(f"{path}-wal")) if p.exists())
        except (OSError, ValueError):
            continue
        if age > retain:
            yield path


def delete(log_path: Path) -> None:
    """Remove a log and what belongs to it."""
    for suffix in (*_DATA, *_LOCKS):
        Path(f"{log_path}{suffix}").unlink(missing_ok=True)


def is_claimed(log_path: Path) -> bool:
    """True if a living forwarder process or command uses the log."""
    lock = claim(log_path)
    if lock is None:
        return True
    lock.release()
    return False


def claim_orphan(log_path: Path) -> Claim | None:
    """Lock a log that belongs to no living process; None if it does.

    Raises:
        LogError: the folder cannot be written.
    """
    return None if is_owned(log_path) else claim(log_path)


def is_owned(log_path: Path) -> bool:
    """True if the Locust process lives that this log belongs to: its forwarder process may be about to come back.

    Raises:
        LogError: that cannot be told.
    """
    try:
        fd = os.open(f"{log_path}{OWNER_SUFFIX}", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise LogError(f"cannot look who owns the log {log_path}: {error.strerror}") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(fd)


def set_aside(log_path: Path) -> Path:
    """Rename a damaged log, so that nobody takes it for a log again. Returns its new name, which was free.

    Raises:
        LogError: the folder cannot be written.
    """
    for number in range(1000):
        target = Path(f"{log_path}.damaged{f'-{number}' if number else ''}")
        if target.exists():
            continue
        try:
            for suffix in _DATA:
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{log_path}{suffix}").rename(f"{target}{suffix}")
        except OSError as error:
            raise LogError(f"cannot set {log_path} aside: {error.strerror}") from error
        return target
    raise LogError(f"cannot set {log_path} aside: too many have been before")
