"""Text of a small file, or the reason why there is none. Knows no YAML, and keeps no content in what it says."""

import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file could not be read, in words that fit after "the file"."""

    reason: str
    line: int | None = None
    """Where in the file, counted from 1, if it is about a place in it."""
    column: int | None = None


def read_text(path: Path, limit: int) -> str | Unreadable:
    """The UTF-8 text of a regular file of at most `limit` bytes, without a byte order mark. Never raises.

    Pipes and devices are refused: opening one may wait for ever, and the file is read again by other processes.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Unreadable("is a directory")
        if not stat.S_ISREG(mode):
            return Unreadable("is not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        return Unreadable("does not exist")
    except PermissionError:
        return Unreadable("may not be read: permission denied")
    except OSError as error:
        return Unreadable(f"cannot be read: {error.strerror or 'input/output error'}")
    except ValueError:  # a NUL in the path
        return Unreadable("has a name that no file can have")
    if len(content) > limit:
        return Unreadable(f"is larger than {limit // 1024} KiB")
    return _decode(content)


def _decode(content: bytes) -> str | Unreadable:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]  # without the byte order mark
        last_line = before[before.rfind(b"\n") + 1 :]
        return Unreadable("is not UTF-8 text", before.count(b"\n") + 1, len(last_line.decode("utf-8")) + 1)
