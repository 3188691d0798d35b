"""Secrets in SQL: columns beside values, and passwords of accounts. Pure, linear; other SQL is pairs as in any text."""

import re
from collections.abc import Iterator
from typing import Final

from .keys import KeyNames
from .linear import Finder
from .marks import MARK_START, Span
from .values import secret_spans

PATTERN: Final = r"(?i:\bidentified (?:with [\w\"']{1,40} )?(?:by|as) [\"'])|(?i:\)\s{0,8}values\s{0,8}\()"
"""RE2."""

_FIND: Final = Finder(PATTERN, captures=False)
_IDENTIFIED: Final = re.compile(
    r"\bidentified\s(?:with\s[\w\"']{1,40}\s)?(?:by|as)\s(?P<quote>[\"'])(?P<value>[^\"'\n]{1,400})", re.IGNORECASE
)
_INSERT: Final = re.compile(r"\((?P<columns>[\w`\"\[\].,\s]{2,2000})\)\s{0,8}values\s{0,8}(?=\()", re.IGNORECASE)
_ITEM: Final = re.compile(
    r"""\s{0,8}(?:N|E|_utf8)?(?:'(?P<quoted>(?:[^'\\]|''|\\.)*+)'?|(?P<bare>[^,()'\n]*+(?:\([^()\n]{0,200}\)[^,()'\n]*+)?))\s{0,8}"""
)
_PARAMETERS: Final = "[parameters:"
"""SQLAlchemy's messages have the values behind the statement."""
_STATEMENT: Final = 2500
"""Characters in which that may come."""
_NEXT_ROW: Final = re.compile(r"\)\s{0,8},\s{0,8}(?=\()")
_ROWS: Final = 2000


def sql_spans(text: str, source: bytes, keys: KeyNames) -> Iterator[Span]:
    """The secret values of statements; `source` is the same text for RE2."""
    if _FIND.find(source) is None:
        return
    for match in _IDENTIFIED.finditer(text):
        if "password" not in keys.off and not match["value"].startswith(MARK_START):
            yield Span(*match.span("value"), "password", by_key=True)
    for match in _INSERT.finditer(text):
        columns = [column.strip(' \t\r\n`"[]') for column in match["columns"].split(",")]
        judged = [keys.judge(column) for column in columns]
        if any(judged):
            behind = text.find(_PARAMETERS, match.end(), match.end() + _STATEMENT)
            at = match.end() if behind < 0 or "'" in text[match.end() : behind] else behind
            for _ in range(_ROWS):
                at = text.find("(", at) + 1
                for sensitive in judged:
                    item = _ITEM.match(text, at)
                    if item is None:
                        break
                    name = "quoted" if item["quoted"] is not None else "bare"
                    value = item[name]
                    if sensitive and name == "quoted" and not value.startswith(MARK_START):
                        yield from secret_spans(sensitive, value, keys, item.start(name))
                    at = item.end()
                    if not text.startswith(",", at):
                        break
                    at += 1
                following = _NEXT_ROW.match(text, at)
                if following is None:
                    break
                at = following.end()
