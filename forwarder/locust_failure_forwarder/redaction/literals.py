"""Which masked values are worth looking for elsewhere in the record, and in what other spellings. Pure."""

import re
from typing import Final
from urllib.parse import quote

import orjson

from . import idioms
from . import words as w
from .marker import MARK_START

_LEAST: Final = 6
_MOST: Final = 4096
_SURE: Final = 12
_DATE: Final = 6
_NEVER: Final = frozenset({"unredactable", "encoded"})
_COMMON: Final = frozenset({"birth_date", "name", "address"})
"""Kinds whose literals may be common words: only what has several parts tells."""

_WORDS: Final = frozenset({*w.STRONG, *w.SAFE, *w.WEAK, *idioms.HARMLESS})
_ALNUM: Final = re.compile(r"[^\W_]")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9_.~\-]+")


def telling_forms(literal: str, kind: str) -> tuple[str, ...]:
    """The literal as it may stand in plain text, URLs and JSON; nothing if it may well stand there by chance."""
    if not _is_telling(literal, kind):
        return ()
    if _UNRESERVED.fullmatch(literal):
        return (literal,)
    return tuple({literal, quote(literal, safe=""), orjson.dumps(literal).decode()[1:-1]})


def _is_telling(literal: str, kind: str) -> bool:
    if kind in _COMMON:
        return _is_personal(literal, kind)
    if not _LEAST <= len(literal) <= _MOST or kind in _NEVER or MARK_START in literal:
        return False
    if literal.lower() in _WORDS or _ALNUM.search(literal) is None:
        return False
    if kind == "password" or len(literal) >= _SURE or not literal.isalpha():
        return True
    return not (literal.islower() or literal.istitle())


def _is_personal(literal: str, kind: str) -> bool:
    """A full name, a whole date, a street with its number."""
    if MARK_START in literal or len(literal) > _MOST:
        return False
    digits = sum(character.isdigit() for character in literal)
    if kind == "birth_date":
        return digits >= _DATE
    if kind == "name":
        return (not literal.isascii() and len(literal) > 1 and literal.isalpha()) or " " in literal.strip()
    return digits > 0 and len(literal) >= _LEAST and (not literal.isascii() or " " in literal.strip())
