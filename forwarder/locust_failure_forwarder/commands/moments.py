"""`--since` and `--until`: a date and time, or an age. Pure but for this machine's time zone."""

import re
from datetime import datetime
from typing import Final

import typer

EXPECTED: Final = (
    "expected a date and time such as 2026-05-04T09:30 (by this machine's clock unless it ends in Z or +02:00), "
    "or an age such as 90m, 2h or 7d"
)
_AGE: Final = re.compile(r"\d+(?:\.\d+)?\s*(?:s|m|h|d)")


def parse_moment(text: str, now: datetime) -> float:
    """Epoch seconds of a moment; an age counts back from `now`.

    Raises:
        ValueError: it is neither; the message says what was expected.
    """
    from ..config.units import parse_duration

    if _AGE.fullmatch(text.strip()):
        return now.timestamp() - parse_duration(text)
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(EXPECTED) from None


def moment_option(text: str) -> float:
    """The same as a parser of an option.

    Raises:
        typer.BadParameter: it is no moment.
    """
    try:
        return parse_moment(text, datetime.now().astimezone())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
