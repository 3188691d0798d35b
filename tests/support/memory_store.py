"""A store in memory with the interface that routes use, and a courier that follows a script. No disk, no network."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

from locust_failure_forwarder.config.models import BatchConfig
from locust_failure_forwarder.destinations.base import Batch, Destination, Retry, Verdict
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.courier import Courier
from locust_failure_forwarder.pipeline.log import DeadLetter
from locust_failure_forwarder.pipeline.retry import Gate, Hurry
from locust_failure_forwarder.pipeline.route import Route
from locust_failure_forwarder.pipeline.store import Store


class MemoryStore:
    def __init__(self, key: RouteKey, events: Sequence[Event]) -> None:
        self.events = list(events)
        self.cursor = 0
        self.dead: list[DeadLetter] = []
        self.accounts = {key: Account(captured=len(events))}

    async def read(self, key: RouteKey, max_records: int, max_bytes: int) -> list[Event]:
        due = [event for event in self.events if event.position > self.cursor]
        return due[:max_records]

    async def settle(self, key: RouteKey, cursor: int, delivered: int, dead: Sequence[DeadLetter] = ()) -> None:
        assert cursor > self.cursor, "a cursor only moves forward"
        self.cursor = cursor
        self.dead += dead
        self.accounts[key] = self.accounts[key].plus(delivered=delivered, dead=len(dead))


class ScriptedCourier:
    """Answers each batch by `judge`, and remembers what it was given."""

    def __init__(self, judge: Callable[[Sequence[Event]], Verdict]) -> None:
        self._judge = judge
        self.batches: list[list[int]] = []

        async def no_sleep(_: float) -> None:
            return None

        self.gate = Gate(0.0, lambda: 0.0, no_sleep)

        class _Unlimited:
            max_records = None
            max_bytes = None

        self.destination = cast(Destination, _Unlimited())

    async def deliver(self, batch: Batch, hurry: Hurry, on_retry: Callable[[Retry], None]) -> Verdict:
        self.batches.append([event.position for event in batch.events])
        verdict = self._judge(batch.events)
        if isinstance(verdict, Retry):
            on_retry(verdict)
        return verdict


def route_over(
    store: MemoryStore, courier: ScriptedCourier, said: list[str], batch: BatchConfig | None = None
) -> Route:
    """A real route over both."""
    (key,) = store.accounts
    return Route(
        key,
        cast(Courier, courier),
        cast(Store, store),
        batch or BatchConfig(),
        lambda: 0.0,
        lambda low, high: low,
        said.append,
        said.append,
    )


NOW = datetime(2026, 5, 4, tzinfo=UTC)
