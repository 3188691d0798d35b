"""The values that the stages of the exam hand on: a secret, a text that carries it, a case. No logic but what follows
from the fields."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

Rank = Literal[0, 1, 2]
"""What a value is made of, and so where it can stand: 0 no blanks, quotes or separators, so that it needs no quotes
anywhere; 1 anything on one line; 2 several lines."""

PLAIN: Final = "plain"
WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not leave."""

    kind: str
    key: str
    """The name it stands under, as written."""
    value: str
    cores: tuple[str, ...]
    """The parts of the value that only this value has; the fixed prefix of a token gives nothing away."""
    rank: Rank = 0
    bare: bool = False
    """Its shape alone tells what it is, so it must be found without a key too."""
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """A text with a secret (or a lookalike) in it, on its way into a record."""

    place: str
    text: str
    keep: tuple[str, ...]
    """What stands beside the secret and must survive."""
    content_type: str = "text/plain"
    encoding: str = PLAIN
    depth: int = 0
    """Levels of quoting around the text."""
    cut: str = WHOLE
    is_json: bool = False
    """The text is valid JSON, and has to stay so."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question of the exam: one record, and what must and must not be left of it."""

    number: int
    place: str
    slot: str
    kind: str
    cores: tuple[str, ...]
    """Empty: there is no secret in it, and the record must come out as it went in."""
    keep: tuple[str, ...]
    changes: dict[str, Any]
    """Of the payload of a `failure` frame."""
    encoding: str = PLAIN
    depth: int = 0
    cut: str = WHOLE
    language: str = "en"
    traceback: str | None = None
    """Text of a traceback; a frame cannot carry one with values in it, a record that another program wrote can."""
    labels: dict[str, str] = field(default_factory=dict[str, str])
    json_fields: tuple[str, ...] = ()
    """Fields of the record that hold valid JSON."""

    @property
    def hard(self) -> bool:
        """An encoding, quoting or a cut lies between the secret and the reader."""
        return self.encoding != PLAIN or self.depth > 0 or self.cut != WHOLE
