"""Tables in text: a row of names and rows of values below (CSV, Markdown, what databases print). Pure.

A column is read once a name in the first row is known to be sensitive.
"""

import re
from collections.abc import Iterator
from typing import Final

from .keys import KeyNames, Sensitive
from .marks import MARK_START, Span
from .values import secret_spans

_SEPARATOR: Final = re.compile(r"[\"']?[ \t]{0,40}(?P<sign>[,;|\t])|[\"']?[ \t]{0,40}(?=\r?\n)")
_BEFORE: Final = re.compile(r"(?P<sign>[,;|\t])[ \t]{0,40}[\"']?$")
_NAME: Final = re.compile(r"[\s\"']*+(?:[^\W\d][\w .\-]{0,60}+)?[\s\"']*+")
_RULE: Final = re.compile(r"[\s|:+\-=]++")
_MAX_LINE: Final = 2000
_MAX_ROWS: Final = 2000


def column_spans(text: str, start: int, end: int, sensitive: Sensitive, keys: KeyNames) -> Iterator[Span]:
    """The values of the name from `start` to `end`, if that is a cell: below it, or beside it in a table of two."""
    sign = _sign(text, start, end)
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    if sign is None or last < 0 or last - first > _MAX_LINE:
        return
    row = text[first:last].split(sign)
    column = text.count(sign, first, start)
    below = text.find("\n", last + 1)
    if sign == "|" and first > 0 and not _RULE.fullmatch(text, last + 1, len(text) if below < 0 else below):
        yield from _beside(row, first, column, sensitive, keys)
        return
    if len(row) < 2 or not all(_NAME.fullmatch(cell) for cell in row):
        return
    at = last + 1
    for _ in range(_MAX_ROWS):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        cells = text[at:stop].split(sign)
        if len(cells) != len(row):
            return
        yield from _cell(at + sum(len(cell) + 1 for cell in cells[:column]), cells[column], sensitive, keys)
        if stop == len(text):
            return
        at = stop + 1


def _sign(text: str, start: int, end: int) -> str | None:
    behind = _SEPARATOR.match(text, end)
    before = _BEFORE.search(text, max(0, start - 48), start)
    if behind is None or not (behind["sign"] or before):
        return None
    return behind["sign"] or (before["sign"] if before else None)


def _beside(row: list[str], first: int, column: int, sensitive: Sensitive, keys: KeyNames) -> Iterator[Span]:
    """`| password | hunter2 |`: a row of a table of names and values."""
    cells = [cell for cell in row if cell.strip()]
    if len(cells) == 2 and row[column] is cells[0]:
        at = first + sum(len(cell) + 1 for cell in row[: column + 1])
        yield from _cell(at, row[column + 1], sensitive, keys)


def _cell(at: int, cell: str, sensitive: Sensitive, keys: KeyNames) -> list[Span]:
    value = cell.strip(" \t\r\"'")
    if not value or value.startswith(MARK_START) or _RULE.fullmatch(value):
        return []
    return secret_spans(sensitive, value, keys, at + cell.index(value))
