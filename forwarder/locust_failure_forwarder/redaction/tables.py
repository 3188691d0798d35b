"""Tables in text: a row of names and rows of values below (CSV, Markdown, what databases print). Pure.

A column is read once a name in the first row is known to be sensitive.
"""

import re
from typing import Final

from .keys import KeyNames, Sensitive
from .marks import MARK_START, Span
from .values import secret_spans

_SEPARATOR: Final = re.compile(r"[\"']?[ \t]{0,40}(?P<sign>[,;|\t])|[\"']?[ \t]{0,40}(?=\r?\n)")
_BEFORE: Final = re.compile(r"(?P<sign>[,;|\t])[ \t]{0,40}[\"']?$")
_NAME: Final = re.compile(r"[\s\"']*+(?:[^\W\d][\w .\-]{0,60}+)?[\s\"']*+")
_RULE: Final = re.compile(r"[\s|:+\-=]++")
_QUOTED: Final = {
    sign: re.compile(
        rf"""(?:^|(?<={re.escape(sign)}))(?:[ \t]{{0,8}}"(?:[^"]|"")*+"[^{re.escape(sign)}]*+|[^{re.escape(sign)}]*+)"""
    )
    for sign in ",;|\t"
}
_AROUND: Final = " \t\r\"'"
_MAX_LINE: Final = 2000


def table_spans(text: str, start: int, end: int, keys: KeyNames) -> tuple[list[Span], int]:
    """The secrets of a table, of which the name from `start` to `end` is a cell; and where the last row ends.

    They stand below the names of the first row, or beside one in a table of two columns.
    """
    sign = _sign(text, start, end)
    if sign is None:
        return [], end
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if last - first > _MAX_LINE:
        return [], last  # so that a long line is read once, whatever names it has
    row = _cells(text[first:last], sign)
    below = text.find("\n", last + 1)
    if sign == "|" and first > 0 and not _RULE.fullmatch(text, last + 1, len(text) if below < 0 else below):
        return _beside(row, first, text.count(sign, first, start), keys), last
    if len(row) < 2 or not all(_NAME.fullmatch(cell) for cell in row):
        return [], last
    if sign in ",;" and any(cell[:1] == " " for cell in row):
        return [], last  # prose
    judged = [keys.judge(cell.strip(_AROUND)) for cell in row]
    found: list[Span] = []
    at = last + 1
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        if _RULE.fullmatch(text, at, stop):
            at = stop + 1
            continue
        cells = _cells(text[at:stop], sign)
        if len(cells) != len(row):
            break
        for sensitive, cell in zip(judged, cells, strict=True):
            if sensitive:
                found += _cell(at, cell, sensitive, keys)
            at += len(cell) + 1  # behind the sign, or the end of the line
    return found, at


def _cells(line: str, sign: str) -> list[str]:
    """What stands between the signs, but for those within quotes; together as long as the line but for the signs."""
    if '"' not in line or len(line) > _MAX_LINE:
        return line.split(sign)
    return _QUOTED[sign].findall(line)


def _sign(text: str, start: int, end: int) -> str | None:
    behind = _SEPARATOR.match(text, end)
    before = _BEFORE.search(text, max(0, start - 48), start)
    if behind is None or not (behind["sign"] or before):
        return None
    return behind["sign"] or (before["sign"] if before else None)


def _beside(row: list[str], first: int, column: int, keys: KeyNames) -> list[Span]:
    """`| password | hunter2 |`: a row of a table of names and values."""
    cells = [cell for cell in row if cell.strip()]
    sensitive = keys.judge(row[column].strip(_AROUND))
    if sensitive is None or len(cells) != 2 or row[column] is not cells[0]:
        return []
    return _cell(first + sum(len(cell) + 1 for cell in row[: column + 1]), row[column + 1], sensitive, keys)


def _cell(at: int, cell: str, sensitive: Sensitive, keys: KeyNames) -> list[Span]:
    value = cell.strip(_AROUND)
    if not value or value.startswith(MARK_START) or _RULE.fullmatch(value):
        return []
    return secret_spans(sensitive, value, keys, at + cell.index(value))
