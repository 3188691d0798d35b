"""`key: value` pairs in free text, at any depth of quoting: cut JSON, repr, logs, XML, multipart, name/value lists.

RE2 finds the stem of a sensitive word in one scan; the key is grown around it and judged, then separator and opening
quote are read. The value reaches to the same closing quote, or to the end of a text that was cut.
"""

import re
from collections.abc import Iterator
from typing import Final

from . import idioms
from . import words as w
from .extents import PARAMETER, QUOTE, bare_end, bracket_end, phrase_end, quoted_end
from .keys import KeyNames, Sensitive, stems
from .linear import Finder
from .marks import MARK_OF_KIND, MARK_START, Span, UnredactableError
from .markup import in_element, named_by_attribute, named_by_neighbour, value_before_name
from .prose import echoed, in_prose
from .values import Cut, secret_spans

_MAX_KEY: Final = 48
_LOOKS: Final = 16
_FREE: Final = 4096
"""How often all of a text may be read for values in which nothing is found, and characters that are not counted."""
_QUOTE_STARTS: Final = ("\\", '"', "'", "`")
_KEY_EXTRA: Final = frozenset("_-.[]$")

_SIGN: Final = r":=|=>|->|={1,3}|:|[\uff1a\uff1d\u662f\u4e3a\u3011]"
_SEPARATED: Final = re.compile(
    rf"""(?P<closing>{QUOTE})?(?:\]|%5[Dd])?
         (?P<sign>\s{{0,8}}(?:{_SIGN})\s{{0,8}} | \s{{1,4}}(?:is\s|was\s)?(?=["'`\\]))
         (?:[bBuUrRfF]{{1,2}}(?=["'])|Optional\(|Some\()?
         (?P<opening>{QUOTE})?""",
    re.VERBOSE,
)
_VALUE_NAMES: Final = "|".join(sorted(idioms.VALUE_KEYS - {"data"}))
_NAME_VALUE: Final = re.compile(
    rf"""{QUOTE}\s{{0,8}}\]?
         (?:\s(?!value|content)[\w:\-]{{1,30}}=["'][^"'<>]{{0,80}}["']
           | \s{{0,8}},\s{{0,8}}{QUOTE}(?!(?:{_VALUE_NAMES}){QUOTE})[\w\-]{{1,30}}{QUOTE}\s{{0,4}}:
             \s{{0,4}}{QUOTE}[^"{{}}]{{0,120}}{QUOTE}
         ){{0,4}}+
         [\s,;]{{0,24}}{QUOTE}?(?:{_VALUE_NAMES}|data){QUOTE}?\s{{0,8}}[:=]\s{{0,8}}(?P<opening>{QUOTE})""",
    re.VERBOSE,
)
_TUPLE: Final = re.compile(rf"(?P<closing>{QUOTE}),\s{{0,24}}(?P<opening>{QUOTE})", re.VERBOSE)
_NEW_LINE: Final = r"(?:\r?\n|\\{1,4}r\\{1,4}n|\\{1,4}n)"
_PART: Final = re.compile(
    rf"""\\?"(?:;[^\r\n\\]{{0,200}}+)?(?:{_NEW_LINE}(?!{_NEW_LINE})[^\r\n\\]{{1,200}}+){{0,4}}{_NEW_LINE}{{2}}"""
)
"""The rest of the head of a part; line breaks may be escaped."""
_PART_END: Final = re.compile(rf"{_NEW_LINE}--")
_ONLY_ITEM: Final = re.compile(rf"""\[(?:\s|{_NEW_LINE}){{0,24}}(?P<opening>{QUOTE})?""")
_NUMBER: Final = re.compile(r"[^\s,\]\\]{1,80}+")
_LINE_BEFORE: Final = re.compile(r"(?:^|\n)[ \t]{0,12}(?:(?:->|<-|[-*+<>#]|export|set|ENV|SET)[ \t])?$")
_LINE_VALUE: Final = re.compile(
    r"""[^\s"'`<>\[\]{}()&?=,;\\][^\s"'`<>&=\\\u3000-\u9fff]*+(?<![,;)\]}])(?=[ \t]{0,4}\r?(?:\n|$))"""
)
"""All of a line, in settings and heads of messages; brackets and commas in it are its own."""
_CALL: Final = re.compile(r"[A-Za-z_][\w.]{0,80}\(")
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
_PROSE_FOLLOWS: Final = re.compile(r"[a-z]+ [a-z]")
_PROSE_KINDS: Final = {"authorization", "token", "key", "secret", "code", "session"}
_REMARKS: Final = (
    idioms.HARMLESS
    | idioms.PROSE
    | {"the", "a", "an", "and", "or", "but", "for", "in", "of", "to", "from", "with", "by", "if", "when", "see"}
)
_BEFORE_PARAMETER: Final = ("?", "&", "&amp;", "%5B", "%5b")
_LONG_REMARK: Final = 40
_PHRASES: Final = ("phrase", "phrases", "mnemonic")
"""Ends of keys whose values have several words."""
_WHOLE: Final = {"password", "token", "secret", "key", "cookie", "otp", "pin", "csrf", "custom"}
"""Kinds whose lists and objects are masked whole where they cannot be parsed."""


