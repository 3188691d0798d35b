"""`key: value` pairs in free text, at any depth of quoting: cut JSON, repr, logs, XML, multipart, name/value lists.

RE2 finds the stem of a sensitive word in one scan; the key is grown around it and judged, then separator and opening
quote are read. The value reaches to the same closing quote, or to the end of a text that was cut.
"""

import re
from collections.abc import Iterator
from typing import Final

from . import idioms
from . import words as w
from .extents import PARAMETER, QUOTE, bare_end, bracket_end, quoted_end
from .keys import KeyNames, Sensitive, stems
from .linear import Finder
from .marks import MARK_START, Span
from .values import secret_spans

_MAX_KEY: Final = 48
_MAX_ECHO: Final = 200
_QUOTE_STARTS: Final = ("\\", '"', "'", "`", "&", "%")
_KEY_EXTRA: Final = frozenset("_-.[]$")

_SIGN: Final = r":=|=>|->|={1,3}|:|%3[aAdD]|&\#58;|&\#61;|[\uff1a\uff1d\u662f\u4e3a]"
_SEPARATED: Final = re.compile(
    rf"""(?P<closing>{QUOTE})?\]?
         (?P<sign>\s{{0,8}}(?:{_SIGN})\s{{0,8}} | \s{{1,4}}(?:is\s|was\s)?(?=["'`\\]))
         (?:[bBuUrRfF]{{1,2}}(?=["'])|Optional\(|Some\()?
         (?P<opening>{QUOTE})?""",
    re.VERBOSE,
)
_NAME_VALUE: Final = re.compile(
    rf"{QUOTE}(?:\s(?!value|content)[\w:\-]{{1,30}}=[\"'][^\"'<>]{{0,80}}[\"']){{0,4}}+[\s,;]{{0,8}}{QUOTE}?(?:value|val|content|input|Value){QUOTE}?\s{{0,8}}[:=]\s{{0,8}}(?P<opening>{QUOTE})",
    re.VERBOSE,
)
_TUPLE: Final = re.compile(rf"(?P<closing>{QUOTE}),\s{{0,4}}(?P<opening>{QUOTE})", re.VERBOSE)
_ELEMENT: Final = re.compile(r"(?:\s[^<>]{0,200}+)?(?<!/)>\s{0,8}(?:<!\[CDATA\[)?")
_ELEMENT_BEFORE: Final = re.compile(r"<(?:[\w.\-]{1,20}:)?$")
_ESCAPED_ELEMENT: Final = re.compile(r"&gt;\s{0,8}")
_PART: Final = re.compile(r'"(?:;[^\r\n]{0,200}+)?(?:\r?\n[^\r\n]{1,200}+){0,4}+\r?\n\r?\n')
_CALL: Final = re.compile(r"[A-Za-z_][\w.]{0,80}\(")
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
_WHOLE: Final = {"password", "token", "secret", "key", "cookie", "otp", "pin", "csrf", "custom"}
"""Kinds whose lists and objects are masked whole where they cannot be parsed."""


def stem_pattern(keys: KeyNames) -> str:
    """RE2: a stem of a sensitive key, the rest of its word, and something that may separate it from a value."""
    rest = r"[^\s\"'\\&%=:<>,;{}()|?/@!#*~^`+\x{ff1a}\x{ff1d}\x{662f}\x{4e3a}]*"
    separator = r"[\"'\\`&%]|\s*(?:[:=>\x{ff1a}\x{ff1d}\x{662f}\x{4e3a}]|->)|\s+(?:is\s+|was\s+)?[\"'`\\]|\s[\w:\-]+="
    return rf"((?i:{'|'.join(stems(keys.own))}){rest})(?:{separator})"


