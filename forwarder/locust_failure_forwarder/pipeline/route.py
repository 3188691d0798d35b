"""One destination and one kind: take what is due, have it delivered, several batches at a time, and settle it."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from ..errors import LogCorruptError, first_cause
from .counters import RouteKey
from .courier import Courier
from .log_schema import is_corrupt
from .log_values import LAST, Flight
from .order import reach
from .parcel import Parcel, limits
from .source import Source
from .telling import Notify, Telling

_DISK_WAIT: Final = 5.0
"""Seconds at most between two attempts to use a log that fails."""

T = TypeVar("T")


class Route:
    """Runs until cancelled."""

    def __init__(
        self,
        key: RouteKey,
        courier: Courier,
        source: Source,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        warn: Notify,
        inform: Notify,
        *,
        paced: Callable[[int], Awaitable[None]] | None = None,
        alone: bool = False,
        ahead: "Route | None" = None,
    ) -> None:
        """`paced` waits before so many records are sent; `alone` allows one batch at a time; `ahead` goes first."""
        self.key = key
        self.courier = courier
        config = courier.destination.config
        self._source = source
        # A single failure may wait for company; what is told to people may not (P8).
        self._max_age = config.batch.max_age if key.kind == "failures" else 0.0
        self._max_records, self._max_bytes = limits(
            config, courier.destination.max_records, courier.destination.max_bytes
        )
        self._give_up_after = config.give_up_after
        self._clock = clock
        self._wall_clock = wall_clock
        self._since = wall_clock()
        self._telling = Telling(key, clock, warn, inform)
        self._paced = paced
        # Alerts and summaries tell a story; only failures may overtake each other.
        self._alone = alone or key.kind != "failures"
        self._ahead = ahead
        self._behind: list[Route] = []
        if ahead is not None:
            ahead._behind.append(self)  # noqa: SLF001 - of the same class
        self._put_off = 0
        self._news = asyncio.Event()
        self._flush = False
        self._draining = False
        self._under_way = 0
        self._batches = 0
        self._waiting_bytes = 0
        self._oldest_at: float | None = None

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
        self.courier.flush()

    def drain(self) -> None:
        """The end is near: flush, and keep all waits short from now on."""
        self._draining = True
        self.courier.drain()
        self.flush()

    def done_by(self, deadline: float) -> bool:
        """True if nothing is pending, or nothing more can happen before `deadline` (monotonic)."""
        return self._source.pending == 0 or self.courier.idle_until > deadline

    @property
    def paused(self) -> bool:
        """True while the destination was asked several times in vain, or needs a person."""
        return self.courier.breaker.state == "open"

    @property
    def note(self) -> str | None:
        """What holds it up, if anything does."""
        return self._telling.note

    def state(self) -> dict[str, Any]:
        """What `status` shows of it."""
        # What keeps one kind back keeps back the others, too, before they have tried.
        held_up = self._source.pending > 0 and self.courier.breaker.is_open
        note = self.note or (self.courier.trouble if held_up else None)
        return {"note": note, "under_way": self._under_way, **self.courier.state()}

    async def reach(self) -> int:
        """Position in the log up to which those that wait for this route may go.

        Raises:
            sqlite3.Error: the log cannot be used.
        """
        return reach(await self._source.oldest(), self._put_off, draining=self._draining)

    # -- the loop ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Deliver for ever. A log that cannot be read or written is tried again after a pause, as a destination is.

        Raises:
            LogCorruptError: the log is damaged.
        """
        try:
            await self._deliver()
        except BaseExceptionGroup as group:
            # The first of what ended the tasks says it all; the others were cancelled for it.
            raise first_cause(group) from None

    async def _deliver(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                await self._until_due()
                flight = await self._insist(self._take)
                if flight is None:
                    self._leave()
                    self._waiting_bytes, self._oldest_at, self._flush = 0, None, self._draining
                    # What is pending is under way, or not for us; the end of a batch wakes us.
                    await self._pause(1.0)
                    continue
                self._under_way += len(flight.events)
                self._waiting_bytes = max(0, self._waiting_bytes - sum(len(e.body) + 1 for e in flight.events))
                self._oldest_at = self._clock() if self._waiting else None
                group.create_task(self._carry(flight))

    async def _take(self) -> Flight | None:
        last = LAST if self._ahead is None else await self._ahead.reach()
        return await self._source.take(self._max_records, self._max_bytes, last)

    @property
    def _waiting(self) -> int:
        return self._source.pending - self._under_way

    async def _until_due(self) -> None:
        """Until a batch is full, old enough, or wanted now, and there is a place for it; takes the place."""
        while True:
            self._news.clear()
            waiting = self._waiting
            if waiting <= 0:  # what a flush asked for is on its way
                self._waiting_bytes, self._oldest_at, self._flush = 0, None, self._draining
            due = waiting > 0 and (
                self._flush
                or waiting >= self._max_records
                or self._waiting_bytes >= self._max_bytes
                or self._age() >= self._max_age
            )
            if due and self._enter():
                return
            # The tick besides the wake-up: a wake-up that was missed costs a moment, not the batch.
            age_out = self._max_age - self._age() if waiting > 0 and not due else 1.0
            await self._pause(min(1.0, max(0.001, age_out)))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    def _age(self) -> float:
        if self._oldest_at is None:
            self._oldest_at = self._clock()
        return self._clock() - self._oldest_at

    def _enter(self) -> bool:
        free = self._batches == 0 if self._alone else self.courier.concurrency.enter()
        self._batches += free
        return free

    def _leave(self) -> None:
        self._batches -= 1
        if not self._alone:
            self.courier.concurrency.leave()

    async def _carry(self, flight: Flight) -> None:
        """Settle all events of one flight."""
        try:
            parcel = Parcel(flight, self._is_hopeless)
            while (batch := parcel.next_batch()) is not None:
                if self._paced is not None and not parcel.failed_before:
                    await self._paced(len(batch.events))
                verdict = await self.courier.deliver(
                    batch, lambda retry: self._telling.held_up(retry.reason), again=parcel.failed_before
                )
                if parcel.take_in(verdict):
                    self._telling.recovered()
                else:
                    self._put_off += 1
                    await self.courier.rest()
            self._telling.refused(parcel.reasons())
            await self._insist(lambda: self._source.settle(flight, parcel.delivered, parcel.letters))
        finally:
            self._under_way -= len(flight.events)
            self._put_off = 0
            self._leave()
            self._news.set()
            for route in self._behind:
                route.notify(0)

    def _is_hopeless(self, captured_at: float) -> bool:
        """True for what was tried for too long: since its capture, or since this process began, if that was later."""
        return self._wall_clock() - max(captured_at, self._since) > self._give_up_after

    async def _insist(self, use: Callable[[], Awaitable[T]]) -> T:
        """Use the log, again and again until it works: a full disk is no reason to forget what was delivered."""
        wait = 0.0
        while True:
            try:
                result = await use()
            except sqlite3.Error as error:
                if is_corrupt(error):
                    raise LogCorruptError(f"the log is damaged ({error})") from error
                self._telling.held_up(f"the log cannot be used ({error})")
                wait = min(_DISK_WAIT, max(0.1, wait * 2))
                await self.courier.hurry.sleep(wait)
            else:
                if wait:
                    self._telling.recovered()
                return result
