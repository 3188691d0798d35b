"""Where a value stands whose name stands in quotes beside it, and no sign between: lists, tuples, parts. Pure.

Bounded and possessive patterns, so every function is linear.
"""

import re
from typing import Final

from . import idioms
from . import words as w
from .extents import QUOTE, quoted_end
from .markup import named_by_attribute, value_before_name

NEW_LINE: Final = r"(?:\r?\n|\\{1,4}r\\{1,4}n|\\{1,4}n)"
"""A line break, which may be escaped."""

_BLANK: Final = r"(?:\s|\\{1,4}[nrt])"
_VALUE_NAMES: Final = "|".join(sorted(idioms.VALUE_KEYS - {"data"}))
_NAME_VALUE: Final = re.compile(
    rf"""{QUOTE}\s{{0,8}}\]?
         (?:\s(?!value|content)[\w:\-]{{1,30}}=["'][^"'<>]{{0,80}}["']
           | {_BLANK}{{0,8}},{_BLANK}{{0,16}}{QUOTE}(?!(?:{_VALUE_NAMES}){QUOTE})[\w\-]{{1,30}}{QUOTE}\s{{0,4}}:
             \s{{0,4}}(?:{QUOTE}[^"{{}}]{{0,120}}{QUOTE}|[\w.\-]{{1,30}})
         ){{0,4}}+
         (?:[,;]|{_BLANK}){{0,24}}{QUOTE}?(?:{_VALUE_NAMES}|data){QUOTE}?\s{{0,8}}[:=]\s{{0,8}}
         (?:(?P<opening>{QUOTE})|(?P<number>-?\d[\d.]{{0,60}}+))""",
    re.VERBOSE,
)
_LENGTHS: Final = re.compile(rf"(?:{QUOTE});s:\d{{1,9}}:(?P<opening>{QUOTE})")
"""As PHP serializes: `s:5:"token";s:3:"abc";`."""
_TUPLE: Final = re.compile(rf"(?P<closing>{QUOTE}),\s{{0,24}}[bBuUrR]{{0,2}}(?P<opening>{QUOTE})")
_OPENED: Final = re.compile(r"[(\[]\s{0,8}[bBuUrR]{0,2}$")
_PART: Final = re.compile(
    rf"""\\?"(?:;[^\r\n\\]{{0,200}}+)?(?:{NEW_LINE}(?!{NEW_LINE})[^\r\n\\]{{1,200}}+){{0,4}}{NEW_LINE}{{2}}"""
)
"""The rest of the head of a part; line breaks may be escaped."""
_PART_NAME: Final = re.compile(r'(?<!file)name=\\?"$')
_PART_END: Final = re.compile(rf"{NEW_LINE}--")


def beside_name(text: str, before: str, start: int, end: int) -> tuple[int, int] | None:
    """The value of the name from `start` to `end`, which a quote ends; `before` are the characters before it."""
    if match := _NAME_VALUE.match(text, end):
        return match.span("number") if match["number"] else _quoted(text, match)
    if match := _LENGTHS.match(text, end):
        return _quoted(text, match)
    if match := _TUPLE.match(text, end):
        return _second(text, before, match)
    if _PART_NAME.search(before) and (part := _PART.match(text, end)):
        return part.end(), _part_end(text, part.end())
    return named_by_attribute(text, start, end) or value_before_name(text, start)


def _quoted(text: str, match: "re.Match[str]") -> tuple[int, int]:
    end = quoted_end(text, match.end(), match["opening"])
    return match.end(), len(text) if end is None else end


def _second(text: str, before: str, match: "re.Match[str]") -> tuple[int, int]:
    """`('X-Api-Key', 'abc')`: the second of two, unless both are names of fields."""
    at, end = _quoted(text, match)
    behind = end + len(match["opening"])
    closed = text[behind : behind + 24].lstrip()[:1] in (")", "]", "")
    opened = _OPENED.search(before[: -len(match["opening"])]) is not None
    is_name = text[at:end].lower() in w.SAFE or text[at:end].lower() in w.STRONG
    return (at, end) if opened and closed and not is_name else (at, at)


def _part_end(text: str, at: int) -> int:
    match = _PART_END.search(text, at)
    return match.start() if match else len(text)
