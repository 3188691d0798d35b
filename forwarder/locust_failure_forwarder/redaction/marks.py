"""What stands in a masked value's place, and the tally of what was masked. Decides nothing."""

import re
from bisect import bisect_left
from collections.abc import Container
from functools import lru_cache
from typing import Final, NamedTuple

from .literals import telling_forms

MARK: Final = re.compile(r"\[REDACTED:[a-z_]{1,40}\]")
MARK_START: Final = "[REDACTED:"
UNREDACTABLE: Final = "[REDACTED:unredactable]"
"""Stands for a whole field that could not be judged."""


@lru_cache(maxsize=256)
def mark(kind: str) -> str:
    """`[REDACTED:kind]`: fixed, so neither length nor digest of the secret leaves."""
    return f"[REDACTED:{kind}]"


class Span(NamedTuple):
    """A part of a text that must go."""

    start: int
    end: int
    kind: str
    by_key: bool = False
    """True where the key gave it away, so that the same literal elsewhere must go too."""


class UnredactableError(Exception):
    """A value is too large or too deep to be judged; its field is replaced whole."""


class Tally:
    """How many values were masked, by kind, and the literals masked by their key."""

    __slots__ = ("counts", "literals")

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.literals: dict[str, str] = {}
        """Those that must not stand elsewhere in the record, with their kinds."""

    def note(self, kind: str, literal: str = "") -> str:
        """Count one, remember the literal if it is given and telling, and return the mark."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if literal:
            for form in telling_forms(literal, kind):
                self.literals[form] = kind
        return mark(kind)

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
        return f"{text[:start]}{tally.note(kind, text[start:end] if by_key else '')}{text[end:]}"
    spans.sort(key=_order)
    pieces: list[str] = []
    done = 0
    start, end, kind, by_key = spans[0]
    for span in spans[1:]:
        if span.start < end:
            end = max(end, span.end)
            continue
        pieces += (text[done:start], tally.note(kind, text[start:end] if by_key else ""))
        start, done = span.start, end
        end, kind, by_key = span.end, span.kind, span.by_key
    pieces += (text[done:start], tally.note(kind, text[start:end] if by_key else ""), text[end:])
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
