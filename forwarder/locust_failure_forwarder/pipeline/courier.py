"""Brings batches to one destination: encode, wait for one's turn, send, read, try again. Stores nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from ..destinations.base import (
    Batch,
    Destination,
    HttpRequest,
    HttpResponse,
    Itemised,
    Plain,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from ..destinations.rate_limit import hold
from .answers import Answers
from .breaker import Breaker
from .deliver import NetworkError
from .pace import Concurrency, RetryBudget
from .retry import Gate, Hurry, Uniform, backoff, series

_TOO_MANY: Final = 429
_LIMIT_HOLD: Final = 1.0
"""Seconds for which a destination that limits our rate without saying for how long is left alone."""
_LOOK_AGAIN: Final = 0.2
"""Seconds until somebody who waits for another's probe looks how it went; a success wakes them, a failure does not."""
_COURTESY: Final = 0.05
"""Seconds by which others go before the batch whose probe failed last: what always fails must not keep them out."""


class Sends(Protocol):
    """What sends one request; `deliver.Transport` does."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once.

        Raises:
            NetworkError: no complete answer came.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Turn:
    """The permission to send one request."""

    is_probe: bool
    """True if it shows whether an open breaker may close."""
    batch: str
    """Id of what is sent."""
    at: float
    """Monotonic time."""


class Courier:
    """Shared by all routes of one destination: what holds one of them holds all."""

    def __init__(
        self,
        destination: Destination,
        transport: Sends,
        gate: Gate,
        answers: Answers,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        uniform: Uniform,
    ) -> None:
        self.destination = destination
        self.gate = gate
        self.hurry = Hurry()
        self.trouble: str | None = None
        """Why the last request failed for now, if it did."""
        self.breaker = Breaker(clock, uniform)
        self.concurrency = Concurrency(clock)
        self._budget = RetryBudget(clock)
        self._transport = transport
        self._answers = answers
        self._clock = clock
        self._now = now
        self._uniform = uniform
        self._queued = 0
        self._failed_probe = ""

    # -- told from outside ---------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Stop waiting for a better moment to try again."""
        self.breaker.hurry()
        self.hurry.call()

    def drain(self) -> None:
        """Keep all waits short from now on."""
        self.breaker.draining = self.hurry.draining = True
        self.flush()

    @property
    def idle_until(self) -> float:
        """Monotonic time before which nothing will be sent."""
        return max(self.gate.opens_at, self.breaker.retry_at if self.breaker.state == "open" else 0.0)

    def state(self) -> dict[str, Any]:
        """What `status` shows of this destination; times are seconds from now."""
        wait = max(0.0, self.idle_until - self._clock())
        return {
            "breaker": self.breaker.state,
            "needs_repair": self.breaker.for_repair,
            "next_try_s": round(wait, 1) if self.breaker.is_open or wait >= _LIMIT_HOLD else None,
            "concurrency": self.concurrency.limit,
        }

    # -- delivery ------------------------------------------------------------------------------------------------

    async def deliver(self, batch: Batch, on_retry: Callable[[Retry], None], *, again: bool = False) -> Verdict:
        """One series of attempts; `on_retry` hears of each that failed for now. `again` says that it is not the first.

        The verdict is never `Simplify`: that is tried here, once.
        """
        plain, first = False, not again
        if first:
            self._budget.earn()

        async def attempt() -> Verdict:
            nonlocal plain, first
            turn = await self._wait_for_turn(batch, retry=not first)
            first = False
            verdict = await self._attempt(batch, turn, plain=plain)
            if isinstance(verdict, Simplify) and not plain:
                plain = True
                turn = await self._wait_for_turn(batch, retry=True)
                verdict = await self._attempt(batch, turn, plain=True)
            if isinstance(verdict, Retry):
                on_retry(verdict)
            return Rejected(verdict.reason) if isinstance(verdict, Simplify) else verdict

        return await series(attempt, self.hurry, self._uniform, lambda: self.breaker.is_open)

    async def rest(self) -> None:
        """Between two series, while the breaker has no reason to hold everybody."""
        if not self.breaker.is_open:
            await self.hurry.sleep(backoff(10, self._uniform, 1.0 if self.hurry.draining else 30.0))

    async def _wait_for_turn(self, batch: Batch, *, retry: bool) -> _Turn:
        """Until a request may be sent."""
        if retry and (wait := self._budget.spend()) > 0:
            await self.hurry.sleep(wait)
        batch_id = batch.id
        while True:
            await self._wait_for_breaker(batch_id)
            is_probe = self.breaker.is_open
            try:
                await self.gate.enter()
            except BaseException:
                self._never_sent(_Turn(is_probe, batch_id, 0.0))
                raise
            if is_probe or not self.breaker.is_open:
                return _Turn(is_probe, batch_id, self._clock())  # else it opened while we waited

    async def _wait_for_breaker(self, batch_id: str) -> None:
        self._queued += 1
        try:
            while (wait := self._until_admitted(batch_id)) > 0 or not self.breaker.admit():
                await self.hurry.sleep(max(0.01, wait or _LOOK_AGAIN))
        finally:
            self._queued -= 1

    def _until_admitted(self, batch_id: str) -> float:
        """Seconds until an open breaker is worth asking."""
        if self.breaker.state != "open":
            return 0.0
        courtesy = _COURTESY if self._queued > 1 and batch_id == self._failed_probe else 0.0
        return max(0.0, self.breaker.retry_at + courtesy - self._clock())

    async def _attempt(self, batch: Batch, turn: _Turn, *, plain: bool) -> Verdict:
        """Send once, and take note of what that says about the destination."""
        try:
            request = self.destination.encode(batch, self._now(), plain=plain)
        except Exception as error:  # noqa: BLE001 - one event that cannot be encoded must not stop the others (P6)
            self._never_sent(turn)
            return Rejected(f"cannot be encoded ({type(error).__name__})", splittable=True)
        try:
            response = await self._transport.send(request)
        except NetworkError as error:
            verdict = Retry(error.reason, needs_repair=error.ours)
            self._note(verdict, None, turn)
            return verdict
        except BaseException:
            self._never_sent(turn)
            raise
        try:
            verdict = self.destination.read(response, self._now())
        except Exception as error:  # noqa: BLE001 - nothing that a server says may end the process
            verdict = Retry(f"{response.status}: the answer cannot be read ({type(error).__name__})")
        self._note(verdict, response, turn)
        if isinstance(verdict, Rejected):
            return replace(verdict, status=response.status, answer=self._answers.excerpt(request, response.body))
        if isinstance(verdict, Itemised):
            return Itemised({event_id: self._cleaned(item, request) for event_id, item in verdict.verdicts.items()})
        return verdict

    def _cleaned(self, item: Plain, request: HttpRequest) -> Plain:
        if isinstance(item, Rejected) and item.answer is not None:
            return replace(item, answer=self._answers.excerpt(request, item.answer.encode("utf-8", "replace")))
        return item

    def _never_sent(self, turn: _Turn) -> None:
        if turn.is_probe:
            self.breaker.abandoned()

    def _note(self, verdict: Verdict, response: HttpResponse | None, turn: _Turn) -> None:
        limited = response is not None and response.status == _TOO_MANY
        wait = None if response is None else hold(response.status, response.headers, self._now())
        if isinstance(verdict, Retry) and verdict.after is not None:  # some say it in the body
            wait = max(wait or 0.0, verdict.after)
        if wait or limited:
            self.gate.hold(wait or _LIMIT_HOLD)
        self.trouble = verdict.reason if isinstance(verdict, Retry) else None
        if turn.is_probe and isinstance(verdict, Retry):
            self._failed_probe = turn.batch
        if not isinstance(verdict, Retry):
            self.breaker.succeeded(is_probe=turn.is_probe)
            if turn.is_probe:
                self.hurry.call()  # the others wait for this
            self.concurrency.succeeded()
            return
        if not verdict.needs_repair:
            self.concurrency.overloaded()
        if limited and wait:  # a destination that says when to come back is in good health
            self._never_sent(turn)
        else:
            self.breaker.failed(turn.at, for_repair=verdict.needs_repair, is_probe=turn.is_probe)
