"""Free text: known shapes, sensitive pairs, URLs, the user's own patterns, and all of these behind encodings.

One scan where there is nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from ..config.models import PatternConfig
from . import command_lines, echoes, idioms, multipart, numbers, prose, shapes, sql, urls, wrappers
from .escapes import may_be_escaped, unescape
from .keys import KeyNames
from .linear import Finder, Pattern, compile_linear, source_of
from .lookalikes import INVISIBLE, ODD, fold, half_width
from .marks import MARK, Span, Tally, UnredactableError, apply
from .pairs import TextPairs, stem_pattern

MAX_LENGTH: Final = 512 * 1024
"""Characters; what is longer is replaced whole."""

_MAX_DEPTH: Final = 6
"""Encodings within encodings; what is deeper is taken for a secret."""
_ROOM: Final = 2 * MAX_LENGTH
"""Characters that may come out of all encodings of one text together."""
_NAMES: Final = re.compile(r"[\w.\-$=;, /]{0,4096}", re.ASCII)


_RARE: Final = (shapes, numbers, urls, command_lines, multipart, echoes, sql, prose)


class TextRedactor:
    """Masks secrets in text that has no structure of its own."""

    def __init__(self, keys: KeyNames, patterns: Iterable[PatternConfig] = ()) -> None:
        self._keys = keys
        self._pairs = TextPairs(keys)
        self._own: Sequence[tuple[str, Pattern]] = [(own.kind, compile_linear(own.re2)) for own in patterns]
        rare = "|".join(f"(?:{place.PATTERN})" for place in _RARE)
        self._rare = Finder(rare, captures=False)
        beside = "|".join(idioms.OAUTH_SIBLINGS - idioms.OAUTH.keys())
        stems = stem_pattern(keys)
        self._gate = Finder(rf'{rare}|(?:{stems})|"(?:{beside})"|(?:{wrappers.PATTERN})', captures=False)
        self._room = _ROOM

    def may_hold_secret(self, text: str) -> bool:
        """A quick look: False means that there is nothing to mask.

        Raises:
            UnredactableError: it is too long.
        """
        if len(text) > MAX_LENGTH:
            raise UnredactableError
        if self._own or self._gate.find(text.encode()) is not None:
            return True
        if not text.isascii() and ODD.search(text) is not None and self._gate.find(_plain(text).encode()) is not None:
            return True
        return may_be_escaped(text) and self._gate.find(_unescaped(text).encode()) is not None

    def clean(self, texts: Sequence[str]) -> list[bool]:
        """For each text whether `may_hold_secret` would be False, by one look at all of them: several cost more.

        True is certain. What is not ASCII, or too long, is not looked at, and all is False under patterns of the user.
        No pattern of the gate is anchored, so whatever it finds in one text it finds in all of them put together.
        """
        looked = [not self._own and len(text) <= MAX_LENGTH and text.isascii() for text in texts]
        shown = [_shown(text) if look else "" for text, look in zip(texts, looked, strict=True)]
        sources = [text.encode() for text in shown]  # RE2 counts bytes, and what was escaped may be any letter
        ends = list(accumulate(len(source) + 1 for source in sources))
        source = b"\n".join(sources)
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
        if not text.isascii() and INVISIBLE.search(text):
            visible = INVISIBLE.sub("", text)
            return apply(visible, spans, tally) if (spans := self.spans(visible)) else text
        return apply(text, self.spans(text), tally)

    def redact_rest(self, masked: str, tally: Tally) -> str:
        """What a rule for keys left of a value: an authorization scheme, the names of cookies."""
        rest = MARK.sub("", masked)
        if not rest or (_NAMES.fullmatch(rest) and self._rare.find(rest.encode()) is None):
            return masked
        return self.redact(masked, tally)

    def spans(self, text: str, depth: int = 0) -> list[Span]:
        """Everything in `text` that must go, in no order, maybe overlapping.

        Raises:
            UnredactableError: more comes out of its encodings than can be judged.
        """
        if depth == 0:
            self._room = _ROOM
        found = [span for kind, own in self._own for span in _own_spans(kind, own, text)] if self._own else []
        if not text.isascii() and ODD.search(text):
            folded, text = fold(text), half_width(text)  # both keep every place
            if folded != text:
                found += self.spans(folded, depth or 1)
        source = source_of(text)
        exact = source if text.isascii() else text.encode()
        found += self._pairs.spans(text, source)
        if self._rare.find(exact) is not None:
            found += shapes.shape_spans(text, source)
            found += numbers.number_spans(text, source)
            found += command_lines.command_spans(text, source, self._keys)
            found += urls.url_spans(text, source, self._keys, lambda value: self._in_value(value, depth + 1))
            found += multipart.part_spans(text, self._keys) if "form-data" in text else ()
            found += echoes.echo_spans(text, source, self._keys)
            found += sql.sql_spans(text, source, self._keys)
            found += prose.announced_spans(text, exact)
        found += self._encoded_spans(text, source, depth + 1)
        return self._wanted(found)

    def form_spans(self, text: str) -> list[Span]:
        """The same for a form body, `a=b&c=d`."""
        self._room = _ROOM
        query = urls.query_spans(text, 0, len(text), self._keys, lambda value: self._in_value(value, 1))
        return [*self._wanted(query), *self.spans(text)]

    def _wanted(self, found: Iterable[Span]) -> list[Span]:
        """Without the kinds that are switched off."""
        off = self._keys.off
        return [span for span in found if span.kind not in off] if off else list(found)

    def _in_value(self, value: str, depth: int) -> list[Span]:
        """What shows in a value of a query, where `+` is a blank; without one, the look at the whole text finds it."""
        return self._encoded_spans(value.replace("+", " "), b"", depth) if "+" in value else []

    def _encoded_spans(self, text: str, source: bytes, depth: int) -> list[Span]:
        """What shows once an encoding is taken off: first escaped characters, which may stand within the others."""
        plain = unescape(text) if may_be_escaped(text) else None
        if plain is None:
            return list(
                wrappers.wrapped_spans(text, source, self._room, lambda inner: self._holds_secret(inner, depth))
            )
        if not self._holds_secret(plain.text, depth, judge=False):
            return []
        return [
            span._replace(start=plain.source(span.start), end=plain.source(span.end))
            for span in self.spans(plain.text, depth)
        ]

    def _holds_secret(self, inner: str, depth: int, *, judge: bool = True) -> bool:
        """Whether what came out of an encoding holds a secret, or may hold one."""
        self._room -= len(inner)
        if self._room < 0 or depth > _MAX_DEPTH:
            raise UnredactableError
        return self.may_hold_secret(inner) and (not judge or bool(self.spans(inner, depth)))


def _plain(text: str) -> str:
    return fold(INVISIBLE.sub("", text))


def _unescaped(text: str) -> str:
    """What a text says once its escapes are taken off, after each round."""
    rounds: list[str] = []
    for _ in range(_MAX_DEPTH):
        plain = unescape(text)
        if plain is None:
            break
        text = plain.text
        rounds.append(text if text.isascii() else f"{text}\n{_plain(text)}")
    return "\n".join(rounds)


def _shown(text: str) -> str:
    return f"{text}\n{_unescaped(text)}" if may_be_escaped(text) else text


def _own_spans(kind: str, pattern: Pattern, text: str) -> Iterable[Span]:
    return (Span(*match.span(), kind) for match in pattern.finditer(text) if match.end() > match.start())
