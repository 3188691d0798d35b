"""Where a value stands in XML and HTML, once its name was found: elements, attributes, names beside values. Pure.

Bounded and possessive patterns, so every function is linear. Cut text is fine: a value that does not end goes on to the
end. Escaped markup is unescaped before it comes here.
"""

import re
from typing import Final

from . import idioms
from .extents import QUOTE

Part = tuple[int, int]

_ATTRIBUTES: Final = r"(?:\s[^<>]{0,300}+)?"
_NAME: Final = r"[A-Za-z_][\w:.\-]{0,60}"
_INNER: Final = rf"(?:\s{{0,8}}<{_NAME}{_ATTRIBUTES}(?<!/)>){{0,2}}+\s{{0,8}}(?P<data><!\[CDATA\[)?"
"""Elements in which a value may be packed, and a section of raw text."""
_ELEMENT: Final = re.compile(rf"{_ATTRIBUTES}(?<!/)>\s{{0,8}}(?P<data><!\[CDATA\[)?")
_ELEMENT_BEFORE: Final = re.compile(r"<(?:[\w.\-]{1,20}:)?$")
_ESCAPED_ELEMENT: Final = re.compile(r"&gt;\s{0,8}")

_NAMING: Final = r"(?:name|key|field|param|parameter|property|attribute|id|code|path|loc|n|k)"
_NAMED_TAG: Final = re.compile(rf"(?:<(?P<tag>{_NAME})\s|^)[^<>]{{0,200}}?\b{_NAMING}\s?=\s?{QUOTE}$", re.IGNORECASE)
_REST_OF_TAG: Final = re.compile(rf"{QUOTE}{_ATTRIBUTES}(?<!/)>{_INNER}", re.VERBOSE)
_NAME_OPENED: Final = re.compile(rf"<(?P<tag>{_NAME}){_ATTRIBUTES}>\s{{0,8}}$")
_VALUE_FOLLOWS: Final = re.compile(
    rf"\s{{0,8}}</{_NAME}\s?>\s{{0,16}}<(?P<tag>{_NAME}){_ATTRIBUTES}(?<!/)>{_INNER}", re.VERBOSE
)
_NAME_TAGS: Final = idioms.NAME_KEYS | {"dt", "th", "td"}
_VALUE_TAGS: Final = idioms.VALUE_KEYS | {"string", "dd", "td"}

_VALUE_BEFORE: Final = re.compile(
    rf"""\b(?:value|val|content|input|data|v){QUOTE}?\s{{0,4}}[:=]\s{{0,4}}(?P<opening>{QUOTE})(?P<value>[^"'<>{{}}\\]{{1,200}})
         {QUOTE}[^<>{{}}]{{0,120}}\b{_NAMING}{QUOTE}?\s{{0,4}}[:=]\s{{0,4}}{QUOTE}$""",
    re.VERBOSE | re.IGNORECASE,
)
_LOOK_BACK: Final = 400


def in_element(text: str, before: str, end: int) -> Part | None:
    """`<password>…<` and its escaped form, for a name that ends at `end`; a closing tag holds nothing."""
    if before.endswith(("</", "&lt;/")):
        return end, end
    if _ELEMENT_BEFORE.search(before) and (match := _ELEMENT.match(text, end)):
        return _content(text, match)
    if before.endswith("&lt;") and (match := _ESCAPED_ELEMENT.match(text, end)):
        return match.end(), first_of(text, match.end(), ("&lt;",))
    return None


def named_by_attribute(text: str, start: int, end: int) -> Part | None:
    """`<field name="password">…<`, for the name from `start` to `end`."""
    if text[start - 1 : start] not in ('"', "'"):
        return None
    opened = _NAMED_TAG.search(text, _open_bracket(text, start), start)
    if opened is None or (opened["tag"] or "").lower() in idioms.SHOWN_ELEMENTS:
        return None
    match = _REST_OF_TAG.match(text, end)
    return _content(text, match) if match else None


def named_by_neighbour(text: str, start: int, end: int) -> Part | None:
    """`<name>password</name><value>…<`, and the cells of a table, for the name from `start` to `end`."""
    match = _VALUE_FOLLOWS.match(text, end)
    if match is None or match["tag"].rpartition(":")[2].lower() not in _VALUE_TAGS:
        return None
    opened = _NAME_OPENED.search(text, _open_bracket(text, start), start)
    if opened is None or opened["tag"].rpartition(":")[2].lower() not in _NAME_TAGS:
        return None
    return _content(text, match)


def value_before_name(text: str, start: int) -> Part | None:
    """`<input value="…" name="password">` and `{"value": "…", "name": "password"}`, for a name at `start`."""
    match = _VALUE_BEFORE.search(text, max(0, start - _LOOK_BACK), start)
    return match.span("value") if match else None


def first_of(text: str, at: int, ends: tuple[str, ...]) -> int:
    """The first place of any of `ends`, or the end of the text."""
    return min((place for place in (text.find(end, at) for end in ends) if place >= 0), default=len(text))


def _open_bracket(text: str, at: int) -> int:
    least = max(0, at - _LOOK_BACK)
    place = text.rfind("<", least, at)
    return least if place < 0 else place


def _content(text: str, match: "re.Match[str]") -> Part:
    return match.end(), first_of(text, match.end(), ("]]>",) if match["data"] else ("<",))
