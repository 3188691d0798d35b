"""What was masked by its key is masked wherever else it stands in the record: a password echoed by an error message."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

import orjson
from pydantic import JsonValue

from . import idioms
from . import words as w
from .marks import MARK, MARK_START, Tally

_LEAST: Final = 6
_MOST: Final = 4096
_SURE: Final = 12
_NEVER: Final = frozenset({"birth_date", "name", "address", "unredactable", "encoded"})
"""Kinds whose literals are common words or dates."""

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9_.~\-]+")


class Taint:
    """The literals of one record that must not stand anywhere in it."""

    def __init__(self, literals: Mapping[str, str]) -> None:
        kinds: dict[str, str] = {}
        for literal, kind in literals.items():
            if is_telling(literal, kind):
                for form in _forms(literal):
                    kinds[form] = kind
        self._kinds = sorted(kinds.items(), key=_longest_first)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def redact(self, text: str, tally: Tally) -> str:
        """The text without the literals; JSON stays valid."""
        for literal, kind in self._kinds:
            if literal in text:
                text = self._replace(text, literal, kind, tally)
        return text

    def redact_tree(self, tree: JsonValue, tally: Tally) -> JsonValue:
        """The same for every text in a JSON tree; keys stay. Trees come here redacted, so their depth is bounded."""
        if isinstance(tree, str):
            return self.redact(tree, tally)
        if isinstance(tree, dict):
            return {key: self.redact_tree(value, tally) for key, value in tree.items()}
        if isinstance(tree, list):
            return [self.redact_tree(value, tally) for value in tree]
        return tree

    def _replace(self, text: str, literal: str, kind: str, tally: Tally) -> str:
        if text[:1] in ("{", "["):
            try:
                tree = orjson.loads(text)
            except orjson.JSONDecodeError:
                pass
            else:
                changed = Taint({literal: kind}).redact_tree(tree, tally)
                return orjson.dumps(changed).decode() if changed != tree else text
        pattern = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(literal)}(?![A-Za-z0-9_])")
        pieces = _split_at_marks(text)
        return "".join(p if p.startswith(MARK_START) else pattern.sub(lambda _: tally.note(kind), p) for p in pieces)


def is_telling(literal: str, kind: str) -> bool:
    """Whether a literal is unlikely to stand elsewhere by chance."""
    if not _LEAST <= len(literal) <= _MOST or kind in _NEVER or MARK_START in literal:
        return False
    lowered = literal.lower()
    if lowered in w.STRONG or lowered in w.SAFE or lowered in idioms.HARMLESS or lowered in w.WEAK:
        return False
    if not any(character.isalnum() for character in literal):
        return False
    return (
        kind == "password"
        or len(literal) >= _SURE
        or not literal.isalpha()
        or not (literal.islower() or literal.istitle())
    )


def _forms(literal: str) -> Iterable[str]:
    yield literal
    if _UNRESERVED.fullmatch(literal):
        return
    yield quote(literal, safe="")
    escaped = orjson.dumps(literal).decode()[1:-1]
    if escaped != literal:
        yield escaped


def _longest_first(item: tuple[str, str]) -> int:
    return -len(item[0])


def _split_at_marks(text: str) -> list[str]:
    if MARK_START not in text:
        return [text]
    pieces: list[str] = []
    done = 0
    for match in MARK.finditer(text):
        pieces += (text[done : match.start()], match[0])
        done = match.end()
    return [*pieces, text[done:]]
