"""JSON trees: one look at all their texts, and a walk where there may be something. JSON in strings is parsed too."""

from typing import Final

import orjson
from pydantic import JsonValue

from .kept import Node
from .keys import KeyNames
from .marks import Tally
from .text import TextRedactor
from .walk import Walk

_MAX_INNER: Final = 8
"""JSON inside strings of JSON inside strings …"""

_KNOWN_KEYS: Final = 8192
_LONG_KEY: Final = 64
"""Characters: longer keys are not worth remembering."""


class TreeRedactor:
    """Masks secrets in anything that JSON can express."""

    def __init__(self, keys: KeyNames, text: TextRedactor) -> None:
        self._keys = keys
        self._text = text
        self._plain: set[str] = set()
        """Keys that hold no secret themselves."""

    def redact(self, tree: JsonValue, tally: Tally, inner: int = 0, kept: Node | None = None) -> JsonValue:
        """A tree of the same shape, with every secret masked; what is `kept` is not masked by its name.

        Raises:
            UnredactableError: it is too deep, too large, or holds what is no JSON.
            UnicodeEncodeError: a text holds lone surrogates.
        """
        leaves: list[str] = []
        names: list[str] = []
        found = Tally(tally.marker)
        result = Walk(
            self._keys,
            self._text,
            found,
            lambda text: leaves.append(text) or text,
            lambda number: leaves.append(str(number)) or number,
            lambda key: names.append(key) or key,
            self._plain,
            kept,
        ).value(tree, None, None, 0)
        # One scan over all texts is cheaper than one for each, and mostly there is nothing.
        if not self._text.may_hold_secret("\n".join(leaves + names)):
            for name in names:
                self._remember(name)
        else:
            found = Tally(tally.marker)
            walk = Walk(
                self._keys,
                self._text,
                found,
                lambda text: self._leaf(text, found, inner),
                lambda number: self._number(number, found),
                lambda key: self._key(key, found),
                self._plain,
                kept,
            )
            result = walk.value(tree, None, None, 0)
        tally.add(found)
        return result

    def _leaf(self, text: str, tally: Tally, inner: int) -> str:
        if inner < _MAX_INNER and text.lstrip()[:1] in ("{", "[") and self._text.may_hold_secret(text):
            try:
                tree = orjson.loads(text)
            except orjson.JSONDecodeError:
                return self._text.redact(text, tally)
            found = Tally(tally.marker)
            result = self.redact(tree, found, inner + 1)
            if found.counts:
                tally.add(found)
                return orjson.dumps(result).decode()
            return text
        return self._text.redact(text, tally)

    def _number(self, number: int, tally: Tally) -> JsonValue:
        """A card or an id may be written as a number, and the user's patterns see digits too."""
        text = str(number)
        masked = self._text.redact(text, tally)
        return number if masked == text else masked

    def _key(self, key: str, tally: Tally) -> str:
        """A key that is a secret itself, such as the address in `{"ann@example.com": …}`."""
        masked = self._text.redact(key, tally)
        if masked is key:
            self._remember(key)
        return masked

    def _remember(self, key: str) -> None:
        if len(key) <= _LONG_KEY:
            if len(self._plain) >= _KNOWN_KEYS:
                self._plain.clear()
            self._plain.add(key)
