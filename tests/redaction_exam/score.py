"""Marks what a redactor made of the cases, by REDACTION's goals. Pure but for asking the examinee."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from .examinee import Examinee, Untouched, parts
from .model import Case
from .scan import find_piece, readings


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one case."""

    case: Case
    output: str
    leaked: str | None = None
    """A piece of the secret that can be read."""
    lost: tuple[str, ...] = ()
    """What should have survived beside the secret."""
    damaged: bool = False
    """A benign record did not come out as it went in."""

    @property
    def exact(self) -> bool:
        """The secret is gone, and nothing else."""
        return self.leaked is None and not self.lost


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in percent over some cases."""

    secrets: int
    leaks: int
    losses: int
    exact: int
    benign: int
    damaged: int

    @property
    def recall(self) -> float:
        """Secret cases where no piece is found."""
        return _share(self.secrets - self.leaks, self.secrets)

    @property
    def context_lost(self) -> float:
        """Secret cases where more than the secret is gone."""
        return _share(self.losses, self.secrets, of_none=0)

    @property
    def over_redaction(self) -> float:
        """Benign cases that are damaged."""
        return _share(self.damaged, self.benign, of_none=0)

    @property
    def mark(self) -> float:
        """Harmonic mean of exact secret cases and benign cases kept."""
        exact, kept = _share(self.exact, self.secrets), 100 - self.over_redaction
        return 2 * exact * kept / (exact + kept) if exact + kept else 0.0


def _share(part: int, whole: int, of_none: float = 100) -> float:
    return 100 * part / whole if whole else of_none


def figures(marks: Iterable[Mark]) -> Figures:
    """Count the marks."""
    marks = list(marks)
    secret = [mark for mark in marks if mark.case.cores]
    return Figures(
        secrets=len(secret),
        leaks=sum(mark.leaked is not None for mark in secret),
        losses=sum(bool(mark.lost) for mark in secret),
        exact=sum(mark.exact for mark in secret),
        benign=len(marks) - len(secret),
        damaged=sum(mark.damaged for mark in marks),
    )


class Examiner:
    """Marks cases of one examinee."""

    def __init__(self, examinee: Examinee) -> None:
        self._examinee = examinee
        self._blank = Examinee(Untouched())

    def mark(self, case: Case) -> Mark:
        """Ask one question."""
        output = self._examinee.leaves(case)
        if not case.cores:
            return Mark(case, output, damaged=parts(output) != parts(self._blank.leaves(case)))
        texts = list(readings(output))
        lost = [word for word in case.keep if not any(word in text for text in texts)]
        lost += [f"shape of {name}" for name in self._misshapen(case, output)]
        return Mark(case, output, find_piece(case.cores, texts), tuple(lost))

    def _misshapen(self, case: Case, output: str) -> list[str]:
        """Fields that held valid JSON and now do not, or with other names or lengths."""
        if not case.json_fields:
            return []
        before, after = parts(self._blank.leaves(case)), parts(output)
        return [name for name in case.json_fields if _shape(_field(before, name)) != _shape(_field(after, name))]


def _field(record: Any, name: str) -> Any:
    side, _, part = name.partition(".")
    try:
        return json.loads(record[side][part])
    except (TypeError, KeyError, ValueError):
        return NotImplemented


def _shape(value: Any) -> Any:
    """Names and lengths of a JSON value, without what stands in it."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_shape(item) for item in cast(list[Any], value)]
    return value is NotImplemented
