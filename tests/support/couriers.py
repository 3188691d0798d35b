"""A real courier between a destination that reads statuses from a table and a transport that follows a script."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from locust_failure_forwarder.config.models import DestinationConfig
from locust_failure_forwarder.destinations.base import (
    Batch,
    Delivered,
    Destination,
    HttpRequest,
    HttpResponse,
    Itemised,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from locust_failure_forwarder.pipeline.answers import Answers
from locust_failure_forwarder.pipeline.courier import Courier
from locust_failure_forwarder.pipeline.deliver import NetworkError
from locust_failure_forwarder.pipeline.retry import Gate

from .clocks import Clock, ClockedHurry
from .samples import NOW, event

BATCH: Final = Batch("failures", "monitoring", [event("failures")])

VERDICTS: Final[Mapping[int, Verdict]] = {
    200: Delivered(),
    207: Itemised({BATCH.events[0].id: Rejected("400: this one")}),
    400: Simplify("400: refused for its form"),
    401: Retry("401", needs_repair=True),
    403: Retry("403", needs_repair=True),
    410: Retry("410", needs_repair=True),
    418: Rejected("418"),
    422: Rejected("422", splittable=True),
    429: Retry("429"),
    503: Retry("503"),
}

Answer = int | str | NetworkError | tuple[int, dict[str, str], bytes]
"""A status; `hang`; no answer; or status, headers and body."""


class Paper(Destination):
    """Writes the form it was asked for."""

    def __init__(
        self,
        encode: Callable[[bool], bytes] = lambda plain: b"plain" if plain else b"rich",
        verdicts: Mapping[int, Verdict] = VERDICTS,
    ) -> None:
        self._encode = encode
        self._verdicts = verdicts

    @property
    def config(self) -> DestinationConfig:
        return DestinationConfig(send=("failures",))

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:
        return HttpRequest("http://monitoring.test/", {}, self._encode(plain))

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        return self._verdicts[response.status]

    def probe(self, now: datetime) -> HttpRequest:
        raise NotImplementedError


class Desk:
    """The courier, its script, and what came of it. Time passes only where it sleeps; jitter is the longest."""

    def __init__(
        self, *answers: Answer, destination: Destination | None = None, min_interval: float = 0.0, backoff: float = 1.0
    ) -> None:
        """`backoff` stretches the backoff within a series."""
        self._answers = list(answers)
        self._under_way = 0
        self.clock = Clock()
        self.sent: list[bytes] = []
        self.at: list[float] = []
        self.states: list[str] = []
        self.most_at_once = 0
        self.told: list[Retry] = []
        destination = destination or Paper()
        gate = Gate(min_interval, self.clock, self.clock.sleep)
        answers_kept = Answers(destination.config, lambda text: text)
        self.courier = Courier(
            destination, self, gate, answers_kept, self.clock, lambda: NOW, lambda low, high: high * backoff
        )
        self.courier.hurry = ClockedHurry(self.clock)

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request.body)
        self.at.append(self.clock.now)
        self.states.append(self.courier.breaker.state)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            answer = self._answers.pop(0)
            await asyncio.sleep(0)
            if isinstance(answer, NetworkError):
                raise answer
            if isinstance(answer, str):
                await asyncio.Event().wait()
            if isinstance(answer, tuple):
                return HttpResponse(*answer)
            assert isinstance(answer, int)
            return HttpResponse(answer)
        finally:
            self._under_way -= 1

    def deliver(self, *, again: bool = False) -> Verdict:
        """One series for `BATCH`."""
        return asyncio.run(self.courier.deliver(BATCH, self.told.append, again=again))
