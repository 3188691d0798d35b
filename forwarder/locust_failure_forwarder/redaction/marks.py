"""Spans that must go, the tally of what was masked, and `apply`, which puts marks in their place. Decides nothing."""

from bisect import bisect_left
from collections.abc import Container
from typing import NamedTuple

from .literals import telling_forms
from .marker import MARK, MARK_OF_KIND, MARK_START, MASKING, UNREDACTABLE, Marker


class Span(NamedTuple):
    """A part of a text that must go."""

    start: int
    end: int
    kind: str
    by_key: bool = False
    """True where the key gave it away, so that the same literal elsewhere must go too."""


class UnredactableError(Exception):
    """A value is too large or too deep to be judged; its field is replaced whole."""


class Literal(NamedTuple):
    """What stands in place of a literal that must not stand elsewhere in the record."""

    kind: str
    mark: str


class Tally:
    """How many values were masked, by kind, and the literals masked by their key."""

    __slots__ = ("counts", "literals", "marker")

    def __init__(self, marker: Marker = MASKING) -> None:
        self.marker = marker
        self.counts: dict[str, int] = {}
        self.literals: dict[str, Literal] = {}
        """Those that must not stand elsewhere in the record."""

    def note(self, kind: str, literal: str = "", *, by_key: bool = False, whole: bool = False) -> str:
        """Count one, remember the literal if its key gave it away and it is telling, and return the mark."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if by_key and (forms := telling_forms(literal, kind)):
            known = Literal(kind, self.marker.mark(kind, literal))
            for form in forms:
                self.literals[form] = known
        return self.marker.whole(kind, literal) if whole else self.marker.mark(kind, literal)

    def repeat(self, literal: Literal) -> str:
        """Count one more of a literal that was masked before, and return the mark."""
        self.counts[literal.kind] = self.counts.get(literal.kind, 0) + 1
        return literal.mark

    def add(self, other: "Tally") -> None:
        """Everything another tally counted."""
        for kind, count in other.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        if other.literals:
            self.literals.update(other.literals)


def apply(text: str, spans: list[Span], tally: Tally) -> str:
    """The text with each span masked. Overlapping spans become one, of the kind of the first; marks stay whole."""
    if MARK_START in text:
        spans = _around_marks(text, spans)
    if not spans:
        return text
    if len(spans) == 1:
        start, end, kind, by_key = spans[0]
        whole = start == 0 and end == len(text)
        return f"{text[:start]}{tally.note(kind, text[start:end], by_key=by_key, whole=whole)}{text[end:]}"
    spans.sort(key=_order)
    pieces: list[str] = []
    done = 0
    start, end, kind, by_key = spans[0]
    for span in spans[1:]:
        if span.start < end:
            end = max(end, span.end)
            continue
        pieces += (text[done:start], tally.note(kind, text[start:end], by_key=by_key))
        start, done = span.start, end
        end, kind, by_key = span.end, span.kind, span.by_key
    pieces += (text[done:start], tally.note(kind, text[start:end], by_key=by_key), text[end:])
    return "".join(pieces)


def unique(shown: str, key: str, *members: Container[str]) -> str:
    """What stands for a masked `key` of an object: a name that no other member has, so that none is lost."""
    number, first = 1, shown
    while shown != key and any(shown in taken for taken in members):
        number += 1
        shown = f"{first} {number}"
    return shown


def _order(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _around_marks(text: str, spans: list[Span]) -> list[Span]:
    """Without the spans that would cut into a mark, or replace just one; a span around a mark and more stays."""
    marks = [match.span() for match in MARK.finditer(text)]
    starts = [start for start, _ in marks]

    def inside(place: int) -> bool:
        index = bisect_left(starts, place) - 1
        return index >= 0 and place < marks[index][1]

    known = set(marks)
    return [s for s in spans if not inside(s.start) and not inside(s.end) and (s.start, s.end) not in known]


__all__ = [
    "MARK",
    "MARK_OF_KIND",
    "MARK_START",
    "UNREDACTABLE",
    "Literal",
    "Span",
    "Tally",
    "UnredactableError",
    "apply",
    "unique",
]
