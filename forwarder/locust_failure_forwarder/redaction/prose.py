"""Secrets that sentences quote or end with: `password 'x' is too short`, `the token is x`. Pure."""

import re
from typing import Final

from .extents import quoted_end
from .keys import Sensitive

_PROSE: Final = re.compile(r"""\s(?P<verb>(?:is|was)\s)?(?![\w.\-]{1,48}+[=:])(?P<value>[^\s"'`,;<>()\[\]{}\\]{6,}+)""")
"""The next word, unless that begins a pair itself: `the token password=…`."""
_NUMBERED: Final = frozenset({"passport", "bank_account", "national_id", "card", "phone", "iban"})
_IS_NUMBER: Final = re.compile(r"[A-Za-z]{0,3}\d[\d\-]{4,}+\.?")
_IS_NAME: Final = re.compile(r"[a-z]+(?:[ \-_.][a-z]+)*+|[A-Z]+(?:_[A-Z]+)*+")
_NAMED_KINDS: Final = frozenset({"cookie", "secret", "key", "token", "session"})
"""Their things have names, which prose quotes: `Secret "payments" not found`."""
_MAX_ECHO: Final = 200
_LONG_WORD: Final = 16


def in_prose(text: str, start: int, end: int, sensitive: Sensitive) -> tuple[int, int]:
    """`the password is x1y2z3`, `with token abc…`: a word that is none of the language."""
    match = _PROSE.match(text, end)
    if match is None or sensitive.weak or text[start:end].lower() == "bearer":  # a shape of its own
        return end, end
    value = match["value"].rstrip(".:!?")
    digit, letter = any(map(str.isdigit, value)), any(map(str.isalpha, value))
    if sensitive.kind in _NUMBERED:
        found = _IS_NUMBER.fullmatch(value) is not None
    elif match["verb"]:
        found = digit or value.count("-") > 1
    else:
        found = digit and letter and len(value) >= _LONG_WORD
    return (match.start("value"), match.start("value") + len(value)) if found else (end, end)


def echoed(text: str, before: str, at: int, opening: str, sensitive: Sensitive) -> tuple[int, int]:
    """`password 'hunter2' is too short`. A parser's `Unexpected token '<'` is none."""
    end = quoted_end(text, at, opening)
    if sensitive.kind in _NAMED_KINDS and _IS_NAME.fullmatch(text, at, len(text) if end is None else end):
        return at, at
    if end is None or end - at > _MAX_ECHO or before.lower().endswith("unexpected "):
        return at, at
    return at, end