def stem_pattern(keys: KeyNames) -> str:
    """RE2: a stem of a sensitive key, the rest of its word, and something that may separate it from a value."""
    rest = r"[^\s\"'\\&%=:<>,;{}()|?/@!#*~^`+\x{ff1a}\x{ff1d}\x{662f}\x{4e3a}\x{3010}\x{3011}]*"
    separator = r"[\"'\\`]|</|%5[Dd](?:=|%3[Dd])|\s*(?:[:=>\x{ff1a}\x{ff1d}\x{662f}\x{4e3a}\x{3011}]|->)"
    separator += r"|\s+(?:is\s+|was\s+)?[\"'`\\]|\s[\w:\-]+=|\s(?:(?:is|was)\s)?[A-Za-z0-9+/_.\-]{0,10}[0-9\-]"
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
        done = read = 0
        most = _LOOKS * len(text) + _FREE
        for stem, end in self._stems(text, source):
            if stem < done or text.endswith(MARK_OF_KIND, 0, stem):
                continue
            start = _behind_escape(text, _grow_back(text, stem, done))
            sensitive = self._keys.judge(text[start:end])
            if sensitive is None:
                continue
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
        if text[end : end + 1] in _QUOTE_STARTS and (found := _behind_quote(text, before, start, end)):
            return found
        if before.endswith(("<", ":", "/", ";")) and (inside := in_element(text, before, end)):
            return inside
        if text.startswith("</", end):
            return named_by_neighbour(text, start, end) or (end, end)
        match = _SEPARATED.match(text, end)
        if match is None:
            return in_prose(text, start, end, sensitive)
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
            return _only_item(text, at)
        if before.endswith(_BEFORE_PARAMETER) and (parameter := PARAMETER.match(text, at)):
            return at, parameter.end()
        if (not before or "\n" in before) and _LINE_BEFORE.search(before) and (line := _LINE_VALUE.match(text, at)):
            return at, line.end()
        return at, _bare(text, at, sensitive, text[start:end])


def _behind_quote(text: str, before: str, start: int, end: int) -> tuple[int, int] | None:
    """The value of a name in quotes that is not followed by a sign: of a list, a tuple, a part, an element."""
    if match := _NAME_VALUE.match(text, end):
        return match.end(), _quoted(text, match.end(), match["opening"])
    if match := _TUPLE.match(text, end):
        return _second(text, before, match)
    if before.endswith(('name="', 'name=\\"')) and (part := _PART.match(text, end)):
        return part.end(), _part_end(text, part.end())
    return named_by_attribute(text, start, end) or value_before_name(text, start)


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


def _second(text: str, before: str, match: "re.Match[str]") -> tuple[int, int]:
    """`('X-Api-Key', 'abc')`: the second of two, unless both are names of fields."""
    at = match.end()
    end = _quoted(text, at, match["opening"])
    behind = end + len(match["opening"])
    closed = text[behind : behind + 24].lstrip()[:1] in (")", "]", "")
    opened = before[: -len(match["opening"])].rstrip().endswith(("(", "["))
    is_name = text[at:end].lower() in w.SAFE or text[at:end].lower() in w.STRONG
    return (at, end) if opened and closed and not is_name else (at, at)


def _part_end(text: str, at: int) -> int:
    match = _PART_END.search(text, at)
    return match.start() if match else len(text)


def _only_item(text: str, at: int) -> tuple[int, int]:
    """What stands in a list, up to its second item; of an object nothing, as its members are judged by their names."""
    match = _ONLY_ITEM.match(text, at)
    if match is None:
        return at, at
    if match["opening"]:
        return match.end(), _quoted(text, match.end(), match["opening"])
    number = _NUMBER.match(text, match.end())
    return number.span() if number and number[0][0].isdigit() else (at, at)


def _bare(text: str, at: int, sensitive: Sensitive, key: str) -> int:
    if _CALL.match(text, at):
        return at
    end = bare_end(text, at, sensitive.kind)
    if end - at < _LONG_REMARK and text[at:end].lower() in _REMARKS:
        return at
    if key.lower().endswith(_PHRASES):
        return phrase_end(text, at, end, sure=not key.lower().startswith("pass"))
    if sensitive.kind in _PROSE_KINDS and _PROSE_FOLLOWS.match(text, at):
        return at
    return phrase_end(text, at, end) if sensitive.kind == "password" else end
