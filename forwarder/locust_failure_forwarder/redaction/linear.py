"""RE2 as redaction uses it: linear in the text whatever the pattern, silent, and typed as far as it goes."""

import re
from collections.abc import Iterator
from typing import Any, Final, Protocol, cast

import re2

_RE2: Final[Any] = re2  # it has no type hints
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_MEMORY: Final = 64 << 20
"""Bytes of one pattern's automaton. When they are used up RE2 goes on with a slower matcher, never without one:
`re2.Set` would report no match there, which is why none is used."""


class Match(Protocol):
    """What is used of a match."""

    lastindex: int

    def span(self, group: int = 0) -> tuple[int, int]: ...  # noqa: D102 - as in re
    def start(self, group: int = 0) -> int: ...  # noqa: D102
    def end(self, group: int = 0) -> int: ...  # noqa: D102


class Pattern(Protocol):
    """What is used of a compiled pattern. Offsets count characters for `str` and bytes for `bytes`."""

    def search(self, text: str | bytes, pos: int = 0) -> Match | None: ...  # noqa: D102 - as in re
    def finditer(self, text: str | bytes) -> Iterator[Match]: ...  # noqa: D102


def source_of(text: str) -> bytes:
    """One byte for each character, so that RE2's offsets are the text's; for patterns that need ASCII only."""
    return text.encode() if text.isascii() else _NOT_ASCII.sub(_placeholder, text).encode()


def _placeholder(match: "re.Match[str]") -> str:
    return "\x7f" * len(match[0])


def compile_linear(pattern: str, *, captures: bool = True) -> Pattern:
    """Compile for RE2.

    Raises:
        re2.error: not a pattern of RE2.
    """
    options = _RE2.Options()
    options.log_errors = False  # RE2 would print the pattern
    options.never_capture = not captures
    options.max_mem = _MEMORY
    return cast(Pattern, _RE2.compile(pattern, options))
