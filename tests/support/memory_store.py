"""What a route sees of a log, in memory, and a courier that follows a script. No disk, no network, no waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from locust_failure_forwarder.config.models import BatchConfig, DestinationConfig
from locust_failure_forwarder.destinations.base import (
    Batch,
    Destination,
    HttpRequest,
    HttpResponse,
    Retry,
    Verdict,
)
from locust_failure_forwarder.events import Event, Kind
from locust_failure_forwarder.pipeline.answers import Answers
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.courier import Courier, Sends
from locust_failure_forwarder.pipeline.log import LAST, DeadLetter, Flight
from locust_failure_forwarder.pipeline.retry import Gate
from locust_failure_forwarder.pipeline.route import Route

from .clocks import Clock, ClockedHurry, lowest
from .samples import NOW, event

FAILURES = RouteKey("monitoring", "failures")

Judge = Callable[[Sequence[Event]], Verdict | Awaitable[Verdict]]


def numbered(count: int, kind: Kind = "failures", first: int = 1) -> list[Event]:
    """Events of these positions, each with an id of its own, all captured at `NOW`."""
    sample = event(kind)
    return [
        replace(sample, position=position, id=UUID(int=sample.id.int + position))
        for position in range(first, first + count)
    ]


class MemorySource:
    """Hands out each event once, and insists that each flight is settled once and whole."""

    def __init__(self, events: Sequence[Event], key: RouteKey = FAILURES) -> None:
        self.key = key
        self.waiting = list(events)
        self.flights: dict[int, Flight] = {}
        self.dead: list[DeadLetter] = []
        self.account = Account(captured=len(events))
        self._taken = 0

    def add(self, events: Sequence[Event]) -> None:
        self.waiting += events
        self.account = self.account.plus(captured=len(events))

    @property
    def pending(self) -> int:
        return self.account.pending

    async def oldest(self) -> int | None:
        await asyncio.sleep(0)
        under_way = [event.position for flight in self.flights.values() for event in flight.events]
        return min((*under_way, *(event.position for event in self.waiting)), default=None)

    async def take(self, max_records: int, max_bytes: int, last: int = LAST) -> Flight | None:
        await asyncio.sleep(0)
        taken = tuple(event for event in self.waiting[:max_records] if event.position <= last)
        if not taken:
            return None
        del self.waiting[: len(taken)]
        self._taken += 1
        self.flights[self._taken] = Flight(self._taken, self.key, taken)
        return self.flights[self._taken]

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        await asyncio.sleep(0)
        assert self.flights.pop(flight.id) == flight, "a flight is settled once"
        assert delivered + len(dead) == len(flight.events), "all of it, each event once"
        self.dead += dead
        self.account = self.account.plus(delivered=delivered, dead=len(dead))

    @property
    def dead_positions(self) -> list[int]:
        return [letter.event.position for letter in self.dead if letter.event is not None]


class _Anywhere(Destination):
    """Has a configuration; a courier that follows a script asks it for nothing else."""

    def __init__(self, config: DestinationConfig) -> None:
        self._config = config

    @property
    def config(self) -> DestinationConfig:
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:
        raise NotImplementedError

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        raise NotImplementedError

    def probe(self, now: datetime) -> HttpRequest:
        raise NotImplementedError


class ScriptedCourier(Courier):
    """Answers each batch by `judge`, and remembers what it was given. All else of it is real."""

    def __init__(
        self,
        judge: Judge,
        batch: BatchConfig | None = None,
        *,
        give_up_after: float = 86_400.0,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        config = DestinationConfig(send=("failures",), batch=batch or BatchConfig(), give_up_after=give_up_after)
        super().__init__(
            _Anywhere(config),
            cast(Sends, None),
            Gate(0.0, self.clock, self.clock.sleep),
            Answers(config, lambda text: text),
            self.clock,
            lambda: NOW,
            lowest,
        )
        self.hurry = ClockedHurry(self.clock)
        self._judge = judge
        self.batches: list[list[int]] = []
        self.again: list[bool] = []

    async def deliver(self, batch: Batch, on_retry: Callable[[Retry], None], *, again: bool = False) -> Verdict:
        self.batches.append([event.position for event in batch.events])
        self.again.append(again)
        await asyncio.sleep(0)
        verdict = self._judge(batch.events)
        if isinstance(verdict, Awaitable):
            verdict = await verdict
        if isinstance(verdict, Retry):
            on_retry(verdict)
        return verdict


class Ride:
    """A route over both, and what it says."""

    def __init__(
        self,
        source: MemorySource,
        courier: ScriptedCourier,
        *,
        alone: bool = False,
        paced: Callable[[int], Awaitable[None]] | None = None,
        wall_clock: Callable[[], float] = NOW.timestamp,
        ahead: "Ride | None" = None,
    ) -> None:
        self.source = source
        self.courier = courier
        self.said: list[str] = []
        self.route = Route(
            source.key,
            courier,
            source,
            courier.clock,
            wall_clock,
            self.said.append,
            self.said.append,
            alone=alone,
            paced=paced,
            ahead=None if ahead is None else ahead.route,
        )

    async def until(self, condition: Callable[[], bool], *, nudge: Callable[[], None] = lambda: None) -> None:
        """Run the route until the condition holds, then cancel it. `nudge` is called again and again meanwhile."""
        task = asyncio.create_task(self.route.run())
        try:
            async with asyncio.timeout(10):
                while not condition():
                    nudge()
                    await asyncio.sleep(0)
                    if task.done():
                        task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def until_settled(self) -> None:
        """Flush, and run until nothing is pending and nothing holds it up."""

        async def run() -> None:
            self.route.flush()
            await self.until(lambda: self.source.pending == 0 and self.route.note is None)

        asyncio.run(run())


async def moments(count: int = 50) -> None:
    """Let everything that can happen now happen."""
    for _ in range(count):
        await asyncio.sleep(0)
