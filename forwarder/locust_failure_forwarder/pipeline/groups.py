"""Failures of a run that are the same, counted together. In memory, bounded; keeps one redacted sample of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from locust_failure_schemas import ErrorCount

from .fingerprint import normalise_name

MAX_GROUPS: Final = 2000
"""Groups of one run that are kept; a service that words every failure anew must not fill the memory."""
_SAMPLE: Final = 500
"""Characters of the sample message."""
_NONE: Final[Mapping[str, int]] = {}


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

    def add(self, fingerprint: str, method: str, name: str, message: str, count: int = 1) -> None:
        """Count one failure, or several."""
        group = self._groups.get(fingerprint)
        if group is None:
            if len(self._groups) >= MAX_GROUPS:
                return
            group = self._groups[fingerprint] = _Group(method, name, message[:_SAMPLE])
        elif name != group.name:
            group.name = normalise_name(name)  # the count is not one endpoint's alone
        group.count += count

    def since(self, number: int) -> list[tuple[str, str, str, str]]:
        """Fingerprint, method, name and sample message of each group after the first `number`, oldest first."""
        new = islice(self._groups.items(), number, None)
        return [(fingerprint, group.method, group.name, group.sample) for fingerprint, group in new]

    def counts(self) -> dict[str, int]:
        """Failures of each group, by fingerprint."""
        return {fingerprint: group.count for fingerprint, group in self._groups.items()}

    def top(self, number: int, before: Mapping[str, int] = _NONE) -> tuple[ErrorCount, ...]:
        """The most frequent groups, each with its sample message; of what has come since the counts `before`."""
        grown = [(group.count - before.get(fingerprint, 0), group) for fingerprint, group in self._groups.items()]
        ranked = sorted((item for item in grown if item[0] > 0), key=lambda item: -item[0])[:number]
        return tuple(ErrorCount(method=g.method, name=g.name, message=g.sample, count=n) for n, g in ranked)
