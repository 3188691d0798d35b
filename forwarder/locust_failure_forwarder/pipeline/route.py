"""One destination and one kind: read what is due from the log, have it delivered, move the cursor."""

import asyncio
import math
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from ..config.models import BatchConfig
from ..destinations.base import Batch, Delivered, Rejected, Retry
from ..events import Event
from .counters import RouteKey
from .courier import Courier
from .log import DeadLetter
from .retry import DRAIN_CAP, Hurry, Uniform, pause
from .store import Store

ENVELOPE_BYTES: Final = 4096
"""Room left in a batch's byte limit for what surrounds the records."""

Notify = Callable[[str], None]
T = TypeVar("T")


def limits(config: BatchConfig, max_records: int | None, max_bytes: int | None) -> tuple[int, int]:
    """Records and bytes of one batch: what the user configured, within what the destination's wire allows."""
    records = min(config.max_records, max_records or config.max_records)
    size = min(config.max_bytes, max_bytes or config.max_bytes)
    return records, max(1, size - ENVELOPE_BYTES)


def split_budget(records: int) -> int:
    """Requests that may be spent on finding the culprits of a refused batch."""
    return 2 * math.ceil(math.log2(max(2, records))) + 8


class Route:
    """Runs until cancelled. `note` says what holds it up, if anything does."""

    def __init__(
        self,
        key: RouteKey,
        courier: Courier,
        store: Store,
        batch: BatchConfig,
        clock: Callable[[], float],
        uniform: Uniform,
        warn: Notify,
        inform: Notify,
    ) -> None:
        self.key = key
        self.note: str | None = None
        self._courier = courier
        self._store = store
        self._max_age = batch.max_age
        self._max_records, self._max_bytes = limits(
            batch, courier.destination.max_records, courier.destination.max_bytes
        )
        self._clock = clock
        self._uniform = uniform
        self._warn = warn
        self._inform = inform
        self._hurry = Hurry()
        self._news = asyncio.Event()
        self._flush = False
        self._waiting_bytes = 0
        self._oldest_at: float | None = None
        self._resumes_at = 0.0

    # -- told from outside ---------------------------------------------------------------------------------------

    def notify(self, size: int) -> None:
        """Events of this kind were committed, `size` bytes of them."""
        self._waiting_bytes += size
        if self._oldest_at is None:
            self._oldest_at = self._clock()
        self._news.set()

    def flush(self) -> None:
        """Send what there is at once, and stop waiting for a better moment to retry."""
        self._flush = True
        self._news.set()
        self._hurry.call()

    def drain(self) -> None:
        """The end is near: flush, and keep all waits short from now on."""
        self._hurry.draining = True
        self.flush()

    def done_by(self, deadline: float) -> bool:
        """True if nothing is pending, or nothing more can happen before `deadline` (monotonic)."""
        return self._pending == 0 or max(self._resumes_at, self._courier.gate.opens_at) > deadline

    @property
    def paused(self) -> bool:
        """True between two series of attempts: the destination was asked several times, or needs a person."""
        return self._resumes_at > 0

    @property
    def _pending(self) -> int:
        return self._store.accounts[self.key].pending

    # -- the loop ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Deliver for ever. A log that cannot be read or written is tried again after a pause, as a destination is."""
        while True:
            await self._wait_until_due()
            events = await self._insist(lambda: self._store.read(self.key, self._max_records, self._max_bytes))
            if not events:
                self._waiting_bytes, self._oldest_at, self._flush = 0, None, False
                continue
            self._waiting_bytes = max(0, self._waiting_bytes - sum(len(e.body) for e in events))
            await self._deliver(events)
            if self._pending == 0:
                self._waiting_bytes, self._oldest_at, self._flush = 0, None, self._hurry.draining
            else:
                self._oldest_at = self._clock()

    async def _wait_until_due(self) -> None:
        """Until a batch is full, old enough, or wanted now."""
        while True:
            self._news.clear()
            pending = self._pending
            if pending and (
                self._flush
                or pending >= self._max_records
                or self._waiting_bytes >= self._max_bytes
                or self._age() >= self._max_age
            ):
                return
            # The tick besides the wake-up: a wake-up that was missed costs a moment, not the batch.
            patience = min(1.0, max(0.001, self._max_age - self._age())) if pending else 1.0
            try:
                async with asyncio.timeout(patience):
                    await self._news.wait()
            except TimeoutError:
                pass

    def _age(self) -> float:
        if self._oldest_at is None:
            self._oldest_at = self._clock()
        return self._clock() - self._oldest_at

    async def _deliver(self, events: list[Event]) -> None:
        """Settle all of `events`, in order; parts of a refused batch are tried alone within a budget."""
        parts = [events]
        budget = split_budget(len(events))
        failed_series = 0
        while parts:
            part = parts.pop(0)
            verdict = await self._courier.deliver(
                Batch(self.key.kind, self.key.destination, part), self._hurry, lambda retry: self._held_up(retry.reason)
            )
            match verdict:
                case Delivered():
                    failed_series = 0
                    self._recovered()
                    await self._insist(lambda part=part: self._store.settle(self.key, part[-1].position, len(part)))
                case Rejected(reason, splittable):
                    budget -= 2
                    if splittable and len(part) > 1 and budget > 0:
                        middle = len(part) // 2
                        parts[:0] = [part[:middle], part[middle:]]
                    else:
                        await self._bury(part, reason)
                case _:
                    failed_series += 1
                    parts.insert(0, part)
                    await self._pause(failed_series, mendable=isinstance(verdict, Retry) and verdict.needs_repair)

    async def _bury(self, events: list[Event], reason: str) -> None:
        self._warn(f"{self.key}: {len(events)} refused for good, kept as dead letters: {reason}")
        letters = [DeadLetter(e.kind, reason, e.body, e.position) for e in events]
        await self._insist(lambda: self._store.settle(self.key, events[-1].position, 0, letters))

    async def _insist(self, use: Callable[[], Awaitable[T]]) -> T:
        """Use the log, again and again until it works: a full disk is no reason to forget what was delivered."""
        failed = 0
        while True:
            try:
                result = await use()
            except sqlite3.Error as error:
                failed += 1
                self._held_up(f"the log cannot be used ({error})")
                await self._pause(failed, mendable=False)
            else:
                if failed:
                    self._recovered()
                return result

    async def _pause(self, failed_series: int, *, mendable: bool) -> None:
        """Between two series. At the end of a test a short one, unless only a person could make a difference."""
        short = self._hurry.draining and not mendable
        seconds = DRAIN_CAP if short else pause(failed_series, self._uniform)
        self._resumes_at = self._clock() + seconds
        await self._hurry.sleep(seconds)
        self._resumes_at = 0.0

    def _held_up(self, reason: str) -> None:
        if self.note is None:
            self._warn(f"{self.key}: not delivered yet, everything is kept: {reason}")
        self.note = reason

    def _recovered(self) -> None:
        if self.note is not None:
            self._inform(f"{self.key}: delivering again")
            self.note = None
