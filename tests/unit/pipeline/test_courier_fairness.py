"""P6 at an open breaker: a batch that fails whenever it is the probe keeps no other out."""

import asyncio
import heapq
from dataclasses import replace
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest
from locust_failure_forwarder.destinations.base import Batch, Delivered, HttpRequest, HttpResponse
from locust_failure_forwarder.pipeline.retry import Hurry
from support.clocks import Clock
from support.couriers import BATCH, Desk, Paper
from support.memory_store import moments

BAD = BATCH
GOOD = replace(BATCH, events=[replace(BATCH.events[0], id=UUID(int=BATCH.events[0].id.int + 1))])


class Timeline(Hurry):
    """Time in which several sleep at once: it goes on to whoever wakes next when nobody has anything left to do."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._numbers = count()
        self._asleep: list[tuple[float, int, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._asleep, (self._clock.now + seconds, next(self._numbers), waking))
        await waking

    def call(self) -> None:
        for _, _, waking in self._asleep:
            if not waking.done():
                waking.set_result(None)

    async def go_on(self, turns: int) -> None:
        for _ in range(turns):
            await moments(20)
            if self._asleep:
                at, _, waking = heapq.heappop(self._asleep)
                if not waking.done():
                    self._clock.now = max(self._clock.now, at)
                    waking.set_result(None)


class Named(Paper):
    """Writes which batch it is."""

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:
        return HttpRequest("http://monitoring.test/", {}, batch.id.encode())


class Picky(Desk):
    """503 for one batch, 200 for the other."""

    def __init__(self) -> None:
        super().__init__(destination=Named())
        self.timeline = self.courier.hurry = Timeline(self.clock)

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request.body)
        await asyncio.sleep(0)
        return HttpResponse(503 if request.body == BAD.id.encode() else 200)

    async def insist(self, batch: Batch) -> None:
        """As a route does."""
        again = False
        while not isinstance(await self.courier.deliver(batch, self.told.append, again=again), Delivered):
            again = True
            await self.courier.rest()


@pytest.mark.parametrize("draining", [False, True])
@pytest.mark.parametrize("later", [0, 3, 50, 400])
def test_p6_what_fails_as_the_probe_lets_others_try_first(later: int, draining: bool) -> None:
    desk = Picky()

    async def run() -> list[bytes]:
        bad = asyncio.create_task(desk.insist(BAD))
        if draining:
            desk.courier.drain()
        while not desk.courier.breaker.is_open:
            await desk.timeline.go_on(1)
        await desk.timeline.go_on(later)
        before = len(desk.sent)
        good = asyncio.create_task(desk.insist(GOOD))
        await desk.timeline.go_on(50)
        for task in (bad, good):
            task.cancel()
        await asyncio.gather(bad, good, return_exceptions=True)
        return desk.sent[before:]

    assert GOOD.id.encode() in asyncio.run(run())[:2], "one probe of the other at most"
