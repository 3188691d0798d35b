"""What makes two failures the same. Pure; bounded input, linear time. Does not count groups."""

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from ..redaction.linear import Finder

MAX_CHARACTERS: Final = 2048
"""Of a message or a name; what is behind does not make a failure another one."""

_CACHED: Final = 2048

_UUID: Final = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_HEX: Final = r"[0-9a-fA-F]{8,}"

# The first alternative that matches at the leftmost place wins, so what contains others stands first.
_VARIABLE: Final = (
    ("value", r"\"[^\"\n]{0,500}\"|\B'[^'\n]{0,500}'\B|`[^`\n]{0,500}`"),  # \B: the ' of "can't" opens nothing
    ("id", rf"\b{_UUID}\b|\b0[xX][0-9a-fA-F]+\b"),
    ("email", r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
    ("query", r"\?[\w.\[\]%-]{1,100}=[^\s\"'<>)]*"),
    ("host", r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/?#\"'<>)]+"),
    (
        "time",
        r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?\b"
        r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
        r"(?: \d\d:\d\d:\d\d)?(?: GMT)?\b|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b",
    ),
    (
        "host",
        r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|\[[0-9a-fA-F:]{2,45}\](?::\d{1,5})?"
        r"|\b[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7}\b"
        r"|\b(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+):\d{1,5}\b",
    ),
    ("token", rf"\b{_HEX}\b|\b[A-Za-z0-9]{{16,}}\b"),
    ("number", r"\d+(?:[.,]\d+)*"),
)
_PATTERN: Final = "|".join(f"({pattern})" for _, pattern in _VARIABLE)
_MEMORY: Final = 8 << 20
_FIND: Final = Finder(_PATTERN, captures=False, memory=_MEMORY)
_KIND: Final = Finder(_PATTERN, memory=_MEMORY)
_MARKS: Final = tuple(f"<{kind}>".encode() for kind, _ in _VARIABLE)
_TOKEN: Final = next(index for index, (kind, _) in enumerate(_VARIABLE) if kind == "token")
_SHORT_NUMBER: Final = 7
"""Digits; a longer run of them may be a token too, and nothing else is made of digits alone."""
_NUMBERED_WORD: Final = re.compile(rb"([A-Za-z]*)\d+([A-Za-z]*)")

_SEGMENTS: Final = re.compile(r"([/?&=#]+)")
_ID_SEGMENT: Final = re.compile(rf"\d+|{_UUID}|(?=[a-fA-F]*\d){_HEX}")


def fingerprint(method: str, name: str, kind: str, message: str) -> str:
    """16 hex digits, equal for failures that differ only in ids, numbers, addresses, times and quoted values.

    `kind` is taken as it is: the category, and the status if there was one.

    Locust groups by the exact name. Users who put ids into names get a row for each of them; here such a name counts
    as one, since whole path segments and query values that are numbers, UUIDs or hex ids are left out of it.
    """
    return _fingerprint(method, name[:MAX_CHARACTERS], kind, message[:MAX_CHARACTERS])


@lru_cache(maxsize=_CACHED)
def _fingerprint(method: str, name: str, kind: str, message: str) -> str:
    parts = (method, normalise_name(name), kind, normalise(message))
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def normalise(message: str) -> str:
    """The message with each variable part replaced by its kind, such as `<id>`, `<number>`, `<host>`."""
    text = message[:MAX_CHARACTERS].encode("utf-8", "replace")
    pieces: list[bytes] = []
    done = 0
    for (start, end), *_ in _FIND.find_all(text):
        pieces += (text[done:start], _mark(text, start, end))
        done = end
    return b"".join((*pieces, text[done:])).decode("utf-8", "replace")


def _mark(text: bytes, start: int, end: int) -> bytes:
    word = text[start:end]
    if len(word) <= _SHORT_NUMBER and word.isdigit():
        return b"<number>"  # the usual case: the search for the kind takes three times as long as that for the place
    groups = (_KIND.find(text, start) or [])[1:]
    index = next(index for index, (begin, _) in enumerate(groups) if begin >= 0)
    if index != _TOKEN:
        return _MARKS[index]
    if (numbered := _NUMBERED_WORD.fullmatch(word)) and b"" in numbered.groups():
        return b"%s<number>%s" % numbered.groups()  # customer1234567890 is the same as customer7
    if word.isalpha():
        return word
    return b"<id>"


@lru_cache(maxsize=_CACHED)
def normalise_name(name: str) -> str:
    """The name with whole segments and values that are ids left out of it."""
    return "".join("<id>" if _ID_SEGMENT.fullmatch(part) else part for part in _SEGMENTS.split(name))
