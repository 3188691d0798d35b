"""Failures of a run that are the same, counted together. In memory, bounded; keeps one redacted sample of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from locust_failure_schemas import ErrorCount

from .fingerprint import normalise, normalise_name

MAX_GROUPS: Final = 2000
"""Groups of one run that are kept; a service that words every failure anew must not fill the memory."""
_SAMPLE: Final = 500
"""Characters of the sample message."""


@dataclass(slots=True)
class _Group:
    method: str
    name: str
    sample: str
    count: int = 0


class Groups:
    """Counts by fingerprint. Once full, failures of new groups are not counted here; the log still has them all."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    def add(self, fingerprint: str, method: str, name: str, message: str) -> None:
        """Count one failure."""
        group = self._groups.get(fingerprint)
        if group is None:
            if len(self._groups) >= MAX_GROUPS:
                return
            group = self._groups[fingerprint] = _Group(method, name, message[:_SAMPLE])
        elif name != group.name:
            group.name = normalise_name(name)  # the count is not one endpoint's alone
        group.count += 1

    def since(self, number: int) -> list[tuple[str, str, str, str]]:
        """Fingerprint, method, name and sample message of each group after the first `number`, oldest first."""
        new = islice(self._groups.items(), number, None)
        return [(fingerprint, group.method, group.name, group.sample) for fingerprint, group in new]

    def top(self, number: int) -> tuple[ErrorCount, ...]:
        """The most frequent groups, each with its sample message."""
        ranked = sorted(self._groups.values(), key=lambda group: -group.count)[:number]
        return tuple(ErrorCount(method=g.method, name=g.name, message=g.sample, count=g.count) for g in ranked)


def merge(errors: Iterable[ErrorCount], number: int) -> tuple[ErrorCount, ...]:
    """Errors as Locust counts them, by exact text, put together where only ids, numbers or addresses differ."""
    merged: dict[tuple[str, str, str], ErrorCount] = {}
    for error in errors:
        key = error.method, error.name, normalise(error.message)
        known = merged.get(key)
        total = error.count + (known.count if known else 0)
        merged[key] = (known or error).model_copy(update={"count": total})
    return tuple(sorted(merged.values(), key=lambda error: -error.count)[:number])
