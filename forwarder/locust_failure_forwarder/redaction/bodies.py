"""Bodies: JSON stays valid JSON, forms stay forms, all else is text. What needs no mask comes back byte for byte."""

import json
import re
from typing import Any, Final

import orjson
from pydantic import JsonValue

from .kept import Node
from .marks import Tally, apply
from .text import TextRedactor
from .trees import TreeRedactor
from .urls import is_form

_FORM_TYPE: Final = "x-www-form-urlencoded"
_ESCAPED_LETTER: Final = re.compile(r"(?<!\\)\\u00([2-7][0-9a-fA-F])")


class BodyRedactor:
    """Chooses by content, since content types lie."""

    def __init__(self, text: TextRedactor, trees: TreeRedactor) -> None:
        self._text = text
        self._trees = trees

    def is_plain(self, place: str, text: str) -> bool:
        """Whether `redact` would do nothing to a text of which `may_hold_secret` is False."""
        if text.lstrip()[:1] in ("{", "["):
            return True
        return not place.startswith("form") and ("=" not in text or not is_form(text))

    def redact(self, body: str, content_type: str, tally: Tally, kept: Node | None = None) -> str:
        """The body with every secret masked, of the same syntax; of JSON, what is `kept` is not masked by its name.

        Raises:
            UnredactableError: it is too long, or too deep.
            UnicodeEncodeError: it holds lone surrogates.
        """
        if body.lstrip()[:1] in ("{", "["):
            return self._json(body, tally, kept)
        if _FORM_TYPE in content_type or ("=" in body and is_form(body)):
            return apply(body, spans, tally) if (spans := self._text.form_spans(body)) else body
        return self._text.redact(body, tally)

    def _json(self, body: str, tally: Tally, kept: Node | None) -> str:
        if not self._text.may_hold_secret(body):
            return body
        try:
            tree: JsonValue = orjson.loads(body)
        except orjson.JSONDecodeError:
            return self._cut_json(body, tally)
        found = Tally(tally.marker)
        result = self._trees.redact(tree, found, kept=kept)
        if not found.counts:
            return self._text.redact(body, tally) if _repeats_a_key(body, tree) else body
        tally.add(found)
        return orjson.dumps(result).decode()

    def _cut_json(self, body: str, tally: Tally) -> str:
        """JSON that was cut, or several documents: as text, where escaped letters must not hide a key."""
        if "\\u00" not in body:
            return self._text.redact(body, tally)
        found = Tally(tally.marker)
        masked = self._text.redact(_ESCAPED_LETTER.sub(_unescape, body), found)
        tally.add(found)
        return masked if found.counts else body


def _unescape(match: "re.Match[str]") -> str:
    character = chr(int(match[1], 16))
    return match[0] if character in '"\\\x7f' else character


def _count_keys(tree: JsonValue) -> int:
    if isinstance(tree, dict):
        return len(tree) + sum(map(_count_keys, tree.values()))
    return sum(map(_count_keys, tree)) if isinstance(tree, list) else 0


def _repeats_a_key(body: str, tree: JsonValue) -> bool:
    """Whether the parser saw only the last of several values of one key, as RFC 8259, 4 allows it to."""
    if body.count('":') == _count_keys(tree):
        return False  # the usual case; anything else needs a slower look

    def check(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise _RepeatedKeyError
        return members

    try:
        json.loads(body, object_pairs_hook=check)
    except (_RepeatedKeyError, ValueError, RecursionError):
        return True
    return False


class _RepeatedKeyError(Exception):
    pass
