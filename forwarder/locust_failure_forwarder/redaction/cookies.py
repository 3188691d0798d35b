"""Cookie and Set-Cookie values: names and attributes stay, every value goes. Knows no headers."""

import re
from collections.abc import Iterator
from typing import Final

from .keys import KeyNames
from .marks import MARK_START, Span

_CRUMB: Final = re.compile(
    r"""(?P<name>[^\s=;,"'\\]{1,128}+)\s{0,4}=\s{0,4}
        (?P<value>"[^"]*+" | (?:[^;,\r\n"'\\] | ,(?!\s{0,4}(?:set-cookie:\s?)?[^\s=;,]{1,64}=) | \\(?![nr"'\\]))*+)""",
    re.VERBOSE | re.IGNORECASE,
)
"""`name=value`, to the next `;`, or to the comma that joins two Set-Cookie headers (but not the one in a date)."""

_LONG: Final = 16
_ATTRIBUTES: Final = frozenset(["path", "domain", "expires", "max-age", "samesite", "priority", "version", "comment"])


def is_long(value: str) -> bool:
    """Too long to be a preference or a version, which may stand elsewhere in the record for good reason."""
    return len(value) >= _LONG


def cookie_spans(text: str, keys: KeyNames, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The values of all cookies in `text[start:end]`.

    Attributes (RFC 6265, 4.1.2) are no cookies, and names that the user wants kept are kept.
    """
    end = len(text) if end is None else end
    found = False
    for match in _CRUMB.finditer(text, start, end):
        found = True
        name, value = match["name"], match["value"].strip().strip('"')
        if not value or value.startswith(MARK_START) or name.lower() in _ATTRIBUTES or keys.is_kept(name):
            continue
        at = text.index(value, match.start("value"))
        yield Span(at, at + len(value), "cookie", by_key=keys.judge(name) is not None or is_long(value))
    if not found and text[start:end].strip() and MARK_START not in text[start:end]:
        yield Span(start, end, "cookie", by_key=True)
