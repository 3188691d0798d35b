"""Key paths, their places in a file, and findings about them. Pure; reads nothing and judges nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a key, before it is known where the key stands. Never carries a value."""

    path: KeyPath
    message: str
    hint: str = ""
    place: Place | None = None
    """Where it is, if not simply where the key is."""
    of_key: bool = False
    """Whether it is about the key itself, whatever its value."""


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
    return Problem(
        message=finding.message,
        key=dotted(finding.path),
        line=place.line if place else None,
        column=place.column if place else None,
        hint=finding.hint,
    )
