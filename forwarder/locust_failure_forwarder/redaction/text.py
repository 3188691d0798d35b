"""Free text: known shapes, sensitive pairs, URLs, and the user's own patterns. One scan where there is nothing."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from . import idioms, numbers, shapes, urls
from .keys import KeyNames
from .linear import Finder, Pattern, compile_linear, source_of
from .marks import MARK, Span, Tally, UnredactableError, apply
from .pairs import TextPairs, stem_pattern

MAX_LENGTH: Final = 512 * 1024
"""Characters; what is longer is replaced whole."""

_MAX_DEPTH: Final = 3
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
_NAMES: Final = re.compile(r"[\w.\-$=;, /]{0,4096}", re.ASCII)
_ODD: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\uff01-\uff5e]")
"""What `_plain` changes."""
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class TextRedactor:
    """Masks secrets in text that has no structure of its own."""

    def __init__(self, keys: KeyNames, patterns: Iterable[str] = ()) -> None:
        self._keys = keys
        self._pairs = TextPairs(keys)
        self._own: Sequence[Pattern] = [compile_linear(pattern) for pattern in patterns]
        rare = "|".join(f"(?:{part})" for part in (shapes.PATTERN, numbers.PATTERN, urls.PATTERN))
        self._rare = Finder(rare, captures=False)
        beside = "|".join(idioms.OAUTH_SIBLINGS - idioms.OAUTH.keys())
        self._gate = Finder(rf'{rare}|(?:{stem_pattern(keys)})|"(?:{beside})"', captures=False)

    def may_hold_secret(self, text: str) -> bool:
        """A quick look: False means that there is nothing to mask.

        Raises:
            UnredactableError: it is too long.
        """
        if len(text) > MAX_LENGTH:
            raise UnredactableError
        if self._own or self._gate.find(text.encode()) is not None:
            return True
        return (
            not text.isascii() and _ODD.search(text) is not None and self._gate.find(_plain(text).encode()) is not None
        )

    def clean(self, texts: Sequence[str]) -> list[bool]:
        """For each text whether `may_hold_secret` would be False, by one look at all of them: several cost more.

        True is certain. What is not ASCII, or too long, is not looked at, and all is False under patterns of the user.
        No pattern of the gate is anchored, so whatever it finds in one text it finds in all of them put together.
        """
        looked = [not self._own and len(text) <= MAX_LENGTH and text.isascii() for text in texts]
        shown = [text if look else "" for text, look in zip(texts, looked, strict=True)]
        ends = list(accumulate(len(text) + 1 for text in shown))
        source = "\n".join(shown).encode()
        match = self._gate.find(source)
        while match is not None:
            index = bisect_right(ends, match[0][0])
            looked[index] = False
            match = self._gate.find(source, ends[index]) if ends[index] < len(source) else None
        return looked

    def redact(self, text: str, tally: Tally) -> str:
        """The text with every secret masked; the same object if there is none.

        Raises:
            UnredactableError: it is too long.
            UnicodeEncodeError: it holds lone surrogates.
        """
        if not self.may_hold_secret(text):
            return text
        if not text.isascii() and _INVISIBLE.search(text):
            visible = _INVISIBLE.sub("", text)
            return apply(visible, spans, tally) if (spans := self.spans(visible)) else text
        return apply(text, self.spans(text), tally)

    def redact_rest(self, masked: str, tally: Tally) -> str:
        """What a rule for keys left of a value: an authorization scheme, the names of cookies."""
        rest = MARK.sub("", masked)
        if not rest or (_NAMES.fullmatch(rest) and self._rare.find(rest.encode()) is None):
            return masked
        return self.redact(masked, tally)

    def spans(self, text: str, depth: int = 0) -> list[Span]:
        """Everything in `text` that must go, in no order, maybe overlapping."""
        found = [span for own in self._own for span in _own_spans(own, text)] if self._own else []
        if not text.isascii() and _ODD.search(text):
            text = text.translate(_FULL_WIDTH)  # keeps every place

        def holds_secret(inner: str) -> bool:
            return depth < _MAX_DEPTH and self.may_hold_secret(inner) and bool(self.spans(inner, depth + 1))

        source = source_of(text)
        found += self._pairs.spans(text, source)
        if self._rare.find(source) is not None:
            found += shapes.shape_spans(text, source)
            found += numbers.number_spans(text, source)
            found += urls.url_spans(text, source, self._keys, holds_secret)
        return found

    def form_spans(self, text: str) -> list[Span]:
        """The same for a form body, `a=b&c=d`."""

        def holds_secret(inner: str) -> bool:
            return self.may_hold_secret(inner) and bool(self.spans(inner, 1))

        return [*urls.query_spans(text, 0, len(text), self._keys, holds_secret), *self.spans(text)]


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text).translate(_FULL_WIDTH)


def _own_spans(pattern: Pattern, text: str) -> Iterable[Span]:
    return (Span(*match.span(), "custom") for match in pattern.finditer(text) if match.end() > match.start())
