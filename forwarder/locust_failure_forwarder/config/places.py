"""Key paths, their places in a file, and findings about them. Pure; reads nothing and judges nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ..errors import Problem

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the file."""

_SHOWN_KEY: Final = re.compile(r"[\w.-]{0,64}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file."""

    line: int
    """Counted from 1."""
    column: int
    """Counted from 1."""
    text_line: int | None = field(default=None, compare=False)
    """Line in which the text of the key's value begins, if each of its lines is one of the file."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a key, before it is known where the key stands. Never carries a value."""

    path: KeyPath
    message: str
    hint: str = ""
    place: Place | None = None
    """Where it is, if not simply where the key is."""
    line: int | None = None
    """Line within the value, counted from 1, if it is one of several lines."""
    of_key: bool = False
    """Whether it is about the key itself, whatever its value."""


class LineError(ValueError):
    """Raised by a validator of a text of several lines: what is wrong, and where. Never carries a value."""

    def __init__(self, message: str, line: int | None = None, hint: str = "") -> None:
        self.line = line
        self.hint = hint
        super().__init__(message)


def show_key(key: str) -> str:
    """A key as far as it looks like one.

    `{bearer:abc}`, without a blank after the colon, is one key to YAML and half of it is a secret.
    """
    match = _SHOWN_KEY.match(key)
    shown = match[0] if match else ""
    return shown if shown == key and key else f"{shown}…"


def dotted(path: KeyPath) -> str:
    """`("destinations", "slack", "send", 0)` as `destinations.slack.send[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{show_key(part)}" if text else show_key(part)
    return text


def is_within(path: KeyPath, tops: Iterable[KeyPath]) -> bool:
    """Whether `path` is one of `tops` or lies below one."""
    return any(path[: len(top)] == top for top in tops)


def nearest_place(path: KeyPath, places: Mapping[KeyPath, Place]) -> Place | None:
    """The place of the key, or of the nearest key above it that the file has."""
    for length in range(len(path), -1, -1):
        if (place := places.get(path[:length])) is not None:
            return place
    return None


def to_problem(finding: Finding, places: Mapping[KeyPath, Place]) -> Problem:
    """The finding with its place, ready for the user."""
    place = finding.place or nearest_place(finding.path, places)
    message = finding.message
    if finding.line is not None and place is not None:
        exact = places.get(finding.path)
        if exact is not None and exact.text_line is not None:
            place = Place(exact.text_line + finding.line - 1, 1)
        else:
            message = f"in its line {finding.line}: {message}"
    return Problem(
        message=message,
        key=dotted(finding.path),
        line=place.line if place else None,
        column=place.column if place else None,
        hint=finding.hint,
    )
