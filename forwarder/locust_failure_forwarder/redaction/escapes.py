"""Texts whose single characters are escaped: percent, HTML entities, backslash escapes. Pure; knows no secrets.

One round is taken off at a time, and each place of the plain text is known in the escaped one, so that what is found
there can be masked here, exactly.
"""

import html
import re
from bisect import bisect_right
from typing import Final, NamedTuple

from .linear import Finder

_FIND: Final = Finder(
    r"%[0-9a-fA-F]{2}|&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
    r"|\\(?:[ux][0-9a-fA-F]{2}|u\{|U[0-9a-fA-F]{8}|/)",
    captures=False,
)
_ESCAPES: Final = re.compile(
    r"""(?P<percent>(?:%[0-9a-fA-F]{2})++)
        | (?P<entity>&(?:[a-zA-Z]{2,8}|\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6});)
        | (?P<hex>(?:\\{1,64}x[0-9a-fA-F]{2})++)
        | (?P<slashes>\\{1,64})
          (?:u(?P<unit>[0-9a-fA-F]{4}) | U(?P<wide>[0-9a-fA-F]{8}) | u\{(?P<braced>[0-9a-fA-F]{1,6})\}
            | (?P<slash>/))
    """,
    re.VERBOSE,
)
_UNIT: Final = re.compile(r"\\{1,64}x[0-9a-fA-F]{2}")
_FORM_ESCAPE: Final = re.compile(r"%[2-7][0-9a-fA-F]")
_QUOTES: Final = "\"'`"
_MOST: Final = 0x10FFFF
_NO_CHARACTER: Final = "\ufffd"


class Plain(NamedTuple):
    """A text with one round of escapes taken off."""

    text: str
    starts: list[int]
    """Where each piece of it starts, ascending."""
    sources: list[int]
    """Where the same piece starts in the escaped text."""

    def source(self, place: int) -> int:
        """The place in the escaped text that `place` in the plain one came from."""
        piece = bisect_right(self.starts, place) - 1
        return self.sources[piece] + place - self.starts[piece]


def may_be_escaped(text: str) -> bool:
    """Whether `unescape` may find something; quick where there is nothing."""
    return ("%" in text or "\\" in text or ("&" in text and ";" in text)) and _FIND.find(text.encode()) is not None


def unescape(text: str) -> Plain | None:
    """One round off; None if nothing is escaped. What is not well-formed stays."""
    if "+" in text and "%20" not in text and _FORM_ESCAPE.search(text):
        text = text.replace("+", " ")  # a form's way to write a blank; it has another one for `+`
    pieces: list[str] = []
    starts, sources = [0], [0]
    done = length = 0
    for match in _ESCAPES.finditer(text):
        characters = _characters(match)
        if not characters:
            continue
        start, end = match.span()
        if start > done:
            pieces.append(text[done:start])
            length += start - done
        at = start
        for character, size in characters:
            pieces.append(character)
            starts.append(length)
            sources.append(at)
            length += 1
            at += size
        starts.append(length)
        sources.append(end)
        done = end
    if not pieces:
        return None
    pieces.append(text[done:])
    return Plain("".join(pieces), starts, sources)


def _characters(match: "re.Match[str]") -> list[tuple[str, int]]:
    """The characters that an escape stands for, and how many characters of the escaped text each takes."""
    found, kind = match[0], match.lastgroup
    if kind == "percent":
        return _of_bytes(bytes.fromhex(found.replace("%", "")), [3] * (len(found) // 3))
    if kind == "hex":
        units = _UNIT.findall(found)
        return _of_bytes(bytes.fromhex("".join(unit[-2:] for unit in units)), [len(unit) for unit in units])
    if kind == "entity":
        plain = html.unescape(found)
        return [(plain, len(found))] if len(plain) == 1 else []
    if kind == "slash":
        return [("/", len(found))]
    code = int(match["unit"] or match["wide"] or match["braced"], 16)
    usable = code <= _MOST and not 0xD800 <= code <= 0xDFFF
    character = chr(code) if usable else _NO_CHARACTER
    # Each two backslashes are one that escapes what comes next, which tells one depth of quotes from another.
    slashes = (len(match["slashes"]) - 1) // 2 if character in _QUOTES else 0
    return [*[("\\", 2)] * slashes, (character, len(found) - 2 * slashes)]


def _of_bytes(data: bytes, sizes: list[int]) -> list[tuple[str, int]]:
    """UTF-8 as far as it goes; what is none of it is taken for Latin-1, one character a byte."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        return list(zip(text, sizes, strict=True))
    characters: list[tuple[str, int]] = []
    done = 0
    for character in text:
        count = len(character.encode())
        characters.append((character, sum(sizes[done : done + count])))
        done += count
    return characters
