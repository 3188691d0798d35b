"""From captured bytes to text, and from text to text that fits. Pure."""

import re
from typing import Any, Final, cast

_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9._-]{1,40})")
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")
"""In UTF-8 each of these bytes is the character, and never a part of another."""
_BINARY_SHARE: Final = 0.1
"""Above this share of undecodable or control characters a body is no text, whatever its header says."""


def body_text(body: bytes | str | None, content_type: str) -> str | None:
    """A body as text.

    UTF-8 first, since most servers mean it whatever they say; then the declared charset; a body cut within a
    character loses that character only. What is no text becomes a note of its size: a reader cannot use the
    bytes, and redaction cannot judge them.
    """
    if not body:
        return None
    if isinstance(body, str):
        return scalar_text(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_short = error.start >= len(body) - 3 and error.reason == "unexpected end of data"
        if cut_short and not _CHARSET.search(content_type.lower().replace("charset=utf-8", "")):
            text = body[: error.start].decode("utf-8")
        else:
            text = _decode_declared(body, content_type)
    if text is None or _is_binary(text):
        return f"[binary body, {len(body)} bytes captured]"
    return text


def _decode_declared(body: bytes, content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    try:
        return body.decode(match[1] if match else "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")
    except (UnicodeError, ValueError):
        return None


def _is_binary(text: str) -> bool:
    data = text.encode("utf-8", "replace")
    # A page with line breaks is no rarity, so this must not look at one character after the other.
    strange = len(data) - len(data.translate(None, _CONTROLS))
    if not text.isascii():
        strange += text.count("\ufffd")
    return strange > len(text) * _BINARY_SHARE


def scalar_text(text: str) -> str:
    """The text without lone surrogates, which neither JSON nor UTF-8 can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, never half a character; the same object if it fits."""
    if len(text) * 4 <= limit:
        return text
    if text.isascii():
        return text if len(text) <= limit else text[:limit]
    data = text.encode("utf-8")
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")


def cut_tree(value: Any, limit: int) -> tuple[Any, bool]:
    """A JSON value whose texts have at most `limit` bytes together, and whether any was cut. Keys are texts too."""
    cutter = _TreeCutter(limit)
    return cutter.cut(value), cutter.was_cut


class _TreeCutter:
    def __init__(self, limit: int) -> None:
        self._left = limit
        self.was_cut = False

    def cut(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            items = cast(dict[str, Any], value)
            return {self._text(key): self.cut(item) for key, item in items.items()}
        if isinstance(value, list):
            return [self.cut(item) for item in cast(list[Any], value)]
        return value

    def _text(self, text: str) -> str:
        short = cut(text, self._left)
        self._left -= len(short.encode())
        self.was_cut |= short is not text
        return short
