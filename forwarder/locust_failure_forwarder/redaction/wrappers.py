"""Texts that are encoded as a whole: base64, base64url, hex, and gzip or zlib in either. Finds, decodes, asks, masks.

Text leaves its trace in an encoding: of every four characters of base64 three can only be some of the alphabet where
the bytes are printable. So hashes, ids and images are passed over by one linear scan, and no entropy is measured.
"""

import re
import zlib
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from .linear import Finder
from .marks import Span, UnredactableError

_ANY: Final = r"[A-Za-z0-9+/_\-]"
_FOUR: Final = rf"[I-Za-f][C-HS-Xi-nyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589]{_ANY}"
"""Bytes of 0x20 to 0x7f, twice, and one of 0x00 to 0x7f, in base64 (RFC 4648, 4 and 5)."""
_FOUR_CJK: Final = rf"(?:5[I-Za-v]|6[A-Za-f]){_ANY}{{2}}"
"""One CJK character in UTF-8: 0xe4 to 0xe9, and a byte from 0x80 to 0xbf."""
_ZIPPED: Final = rf"H4sI{_ANY}{{16}}|eJ[w-z]{_ANY}{{12}}|eN[o-r]{_ANY}{{12}}"
_ZIPPED_HEX: Final = r"1[fF]8[bB]08[0-9a-fA-F]{24}"
PATTERN: Final = (
    rf"(?:{_FOUR}){{4}}|(?:{_FOUR_CJK}){{4}}|{_ZIPPED}|{_ZIPPED_HEX}"
    r"|(?:[2-7][0-9a-fA-F]){10}|(?:[eE][4-9](?:[89abAB][0-9a-fA-F]){2}){3}"
)
"""RE2: what only text, or what is zipped, looks like in one of the encodings."""

_FIND: Final = Finder(PATTERN, captures=False)
_RUN: Final = re.compile(r"[A-Za-z0-9+/_\-]++")
_NEXT_LINE: Final = re.compile(r"\r?\n(?=[A-Za-z0-9+/_\-]{4})")
_PADDING: Final = re.compile(r"={0,2}")
_LETTER: Final = re.compile(r"[A-Za-z0-9+/_\-]")
_HEX: Final = re.compile(r"[0-9a-fA-F]{16,}+")
_IS_ZIPPED: Final = re.compile(_ZIPPED)
_IS_ZIPPED_HEX: Final = re.compile(_ZIPPED_HEX)
_LINE: Final = 60
"""Characters: what is broken into shorter lines is no base64."""
_TEXT: Final = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){8,}+"
)
_STANDARD: Final = str.maketrans("-_", "+/")
_CHUNK: Final = 512
_MOST_ZIPPED: Final = 16
"""More of these in one run cannot all be tried."""

Judge = Callable[[str], bool]
"""Whether a decoded text holds a secret."""


class _Found(NamedTuple):
    """A text, and the part of the run that it came from."""

    text: str
    start: int
    end: int


def wrapped_spans(text: str, source: bytes, most: int, holds_secret: Judge) -> Iterator[Span]:
    """Every part of `text` that is encoded and holds a secret; `source` is the same for RE2.

    What is zipped may grow to `most` bytes.

    Raises:
        UnredactableError: it grows beyond that.
    """
    at = 0
    while (found := _FIND.find(source, at)) is not None:
        start, end = _run_around(text, found[0][0], at)
        run = text[start:end]
        places: list[int] | range = range(len(run))
        if "\n" in run:
            places = [place for place, character in enumerate(run) if character not in "\r\n"]
            run = "".join(run.split())
        for inner in (*_in_base64(run, most), *_in_hex(run, most)):
            if holds_secret(inner.text):
                first, last = start + places[inner.start], start + places[inner.end - 1] + 1
                yield Span(first, _behind_padding(text, last) if last == end else last, "encoded")
        at = end


def _run_around(text: str, at: int, least: int) -> tuple[int, int]:
    """The letters of base64 around a place, over the ends of long lines."""
    start = at
    while start > least and _LETTER.match(text, start - 1):
        start -= 1
    line = start
    while (match := _RUN.match(text, line)) is not None:
        end = match.end()
        following = _NEXT_LINE.match(text, end) if end - line >= _LINE else None
        if following is None:
            return start, end
        line = following.end()
    return start, at + 1


def _behind_padding(text: str, at: int) -> int:
    match = _PADDING.match(text, at)
    return match.end() if match else at


def _in_base64(run: str, most: int) -> Iterator[_Found]:
    """Texts in a run, wherever in it they begin: a path or a name may stand before them, made of the same letters."""
    standard = run.translate(_STANDARD)
    for offset in range(min(4, len(run))):
        for match in _TEXT.finditer(_from_base64(standard[offset:])):
            first, last = match.span()
            end = offset + -(-last * 4 // 3)
            end = len(run) if end + 3 >= len(run) else end  # what is left of a group that was cut
            yield _Found(match[0].decode("utf-8", "replace"), offset + first * 4 // 3, end)
    for count, match in enumerate(_IS_ZIPPED.finditer(run)):
        if count == _MOST_ZIPPED:
            raise UnredactableError
        if text := _unzipped(_from_base64(standard[match.start() :]), most):
            yield _Found(text, match.start(), len(run))


def _from_base64(letters: str) -> bytes:
    """Of a text that was cut as well."""
    usable = len(letters) - (len(letters) % 4 == 1)
    return a2b_base64(letters[:usable] + "=" * (-usable % 4))


def _in_hex(run: str, most: int) -> Iterator[_Found]:
    for found in _HEX.finditer(run):
        for at in (found.start(), found.start() + 1):
            end = found.end() - (found.end() - at) % 2
            for match in _TEXT.finditer(bytes.fromhex(run[at:end])):
                first, last = match.span()
                stop = at + 2 * last
                stop = found.end() if stop + 1 == found.end() else stop
                yield _Found(match[0].decode("utf-8", "replace"), at + 2 * first, stop)
        for count, match in enumerate(_IS_ZIPPED_HEX.finditer(run, *found.span())):
            if count == _MOST_ZIPPED:
                raise UnredactableError
            at = match.start()
            end = found.end() - (found.end() - at) % 2
            if text := _unzipped(bytes.fromhex(run[at:end]), most):
                yield _Found(text, at, end)


def _unzipped(data: bytes, most: int) -> str:
    """What gzip (RFC 1952) or zlib (RFC 1950) packed, as far as it was not cut; nothing if it is neither.

    Raises:
        UnredactableError: it is longer than `most` bytes.
    """
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 32)
    pieces: list[bytes] = []
    size = 0
    try:
        for first in range(0, len(data), _CHUNK):
            piece = unzip.decompress(data[first : first + _CHUNK], most - size + 1)
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise UnredactableError
            if unzip.eof:
                break
    except zlib.error:
        pass  # cut, or none
    return b"".join(pieces).decode("utf-8", "replace")
