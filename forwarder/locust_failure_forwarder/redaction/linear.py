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
_UNANCHORED: Final[Any] = getattr(getattr(re2, "_Anchor", None), "UNANCHORED", None)


class Match(Protocol):
    """What is used of a match."""

    def span(self, group: int = 0) -> tuple[int, int]: ...  # noqa: D102 - as in re
    def start(self, group: int = 0) -> int: ...  # noqa: D102
    def end(self, group: int = 0) -> int: ...  # noqa: D102


class Pattern(Protocol):
    """What is used of a compiled pattern. Offsets count characters for `str` and bytes for `bytes`."""

    groups: int

    def search(self, text: str | bytes, pos: int = 0) -> Match | None: ...  # noqa: D102 - as in re
    def finditer(self, text: str | bytes) -> Iterator[Match]: ...  # noqa: D102


class Finder:
    """A pattern of ours over bytes. Asks RE2 itself: the Python around it takes longer than a search of a short text.

    Where the library does not offer that, as it does not promise to, the way around is taken.
    """

    __slots__ = ("_match", "_pattern")

    def __init__(self, pattern: str, *, captures: bool = True, memory: int = _MEMORY) -> None:
        self._pattern = compile_linear(pattern, captures=captures, memory=memory)
        native: Any = getattr(getattr(self._pattern, "_regexp", None), "Match", None)
        self._match = native if _UNANCHORED is not None else None

    def find(self, source: bytes, at: int = 0) -> list[tuple[int, int]] | None:
        """Start and end of the first match from `at` on, and of each of its groups; -1 for a group without one."""
        if self._match is not None:
            spans: list[tuple[int, int]] = self._match(_UNANCHORED, source, at, len(source))
            return None if spans[0][0] < 0 else spans
        match = self._pattern.search(source, at)
        return None if match is None else [match.span(group) for group in range(self._pattern.groups + 1)]

    def find_all(self, source: bytes) -> Iterator[list[tuple[int, int]]]:
        """All matches, left to right; the pattern must be none that matches the empty text."""
        at = 0
        while (spans := self.find(source, at)) is not None:
            yield spans
            at = spans[0][1]

    def find_all_in_text(self, text: str) -> Iterator[list[tuple[int, int]]]:
        """The same, with places that count characters: for patterns that need more than ASCII."""
        for match in self._pattern.finditer(text):
            yield [match.span(group) for group in range(self._pattern.groups + 1)]


def source_of(text: str) -> bytes:
    """One byte for each character, so that RE2's offsets are the text's; for patterns that need ASCII only."""
    return text.encode() if text.isascii() else _NOT_ASCII.sub(_placeholder, text).encode()


def _placeholder(match: "re.Match[str]") -> str:
    return "\x7f" * len(match[0])


def compile_linear(pattern: str, *, captures: bool = True, memory: int = _MEMORY) -> Pattern:
    """Compile for RE2.

    Raises:
        re2.error: not a pattern of RE2.
    """
    options = _RE2.Options()
    options.log_errors = False  # RE2 would print the pattern
    options.never_capture = not captures
    options.max_mem = memory
    return cast(Pattern, _RE2.compile(pattern, options))