class TextPairs:
    """Finds pairs whose key the vocabulary calls sensitive."""

    def __init__(self, keys: KeyNames) -> None:
        self._keys = keys
        self._find = Finder(stem_pattern(keys))

    def spans(self, text: str, source: bytes) -> Iterator[Span]:
        """The secret parts of values, left to right; `source` is the same text for RE2."""
        done = 0
        for (stem, _), (_, end) in self._find.find_all(source) if text.isascii() else self._find.find_all_in_text(text):
            if stem < done or text.endswith(MARK_START, 0, stem):
                continue
            start = _grow_back(text, stem, done)
            sensitive = self._keys.judge(_without_escape(text, start, end))
            if sensitive is None:
                continue
            at, stop = self._value(text, start, end, sensitive)
            if at < stop and (found := secret_spans(sensitive, text[at:stop], self._keys, at)):
                done = found[-1].end
                yield from found

    def _value(self, text: str, start: int, end: int, sensitive: Sensitive) -> tuple[int, int]:
        """Where the value of the key at `start` to `end` lies; empty if there is none."""
        before = text[max(0, start - 24) : start]
        if text[end : end + 1] in _QUOTE_STARTS:
            if match := _NAME_VALUE.match(text, end):
                return match.end(), _quoted(text, match.end(), match["opening"])
            if match := _TUPLE.match(text, end):
                return _second(text, before, match)
            if before.endswith('name="') and (part := _PART.match(text, end)):
                return part.end(), _first(text, part.end(), ("\r\n--", "\n--"))
        if before.endswith(("<", ":", "/", ";")) and (inside := _in_element(text, before, end)):
            return inside
        match = _SEPARATED.match(text, end)
        if match is None or match.end() == len(text) or text.startswith(MARK_START, match.end()):
            return end, end
        at, opening = match.end(), match["opening"]
        if opening and not match["sign"].strip(" \t\r\nisw"):
            return _echo(text, before, at, opening)
        if opening:
            return at, _quoted(text, at, opening)
        if text[at] in "[{(":
            whole = sensitive.kind in _WHOLE and not _REMARKS_INSIDE.match(text, at)
            return at, bracket_end(text, at) if whole else at
        if before.endswith(("?", "&")) and (parameter := PARAMETER.match(text, at)):
            return at, parameter.end()
        return at, _bare(text, at, sensitive)


def _grow_back(text: str, at: int, least: int) -> int:
    """Where the key around a stem begins."""
    start, least = at, max(least, at - _MAX_KEY)
    while start > least and (text[start - 1].isalnum() or text[start - 1] in _KEY_EXTRA):
        start -= 1
    return start


def _without_escape(text: str, start: int, end: int) -> str:
    """The key; the letter of an escaped line break before it is not a part of it."""
    return text[start + 1 : end] if text.startswith("\\", start - 1) and text[start] in "nrt" else text[start:end]


def _quoted(text: str, at: int, opening: str) -> int:
    end = quoted_end(text, at, opening)
    return len(text) if end is None else end


def _second(text: str, before: str, match: "re.Match[str]") -> tuple[int, int]:
    """`('X-Api-Key', 'abc')`: the second of two, unless both are names of fields."""
    at = match.end()
    end = _quoted(text, at, match["opening"])
    behind = end + len(match["opening"])
    closed = text[behind : behind + 1] in (")", "]", "")
    opened = before[: -len(match["opening"])].endswith(("(", "["))
    is_name = text[at:end].lower() in w.SAFE or text[at:end].lower() in w.STRONG
    return (at, end) if opened and closed and not is_name else (at, at)


def _echo(text: str, before: str, at: int, opening: str) -> tuple[int, int]:
    """`password 'hunter2' is too short`. A parser's `Unexpected token '<'` is none."""
    end = quoted_end(text, at, opening)
    if end is None or end - at > _MAX_ECHO or before.lower().endswith("unexpected "):
        return at, at
    return at, end


def _bare(text: str, at: int, sensitive: Sensitive) -> int:
    end = bare_end(text, at, sensitive.kind)
    if text[at:end].lower() in _REMARKS or _CALL.match(text, at):
        return at
    return at if sensitive.kind in _PROSE_KINDS and _PROSE_FOLLOWS.match(text, at) else end


def _in_element(text: str, before: str, end: int) -> tuple[int, int] | None:
    """`<password>…<` and its escaped form; a closing tag holds nothing."""
    if before.endswith(("</", "&lt;/")):
        return end, end
    if _ELEMENT_BEFORE.search(before) and (match := _ELEMENT.match(text, end)):
        return match.end(), _first(text, match.end(), ("]]>",) if match.group().endswith("[") else ("<",))
    if before.endswith("&lt;") and (match := _ESCAPED_ELEMENT.match(text, end)):
        return match.end(), _first(text, match.end(), ("&lt;",))
    return None


def _first(text: str, at: int, ends: tuple[str, ...]) -> int:
    return min((place for place in (text.find(end, at) for end in ends) if place >= 0), default=len(text))
