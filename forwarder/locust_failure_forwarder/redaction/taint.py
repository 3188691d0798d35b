"""What was masked by its key is masked wherever else it stands in the record: a password echoed by an error message."""

import re
from collections.abc import Mapping
from typing import Final

import orjson
from pydantic import JsonValue

from .marks import MARK, MARK_START, Literal, Tally, unique

_BEGINS: Final = (
    r"(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2})|(?<=\\[nrt])"
    r"|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
)
"""The beginning of a word; the last letter of an escape is none of it."""


class Taint:
    """The literals of one record that must not stand anywhere in it."""

    def __init__(self, literals: Mapping[str, Literal]) -> None:
        self._known = sorted(literals.items(), key=_longest_first)
        self._in_keys = [literal for literal, _ in self._known if not literal.isalpha()]

    def redact(self, text: str, tally: Tally) -> str:
        """The text without the literals; JSON stays valid."""
        for literal, known in self._known:
            if literal in text:
                text = self._replace(text, literal, known, tally)
        return text

    def redact_tree(self, tree: JsonValue, tally: Tally) -> JsonValue:
        """The same for every text in a JSON tree. Trees come here redacted, so their depth is bounded.

        A key stays where a literal in it is one plain word, which may well be the name of a field.
        """
        if isinstance(tree, str):
            return self.redact(tree, tally)
        if isinstance(tree, dict):
            result: dict[str, JsonValue] = {}
            for key, value in tree.items():
                shown = key
                for literal in self._in_keys:
                    if literal in key:
                        shown = unique(self.redact(key, tally), key, tree, result)
                        break
                result[shown] = self.redact_tree(value, tally)
            return result
        if isinstance(tree, list):
            return [self.redact_tree(value, tally) for value in tree]
        return tree

    def _replace(self, text: str, literal: str, known: Literal, tally: Tally) -> str:
        if text[:1] in ("{", "["):
            try:
                tree = orjson.loads(text)
            except orjson.JSONDecodeError:
                pass
            else:
                changed = Taint({literal: known}).redact_tree(tree, tally)
                return orjson.dumps(changed).decode() if changed != tree else text
        pattern = re.compile(rf"{_BEGINS}{re.escape(literal)}(?![A-Za-z0-9_])")
        pieces = _split_at_marks(text)
        return "".join(p if p.startswith(MARK_START) else pattern.sub(lambda _: tally.repeat(known), p) for p in pieces)


def _longest_first(item: tuple[str, Literal]) -> int:
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
