"""`key: value` pairs in free text, at any depth of quoting: cut JSON, repr, logs, XML, multipart, name/value lists.

RE2 finds the stem of a sensitive word in one scan; the key is grown around it and judged, then separator and opening
quote are read. The value reaches to the same closing quote, or to the end of a text that was cut.
"""

import re
from collections.abc import Iterator
from typing import Final

from . import idioms
from .beside import NEW_LINE, beside_name
from .extents import QUOTE, bracket_end, quoted_end
from .keys import KeyNames, Sensitive, stems
from .linear import Finder
from .marks import MARK_OF_KIND, MARK_START, Span, UnredactableError
from .markup import first_of, in_element, named_by_neighbour
from .prose import echoed, in_prose
from .tables import table_spans
from .unquoted import named_on_line_before, unquoted, user_and_password
from .values import Cut, secret_spans

_MAX_KEY: Final = 48
_LOOKS: Final = 16
_FREE: Final = 4096
"""How often all of a text may be read for values in which nothing is found, and characters that are not counted."""
_QUOTE_STARTS: Final = ("\\", '"', "'", "`")
_KEY_EXTRA: Final = frozenset("_-.[]$")

_SIGN: Final = r":=|=>|->|={1,3}|:|[\uff1a\uff1d\u662f\u4e3a\u3011]"
_SEPARATED: Final = re.compile(
    rf"""(?P<closing>{QUOTE})?(?::(?:protected|private|"[^"]{{1,80}}":private))?(?:\]|%5[Dd])?
         (?P<sign>(?:\s(?:is|was))?\s{{0,8}}(?:{_SIGN})\s{{0,24}} | ,\s{{0,4}}<<(?=["'])
            | (?<=[\u4e00-\u9fff])(?=["'`\\]) | \s{{1,4}}(?:is\s|was\s)?(?=["'`\\]))
         (?:[bBuUrRfF]{{1,2}}(?=["'])|Optional\(|Some\(|string\(\d{{1,9}}\)\s)?
         (?P<opening>{QUOTE})?""",
    re.VERBOSE,
)
_ONLY_ITEM: Final = re.compile(rf"""\[(?:\s|{NEW_LINE}){{0,24}}(?P<opening>{QUOTE})?""")
_NUMBER: Final = re.compile(r"[^\s,\]\\]{1,80}+")
_CUT: Final = re.compile(r"\s?(?:[\[(<]truncated[\])>]|\u2026|\.\.\.)\s?(?:[\[(<]?truncated[\])>]?)?\\?", re.IGNORECASE)
"""What is written where something was cut."""
_CUT_LOOK: Final = 24
_CUT_ENDS: Final = "]>)\u2026.dD\\"
_REMARKS_INSIDE: Final = re.compile(
    rf"""[\[{{(]\s{{0,8}}(?:"(?:type|description|title|\$ref|required|minLength|format)"\s{{0,4}}:
        |["'](?:{"|".join(sorted(idioms.PROSE))})\s)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A schema, or a list of complaints: `"password": ["is too short"]`."""
_ACCOUNTS: Final = ("authorization", "credentials")
_WHOLE: Final = {"password", "token", "secret", "key", "cookie", "otp", "pin", "csrf", "custom"}
"""Kinds whose lists and objects are masked whole where they cannot be parsed."""


def stem_pattern(keys: KeyNames) -> str:
    """RE2: a stem of a sensitive key, the rest of its word, and something that may separate it from a value."""
    rest = r"[^\s\"'\\&%=:<>,;{}()|?/@!#*~^`+\x{ff1a}\x{ff1d}\x{662f}\x{4e3a}\x{3010}\x{3011}]*"
    separator = r"[\"'\\`]|</|%5[Dd](?:=|%3[Dd])|\s*(?:[:=>\x{ff1a}\x{ff1d}\x{662f}\x{4e3a}\x{3011}]|->)"
    separator += r"|\s+(?:is\s+|was\s+)?[\"'`\\]|\s[\w:\-]+=|\s(?:(?:is|was)\s)?[A-Za-z0-9+/_.\-]{0,24}[0-9\-]"
    separator += (
        r"|\s+(?:value|val|default):\s|\s(?:is|was)\s?:|,\s{0,4}<<|[,;\t][^\s,;]|\s{0,8}\||[ \t]*\r?\n[\w\"'|+\-]"
    )
    return rf"((?i:{'|'.join(stems(keys.own))}){rest})(?:{separator})"


class TextPairs:
    """Finds pairs whose key the vocabulary calls sensitive."""

    def __init__(self, keys: KeyNames) -> None:
        self._keys = keys
        self._find = Finder(stem_pattern(keys))

    def spans(self, text: str, source: bytes) -> Iterator[Span]:
        """The secret parts of values, left to right; `source` is the same text for RE2.

        Raises:
            UnredactableError: values stand within values so often that reading them all would take too long.
        """
        done = read = tabled = 0
        most = _LOOKS * len(text) + _FREE
        lines = "\n" in text
        for stem, end in self._stems(text, source):
            if stem < done or text.endswith(MARK_OF_KIND, 0, stem):
                continue
            start = _behind_escape(text, _grow_back(text, stem, done))
            sensitive = self._keys.judge(text[start:end])
            if sensitive is None:
                continue
            if lines and start >= tabled:
                cells, tabled = table_spans(text, start, end, self._keys)
                if cells:
                    yield from cells
                    continue
            if sensitive.kind in _ACCOUNTS and (second := user_and_password(text, end)):
                sensitive, (at, stop) = Sensitive("password"), second
            else:
                at, stop = self._value(text, start, end, sensitive)
            if at >= stop:
                continue
            whole, cut = _without_mark_of_cut(text, at, stop)
            found = secret_spans(sensitive, text[at:whole], self._keys, at, cut=cut)
            if found:
                done = found[-1].end
                yield from found
            read += stop - (done if found else at)
            if read > most:
                raise UnredactableError

    def _stems(self, text: str, source: bytes) -> Iterator[tuple[int, int]]:
        """Where each stem starts, and its word ends. What follows the word may hold the next stem."""
        if not text.isascii():
            source = text.encode()
        at = counted = shift = 0
        while (found := self._find.find(source, at)) is not None:
            start, at = found[1]
            if len(source) != len(text):
                shift += start - counted - len(source[counted:start].decode())
                word = start - shift
                yield word, word + len(source[start:at].decode())
                counted = start
            else:
                yield start, at

    def _value(self, text: str, start: int, end: int, sensitive: Sensitive) -> tuple[int, int]:
        """Where the value of the key at `start` to `end` lies; empty if there is none."""
        before = text[max(0, start - 24) : start]
        if text[end : end + 1] in _QUOTE_STARTS and (found := beside_name(text, before, start, end)):
            return found
        if before.endswith(("<", ":", "/", ";")) and (inside := in_element(text, before, end)):
            return inside
        if text.startswith("</", end):
            return named_by_neighbour(text, start, end) or (end, end)
        match = _SEPARATED.match(text, end)
        if match is None:
            return named_on_line_before(text, before, end) or in_prose(text, start, end, sensitive)
        if match.end() == len(text) or text.startswith(MARK_START, match.end()):
            return end, end
        at, opening = match.end(), match["opening"]
        if opening and not match["sign"].strip(" \t\r\nisw"):
            return echoed(text, before, at, opening, sensitive)
        if opening:
            return at, _quoted(text, at, opening)
        if text[at] in "[{(":
            if sensitive.kind in _WHOLE and not _REMARKS_INSIDE.match(text, at):
                return at, bracket_end(text, at)
            return _only_item(text, at, sensitive)
        return unquoted(text, before, (start, end), match["sign"], at, sensitive, self._keys)


def _without_mark_of_cut(text: str, at: int, stop: int) -> tuple[int, Cut]:
    """Where the value ends but for a mark that says so, and whether it may go on behind the end of the text."""
    if stop < len(text):
        return stop, "surely" if _CUT.fullmatch(text, stop) else ""
    mark = _CUT.search(text, max(at, stop - _CUT_LOOK), stop) if text[-1] in _CUT_ENDS else None
    if mark and mark.start() > at and mark.end() == stop:
        return mark.start(), "surely"
    return stop, "surely" if text[at - 1] in "\"'`" else "maybe"


def _grow_back(text: str, at: int, least: int) -> int:
    """Where the key around a stem begins."""
    start, least = at, max(least, at - _MAX_KEY)
    while start > least and (text[start - 1].isalnum() or text[start - 1] in _KEY_EXTRA):
        start -= 1
    return start


def _behind_escape(text: str, start: int) -> int:
    """Where the key begins: what is left of an escaped line break or bracket before it is not a part of it."""
    if text.startswith("\\", start - 1) and text[start] in "nrt":
        return start + 1
    return start + 2 if text.startswith(("%5B", "%5b"), start - 1) else start


def _quoted(text: str, at: int, opening: str) -> int:
    end = quoted_end(text, at, opening)
    return len(text) if end is None else end


def _only_item(text: str, at: int, sensitive: Sensitive) -> tuple[int, int]:
    """What stands in a list, up to its second item; of an object nothing, as its members are judged by their names."""
    match = _ONLY_ITEM.match(text, at)
    if match is None:
        return at, at
    if match["opening"]:
        return match.end(), _quoted(text, match.end(), match["opening"])
    if sensitive.kind == "authorization":
        return match.end(), first_of(text, match.end(), ("]",))
    number = _NUMBER.match(text, match.end())
    return number.span() if number and number[0][0].isdigit() else (at, at)
