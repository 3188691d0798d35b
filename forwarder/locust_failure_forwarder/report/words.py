"""Values as words for people: counts, times, sizes, and text from elsewhere. Pure."""

import re
from datetime import datetime
from typing import Final

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line break, and those that turn the direction of writing."""


def printable(text: str) -> str:
    r"""The text with control characters written as `\x1b`: an answer or a name must not steer the terminal."""
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def one_line(text: str) -> str:
    """The same, on one line."""
    return " ".join(printable(text).split())


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 record`, `1,204 records`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def moment(epoch_seconds: float) -> str:
    """Date and time on this machine's clock, as `--since` takes it."""
    return f"{datetime.fromtimestamp(epoch_seconds).astimezone():%Y-%m-%d %H:%M:%S}"


def recently(epoch_seconds: float, now: float) -> str:
    """The time alone if it was today, else date and time."""
    text = moment(epoch_seconds)
    return text[11:] if text[:10] == moment(now)[:10] else text


def size(count: int) -> str:
    """Bytes in the unit that needs the fewest digits."""
    for unit, factor in (("MiB", 2**20), ("KiB", 2**10)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"
