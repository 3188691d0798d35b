"""A sliding window over cumulative samples, as a frozen value. Bounded; knows no limit and no alert."""

from dataclasses import dataclass, replace
from typing import Final

from .samples import EndpointSample, Sample, worst_endpoints

POINTS: Final = 60
"""Samples kept within a window. A window of an hour is exact to a minute and takes no more memory than a short one."""

NOTHING: Final = Sample(at=float("-inf"), requests=0, failures=0, users=0, endpoints=())
"""The sample before all others: a run begins with all counts at zero."""


@dataclass(frozen=True, slots=True)
class Window:
    """What happened between a sample about `over` seconds ago and the newest one."""

    older: tuple[Sample, ...] = (NOTHING,)
    """Oldest first, never empty. The first is what is subtracted: the newest sample that lies before the window, or
    `NOTHING` while the run is younger than the window."""
    newest: Sample = NOTHING

    @property
    def requests(self) -> int:
        """Requests within the window."""
        return self.newest.requests - self.older[0].requests

    @property
    def failures(self) -> int:
        """Failures within the window."""
        return self.newest.failures - self.older[0].failures

    @property
    def ratio(self) -> float:
        """Share of failed requests, from 0 to 1; 0 without requests."""
        return min(self.failures / self.requests, 1.0) if self.requests else 0.0

    @property
    def endpoints(self) -> tuple[EndpointSample, ...]:
        """Endpoints with failures within the window, most failures first."""
        return worst_endpoints(self.older[0], self.newest)

    def elapsed(self, sample: Sample) -> float:
        """Seconds from the newest sample to `sample`; 0 if there was none, or if the clock was set back."""
        return max(sample.at - self.newest.at, 0.0) if self.newest is not NOTHING else 0.0

    def advance(self, sample: Sample, over: float) -> "Window":
        """The window of `over` seconds that ends at `sample`."""
        failed = sample.failures - self.newest.failures
        if not 0 <= failed <= sample.requests - self.newest.requests:
            # Locust's --reset-stats: the counts began anew at zero, and so does the window. Every failure is a request
            # too, so more new failures than requests tell of it even where both counts are higher again.
            return Window((NOTHING,), sample)
        window = self if sample.at >= self.newest.at else self._shifted(sample.at - self.newest.at)
        older = window.older
        if window.newest.at - older[-1].at >= over / POINTS:  # also false for the difference of two infinities
            older = (*older, window.newest)
        start = sample.at - over
        first = max(index for index, candidate in enumerate(older) if candidate.at <= start)
        return Window(older[first:], sample)

    def _shifted(self, seconds: float) -> "Window":
        """The same, with all times moved: the clock was set back, and time did not pass meanwhile."""
        older = tuple(replace(sample, at=sample.at + seconds) for sample in self.older)
        return Window(older, replace(self.newest, at=self.newest.at + seconds))


EMPTY: Final = Window()
"""Before the first sample of a run."""
