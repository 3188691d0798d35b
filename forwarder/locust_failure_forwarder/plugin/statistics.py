"""The statistics of a run, from its first sample to its summary. Reads Locust's; sends nothing."""

import time
from typing import Any

from .sampler import Sampler


class Statistics:
    """Of one run after the other."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self.begin()

    def begin(self) -> None:
        """A run starts."""
        self._sampler = Sampler()
        self._users_peak = 0
        self._rows: list[Any] = []
        self.started_at = time.time()
        """Epoch seconds."""

    def sample(self) -> dict[str, Any]:
        """The payload of a `sample` frame, without its run."""
        now = self._sampler.sample(self._environment.runner, time.time())
        self._users_peak = max(self._users_peak, now["users"])
        self._rows = now["endpoints"]
        return now

    def summary(self) -> dict[str, Any]:
        """What a `summary` frame says of the run.

        With `--json` and `--json-file` Locust clears the endpoints before it says that it quits, which is when a
        master's summary is made; then those of the last sample are told.
        """
        last, peak = self._rows, self._users_peak
        now = self.sample()
        rows = max(last, now["endpoints"], key=_requests)
        return {**now, "endpoints": rows, "users_peak": peak, "started_at": self.started_at}


def _requests(rows: list[Any]) -> int:
    return sum(row[2] for row in rows)
