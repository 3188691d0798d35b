"""Key paths, their places in a file, and findings about them. Pure; reads nothing and judges nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, cast

from ..errors import Problem

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the file."""

_SHOWN_KEY: Final = re.compile(r"[\w.-]{0,64}")
_REFERENCE: Final = re.compile(r"\$\{[^}]*\}?")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file."""

    line: int
    """Counted from 1."""
    column: int
    """Counted from 1."""
    text_line: int | None = field(default=None, compare=False)
    """Line in which the text of the key's value begins, if each of its lines is one of the file."""
    text_column: int | None = field(default=None, compare=False)
    """Column in which each of these lines begins, if it is as it was written from there on."""


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
    column: int | None = None
    """Column in that line, counted from 1."""
    name: str = ""
    """A name from the value, to be told if it is the file's own: from a variable it may be a secret."""
    of_key: bool = False
    """Whether it is about the key itself, whatever its value."""


@dataclass(frozen=True, slots=True)
class TextFault:
    """One thing wrong in a text of several lines, its place counted from 1 within the text. Never carries a value."""

    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None
    name: str = ""
    """As in `Finding`."""


class TextError(ValueError):
    """Raised by a validator of a text of several lines: all that is wrong in it."""

    def __init__(self, faults: Iterable[TextFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


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
            column = exact.text_column + finding.column - 1 if exact.text_column and finding.column else None
            return Problem(message, dotted(finding.path), exact.text_line + finding.line - 1, column, finding.hint)
        message = f"in its line {finding.line}: {message}"
    return Problem(
        message=message,
        key=dotted(finding.path),
        line=place.line if place else None,
        column=place.column if place else None,
        hint=finding.hint,
    )


def as_written(finding: Finding, written: object) -> Finding:
    """The finding about a value before `${…}` was resolved in it.

    A name comes into the message if the value has it elsewhere than in `${…}`. Behind `${…}` no column is right.
    """
    if not isinstance(written, str):
        return finding
    if finding.line is not None and "${" in "".join(written.split("\n")[finding.line - 1 :][:1]):
        finding = replace(finding, column=None)
    own = _REFERENCE.sub(" ", written)
    if not finding.name or not re.search(rf"(?<!\w){re.escape(finding.name)}(?!\w)", own):
        return finding
    return replace(finding, message=f"{finding.message}: `{finding.name}`", name="")


def value_at(data: object, path: KeyPath) -> object:
    """What stands at a path; None if nothing does."""
    for part in path:
        if isinstance(data, Mapping):
            data = cast("Mapping[object, object]", data).get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(cast("list[object]", data)):
            data = cast("list[object]", data)[part]
        else:
            return None
    return data


def replaced(data: Mapping[str, object], path: KeyPath, value: object) -> dict[str, object]:
    """The data with another value at a path that it has; what is not above the path is shared."""
    return cast("dict[str, object]", _replaced(data, path, value))


def _replaced(data: object, path: KeyPath, value: object) -> object:
    if not path:
        return value
    if isinstance(data, Mapping):
        entries = cast("Mapping[str | int, object]", data)
        return {**entries, path[0]: _replaced(entries[path[0]], path[1:], value)}
    items = list(cast("list[object]", data))
    index = cast("int", path[0])
    items[index] = _replaced(items[index], path[1:], value)
    return items
