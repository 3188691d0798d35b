"""Canaries: planted secrets, each drawn for the one place where it stands. And the search for any piece of one.

All are invented: free ones begin with `not-a-real-`, those of a known shape are drawn by the redaction exam.
Plants nothing and runs nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

from locust_failure_forwarder.redaction.linear import compile_linear
from redaction_exam.draw import Draw
from redaction_exam.scan import readings
from redaction_exam.secrets_of import draw_secret

_BETWEEN: Final = re.compile(r"""[^"'\x00-\x1f]{6,}""")
"""What stands between quotes and line breaks: a value, or a piece of a sentence."""
_IDS: Final = re.compile(r"[0-9a-fA-F.-]+")
_LONG: Final = 12


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted secret."""

    place: str
    """Where it was planted, in words."""
    cores: tuple[str, ...]
    """The parts of it that are its own, of which no piece may be found."""


def opaque(place: str, length: int = 22) -> tuple[str, Canary]:
    """A password or token of no known shape, and what to search for."""
    core = Draw(f"canary {place}").opaque(length)
    return f"not-a-real-{core}", Canary(place, (core,))


def shaped(place: str, kind: str) -> tuple[str, Canary]:
    """A secret of a kind of the exam, such as `jwt` or `iban`, in its true shape."""
    drawn = draw_secret(Draw(f"canary {place}"), kind)
    return drawn.value, Canary(place, drawn.cores)


@dataclass(slots=True)
class Garden:
    """Hands out canaries and the beacons that are planted beside them, and remembers both."""

    canaries: list[Canary] = field(default_factory=list[Canary])
    beacons: list[str] = field(default_factory=list[str])

    def secret(self, place: str, kind: str | None = None, length: int = 22) -> str:
        """A new canary for `place`; of no known shape, or of a kind of the exam."""
        value, canary = opaque(place, length) if kind is None else shaped(place, kind)
        self.canaries.append(canary)
        return value

    def beacon(self) -> str:
        """A new benign word, which has to arrive where the canary must not."""
        self.beacons.append(f"beacon-{len(self.beacons):03d}")
        return self.beacons[-1]


class Search:
    """Finds which canaries are in a text: any six characters in a row of one, as they stand or decoded.

    Cores of hex digits count by twelve in a row, for ids, times and counters are such digits too; those that are not
    ASCII by four.
    """

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._pieces: dict[str, str] = {}
        for canary in canaries:
            for core in canary.cores:
                size = _size(core)
                pieces = (core[start : start + size] for start in range(max(1, len(core) - size + 1)))
                self._pieces |= {piece: canary.place for piece in pieces if size == _LONG or not _IDS.fullmatch(piece)}
        # One pass of an automaton, whatever the number of pieces.
        self._pattern = compile_linear("|".join(map(re.escape, self._pieces)), captures=False)
        self._known: dict[str, frozenset[str]] = {}

    def plain(self, text: str) -> set[str]:
        """Places of the canaries of which a piece stands in the text."""
        text = text.encode("utf-8", "replace").decode()  # lone surrogates, which may come out of a decoding
        return {self._pieces[text[slice(*match.span())]] for match in self._pattern.finditer(text)}

    def decoded(self, text: str) -> frozenset[str]:
        """The same for all that up to five rounds of decoding make of a text of some kilobytes."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = frozenset[str]().union(*map(self.plain, readings(text)))
        return found

    def anywhere(self, data: bytes | str) -> set[str]:
        """The same for whole files and bodies of any kind: every byte as it stands, and decoded value by value."""
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        found = self.plain(text)
        for value in {*_values(text), *_BETWEEN.findall(text)}:
            found |= self.decoded(value)
        return found


def _size(core: str) -> int:
    if core.isascii():
        return _LONG if _IDS.fullmatch(core) else 6
    return 4


def _values(text: str) -> Iterator[str]:
    """Every text in a JSON document, names included; nothing if it is none."""
    try:
        yield from _leaves(json.loads(text))
    except ValueError:
        return


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for key, value in cast("dict[str, Any]", tree).items():
            yield key
            yield from _leaves(value)
    elif isinstance(tree, list):
        for value in cast("list[Any]", tree):
            yield from _leaves(value)
