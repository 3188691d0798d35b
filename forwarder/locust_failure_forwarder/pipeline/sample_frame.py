"""From the payload of a `sample` frame to a sample for the rules: redacted, and with what failed for the first time."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, cast, get_args

from locust_failure_schemas import Category, ErrorCount

from ..alerts.samples import EndpointSample, NewFailure, Sample
from .recent_errors import error_fingerprint
from .runs import RunState
from .text import scalar_text

_CATEGORIES: Final = frozenset(get_args(Category))
_REMEMBERED: Final = 4096
_MOST_TIMES: Final = 2000
"""Different response times of one endpoint; Locust has about 310."""


class SampleReader:
    """Reads the samples of one run after the other; remembers which failures it has told of."""

    def __init__(self, redact_text: Callable[[str], str]) -> None:
        # The same names come every second.

        @lru_cache(_REMEMBERED)
        def clean(text: str) -> str:
            return redact_text(scalar_text(text))

        self.clean: Callable[[str], str] = clean
        self.groups_told = 0
        self._told: set[str] = set()

    def begin(self) -> None:
        """A run starts."""
        self.groups_told = 0
        self._told = set()

    def resume(self, groups: int, samples: Iterable[Sample]) -> None:
        """Go on where another process has told of so many groups, and of what these samples have."""
        self.groups_told = groups
        self._told = {failure.fingerprint for sample in samples for failure in sample.fresh}

    def read(self, run: RunState, payload: Mapping[str, Any]) -> Sample:
        """The sample of a frame.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: the payload is none.
        """
        at = float(payload["at"])
        datetime.fromtimestamp(at, UTC)  # an alert could not say when
        return Sample(
            at=at,
            requests=_count(payload["requests"]),
            failures=_count(payload["failures"]),
            users=_count(payload["users"]),
            endpoints=tuple(self._endpoint(*row) for row in payload["endpoints"]),
            times=_times(payload.get("times")),
            fresh=self._fresh(run, payload),
        )

    def errors(self, rows: Iterable[tuple[str, str, str, int]]) -> tuple[ErrorCount, ...]:
        """Rows of Locust's error table that have counted anything."""
        return tuple(
            ErrorCount(method=scalar_text(m), name=self.clean(n), message=self.clean(message), count=count)
            for m, n, message, count in rows
            if count > 0
        )

    def _endpoint(self, method: str, name: str, requests: int, failures: int, times: object = None) -> EndpointSample:
        return EndpointSample(scalar_text(method), self.clean(name), _count(requests), _count(failures), _times(times))

    def _fresh(self, run: RunState, payload: Mapping[str, Any]) -> tuple[NewFailure, ...]:
        """What this process captured; on a master, which captures nothing, what Locust's error table has."""
        groups = run.groups.since(self.groups_told)
        self.groups_told += len(groups)
        if run.node.role != "master":
            return tuple(NewFailure(*group) for group in groups)
        new: list[NewFailure] = []
        for method, name, message, _ in payload.get("new_errors", ()):
            clean = scalar_text(method), self.clean(name), self.clean(message)
            new.append(NewFailure(error_fingerprint(*clean), *clean))
        fresh = {failure.fingerprint: failure for failure in new if failure.fingerprint not in self._told}
        if len(self._told) < _REMEMBERED:
            self._told.update(fresh)
        return tuple(fresh.values())


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError("no count")
    return value


def _times(times: object) -> dict[int, int]:
    """A histogram as it came; nothing if it is none."""
    if not isinstance(times, dict):
        return {}
    found = cast("dict[Any, Any]", times)
    if len(found) > _MOST_TIMES or not all(
        isinstance(ms, int | float) and isinstance(n, int) for ms, n in found.items()
    ):
        return {}
    return {round(ms): n for ms, n in found.items()}


def workers_categories(counts: object) -> Counter[str]:
    """Failures by category as a master's workers told it; what is no category of ours (P4) counts as `unknown`."""
    known = Counter[str]()
    if isinstance(counts, dict):
        for name, count in cast("dict[Any, Any]", counts).items():
            if type(count) is int and count > 0:
                known[name if name in _CATEGORIES else "unknown"] += count
    return known
