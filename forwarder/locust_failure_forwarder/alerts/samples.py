"""What a rule reads and what it says, as frozen values; and the difference of two samples. Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class EndpointSample:
    """Requests of one endpoint, failed ones included."""

    method: str
    name: str
    requests: int
    failures: int


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


@dataclass(frozen=True, slots=True)
class Transition:
    """A rule began or ceased to hold."""

    state: Literal["firing", "resolved"]
    at: float
    """Epoch seconds of the change."""
    started_at: float
    """Epoch seconds at which the episode began; equals `at` while firing."""
    value: float
    """Share of failed requests in the window, from 0 to 1."""
    requests: int
    """Requests within the window."""
    failures: int
    """Failures within the window."""
    users: int
    """Simulated users running at the newest sample."""
    resolution: Literal["recovered", "test_ended"] | None
    """Why it was resolved; None while firing."""
    endpoints: tuple[EndpointSample, ...]
    """Endpoints with failures within the window, counted there, most failures first, at most 10."""


TOP: Final = 10
"""Endpoints named in a transition."""


def worst_endpoints(before: Sample, after: Sample) -> tuple[EndpointSample, ...]:
    """What each endpoint had between two samples, for those that failed; most failures first, at most `TOP`."""
    old, new = _by_endpoint(before.endpoints), _by_endpoint(after.endpoints)
    grown: list[EndpointSample] = []
    for key, (requests, failures) in new.items():
        old_requests, old_failures = old.get(key, (0, 0))
        made, failed = requests - old_requests, failures - old_failures
        if not 0 <= failed <= made:  # every failure is a request too, so these counts began anew
            made, failed = requests, failures
        if failed > 0:
            grown.append(EndpointSample(*key, made, failed))
    grown.sort(key=lambda endpoint: (-endpoint.failures, endpoint.requests, endpoint.method, endpoint.name))
    return tuple(grown[:TOP])


def _by_endpoint(endpoints: Iterable[EndpointSample]) -> dict[tuple[str, str], tuple[int, int]]:
    """Sums, because redaction may have given two endpoints one name."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for endpoint in endpoints:
        key = endpoint.method, endpoint.name
        requests, failures = sums.get(key, (0, 0))
        sums[key] = requests + endpoint.requests, failures + endpoint.failures
    return sums
