"""`Notice`: what a message to people says, as pieces of text that know whether they are ours. Knows no format.

Texts of a test run (names, errors) may hold anything: markup, mentions, control characters. They travel as `Foreign`
or `Code` with a bound, and only a destination's `Style` turns them into text, in which they have no power left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from .words import utc


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text from outside, to be read as words."""

    text: str
    limit: int
    """UTF-16 units that it may take once it is escaped."""


@dataclass(frozen=True, slots=True)
class Code:
    """Text from outside, to be shown as it is: the name of an endpoint, an error."""

    text: str
    limit: int
    """UTF-16 units that it may take once it is escaped, with what surrounds it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, which some formats show in the reader's own zone."""

    at: datetime


Piece: TypeAlias = str | Foreign | Code | Moment
"""A bare `str` is ours: no markup in it, nothing from outside."""
Line: TypeAlias = tuple[Piece, ...]

Tone: TypeAlias = Literal["critical", "warning", "info", "good", "neutral"]

COLORS: Final[Mapping[Tone, str]] = {
    "critical": "#d72b3f",
    "warning": "#e8912d",
    "info": "#1d9bd1",
    "good": "#2eb67d",
    "neutral": "#868686",
}
"""What the bar beside a message looks like."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message."""

    headline: Line
    """One line that is enough on a phone's lock screen."""
    tone: Tone
    """How bad the news is."""
    fields: tuple[tuple[str, Line], ...] = ()
    """Label and value pairs, at most 10; labels are ours."""
    chart: tuple[str, str] | None = None
    """Label and sparkline, both ours."""
    lists: tuple[tuple[str, tuple[Line, ...]], ...] = ()
    """Label and lines; none is empty."""
    links: tuple[tuple[str, str], ...] = ()
    """Label and address, from the configuration."""
    context: Line = ()
    """Small print: ids to find the event by."""
    calls: tuple[str, ...] = ()
    """Whom to call, as the destination's configuration names them."""


def reductions(notice: Notice) -> Iterator[Notice]:
    """The notice, and ever shorter ones; the last has neither links nor lists.

    Bounds of single pieces keep most messages within a format's limits. Where all of them are reached at once, or
    letters take several bytes, the first of these that fits is sent.
    """
    yield notice
    notice = replace(notice, links=())
    yield notice
    longest = max((len(lines) for _, lines in notice.lists), default=0)
    for most in range(longest - 1, 0, -1):
        yield replace(notice, lists=tuple((label, lines[:most]) for label, lines in notice.lists))
    yield replace(notice, lists=())


class Style(Protocol):
    """How one format writes each piece."""

    def foreign(self, text: str, limit: int) -> str:
        """Text without any power, never empty."""
        ...

    def code(self, text: str, limit: int) -> str:
        """The same, as code."""
        ...

    def moment(self, at: datetime) -> str:
        """A time."""
        ...


def write(line: Line, style: Style) -> str:
    """The line in a format."""
    return "".join([_write(piece, style) for piece in line])


def _write(piece: Piece, style: Style) -> str:
    match piece:
        case str():
            return piece
        case Foreign(text, limit):
            return style.foreign(text, limit)
        case Code(text, limit):
            return style.code(text, limit)
        case Moment(at):
            return style.moment(at)


def fit(text: str, limit: int, inert: Mapping[str, str]) -> str:
    """`text` from outside as one line of printable characters, each replaced as `inert` says.

    At most `limit` UTF-16 units afterwards; what is longer ends in an ellipsis and never within a replacement. Never
    empty.
    """
    printable = "".join([character if character.isprintable() else " " for character in text])
    pieces = [inert.get(character, character) for character in " ".join(printable.split())[: limit + 1]]
    if sum(map(units, pieces)) <= limit:
        return "".join(pieces) or "(empty)"
    room = limit - 1
    kept: list[str] = []
    for piece in pieces:
        room -= units(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"


def units(text: str) -> int:
    """Length in UTF-16 units, the larger of the two ways in which a limit in characters can be counted."""
    return len(text) + sum(character > "\uffff" for character in text)


class Plain:
    """Text for places that know no markup."""

    def foreign(self, text: str, limit: int) -> str:
        """One line, cut."""
        return fit(text, limit, {})

    def code(self, text: str, limit: int) -> str:
        """The same: there is no code."""
        return fit(text, limit, {})

    def moment(self, at: datetime) -> str:
        """In UTC."""
        return utc(at)


PLAIN: Final = Plain()
