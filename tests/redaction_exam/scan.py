"""Whether a piece of a secret is in a text, as it stands or after up to five rounds of decoding. Pure.

A piece is any six characters in a row of a core, four where they are not ASCII; a core that is no longer than that
counts only as a whole, between characters that are no letters or digits.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Final
from urllib.parse import unquote, unquote_plus

ROUNDS: Final = 5
_MAX_TEXTS: Final = 600
"""Texts that are looked at for one record; more would be noise decoded again and again."""
_ESCAPE: Final = re.compile(r"((?:\\x[0-9a-fA-F]{2})+)|\\u([0-9a-fA-F]{4})|\\([\"'\\/bfnrt])")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{8,}|[A-Za-z0-9_-]{8,}")
_BASE64_URL: Final = re.compile(r"[A-Za-z0-9_-]{8,}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
_NAMED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def windows(cores: Iterable[str]) -> tuple[str, ...]:
    """Every piece of the cores."""
    found: dict[str, None] = {}
    for core in cores:
        size = _size(core)
        for start in range(max(1, len(core) - size + 1)):
            found[core[start : start + size]] = None
    return tuple(found)


def _size(core: str) -> int:
    return 6 if core.isascii() else 4


def find_piece(cores: Iterable[str], texts: Iterable[str]) -> str | None:
    """A piece of the cores that is in one of the texts; None if there is none."""
    long: list[str] = []
    short: list[re.Pattern[str]] = []
    for core in cores:
        if len(core) > _size(core) or not core.isascii():
            long += windows([core])
        else:
            short.append(re.compile(rf"(?<![A-Za-z0-9]){re.escape(core)}(?![A-Za-z0-9])"))
    for text in texts:
        for piece in long:
            if piece in text:
                return piece
        for pattern in short:
            if match := pattern.search(text):
                return match[0]
    return None


def readings(text: str) -> Iterator[str]:
    """The text, and all that up to five rounds of decoding make of it."""
    yield text
    seen, layer = {text}, [text]
    for _ in range(ROUNDS):
        following: list[str] = []
        for each in layer:
            for decoded in _decoded(each):
                if decoded and decoded not in seen and len(seen) < _MAX_TEXTS:
                    seen.add(decoded)
                    following.append(decoded)
                    yield decoded
        layer = following


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text)
    if "+" in text:
        yield unquote_plus(text)
    if "&" in text:
        yield unescape(text)
    if "\\" in text:
        yield _ESCAPE.sub(_unescaped, text)
    yield "\n".join(_runs(_HEX, text, bytes.fromhex))
    yield "\n".join(_runs(_BASE64, text, _from_base64))
    if "/" in text or "+" in text:  # a path may stand before what is encoded
        yield "\n".join(_runs(_BASE64_URL, text, _from_base64))


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return bytes.fromhex(match[1].replace("\\x", "")).decode("utf-8", "replace")
    return chr(int(match[2], 16)) if match[2] else _NAMED.get(match[3], match[3])


def _from_base64(run: str) -> bytes:
    usable = run[: len(run) - (len(run) % 4 == 1)]
    return base64.b64decode(usable.translate(str.maketrans("-_", "+/")) + "=" * (-len(usable) % 4))


def _runs(pattern: re.Pattern[str], text: str, decode: Callable[[str], bytes]) -> Iterator[str]:
    for match in pattern.finditer(text):
        try:
            data = decode(match[0])
        except (ValueError, binascii.Error):
            continue
        readable = _readable(_inflated(data))
        if readable:
            yield readable


def _inflated(data: bytes) -> bytes:
    """What gzip or zlib packed, as far as it goes."""
    if data[:2] not in (b"\x1f\x8b", b"\x78\x9c"):
        return data
    try:
        return zlib.decompressobj(47).decompress(data, 1 << 20)
    except zlib.error:
        return data


def _readable(data: bytes) -> str:
    """The bytes as text if they are one."""
    text = data.decode("utf-8", "ignore")
    fitting = sum(1 for c in text if c.isprintable() or c in "\r\n\t")
    return text if len(text.encode()) >= 0.9 * len(data) and fitting >= 0.9 * len(text) else ""
