"""What rules read, as frozen values: Locust's statistics at one moment, and the difference of two. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Key: TypeAlias = tuple[str, str]
"""Method and name of an endpoint."""
NO_TIMES: Final[Mapping[int, int]] = {}


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of one endpoint or of the whole test: since the run began, or within a window."""

    requests: int = 0
    """Failed ones included."""
    failures: int = 0
    times: Mapping[int, int] = field(default_factory=dict[int, int], repr=False)
    """Response time in milliseconds, rounded by Locust to two digits, to the number of requests that took it."""

    @property
    def ratio(self) -> float:
        """Share of failed requests, from 0 to 1; 0 without requests."""
        return min(self.failures / self.requests, 1.0) if self.requests else 0.0

    def since(self, before: "Counts") -> "Counts":
        """What came after `before`; all of it if the counts began anew in between."""
        made, failed = self.requests - before.requests, self.failures - before.failures
        if not 0 <= failed <= made:  # every failure is a request too
            return self
        if not made or self.times is NO_TIMES or not self.times:
            return Counts(made, failed)
        old = before.times
        times = {ms: grown for ms, count in self.times.items() if (grown := count - old.get(ms, 0)) > 0}
        return Counts(made, failed, times)

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        times = dict(self.times)
        for ms, count in other.times.items():
            times[ms] = times.get(ms, 0) + count
        return Counts(self.requests + other.requests, self.failures + other.failures, times)

    def percentile(self, percent: float) -> float:
        """Milliseconds that `percent` of the timed requests did not exceed, as Locust rounds them; 0 without any."""
        wanted = sum(self.times.values()) * percent / 100
        reached = 0
        for ms in sorted(self.times):
            reached += self.times[ms]
            if reached >= wanted:
                return float(ms)
        return 0.0


@dataclass(frozen=True, slots=True)
class EndpointSample:
    """Requests of one endpoint, failed ones included."""

    method: str
    name: str
    requests: int
    failures: int
    times: Mapping[int, int] = field(default_factory=dict[int, int], repr=False)


@dataclass(frozen=True, slots=True)
class NewFailure:
    """A failure that no earlier sample of the run had."""

    fingerprint: str
    method: str
    name: str
    message: str
    """Redacted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Locust's statistics at one moment. All counts are cumulative since the run began."""

    at: float
    """Epoch seconds."""
    requests: int
    """Failed ones included."""
    failures: int
    users: int
    """Simulated users running."""
    endpoints: tuple[EndpointSample, ...]
    times: Mapping[int, int] = field(default_factory=dict[int, int], repr=False)
    fresh: tuple[NewFailure, ...] = ()
    """Failures that are new with this sample."""


@dataclass(frozen=True, slots=True)
class Point:
    """A sample as the windows need it."""

    at: float
    users: int
    total: Counts
    endpoints: Mapping[Key, Counts] = field(repr=False)
    moved: float | None = None
    """Epoch seconds of the sample that these counts came with, if it was an earlier one: what a master knows of its
    workers moves every 3 s only."""

    @property
    def known_at(self) -> float:
        """Until when the counts tell what happened; as of now, where nothing has moved for so long that nothing did."""
        return self.moved if self.moved is not None and self.at - self.moved <= LATE else self.at

    def counts(self, key: Key | None) -> Counts:
        """Of one endpoint; of the test if `key` is None."""
        return self.total if key is None else self.endpoints.get(key, _NONE)


LATE: Final = 4.0
"""Seconds within which workers have reported again."""
_NONE: Final = Counts()
NOTHING: Final = Point(at=float("-inf"), users=0, total=_NONE, endpoints={})
"""What lies before all samples: a run begins with all counts at zero."""


def point_of(sample: Sample) -> Point:
    """The sample with its endpoints by name; those that redaction gave one name are added up."""
    endpoints: dict[Key, Counts] = {}
    for endpoint in sample.endpoints:
        key = endpoint.method, endpoint.name
        counts = Counts(endpoint.requests, endpoint.failures, endpoint.times)
        endpoints[key] = endpoints[key].plus(counts) if key in endpoints else counts
    return Point(sample.at, sample.users, Counts(sample.requests, sample.failures, sample.times), endpoints)
