"""Brings one batch to one destination: encode, wait for one's turn, send, read, try again. Stores nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ..destinations.base import Batch, Destination, HttpRequest, HttpResponse, Rejected, Retry, Simplify, Verdict
from .deliver import NetworkError
from .retry import Gate, Hurry, Uniform, series


class Sends(Protocol):
    """What sends one request; `deliver.Transport` does."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once.

        Raises:
            NetworkError: no complete answer came.
        """
        ...


class Courier:
    """Shared by all routes of one destination, so that its gate holds all of them."""

    def __init__(
        self, destination: Destination, transport: Sends, gate: Gate, now: Callable[[], datetime], uniform: Uniform
    ) -> None:
        self.destination = destination
        self.gate = gate
        self._transport = transport
        self._now = now
        self._uniform = uniform

    async def deliver(self, batch: Batch, hurry: Hurry, on_retry: Callable[[Retry], None]) -> Verdict:
        """One series of attempts; `on_retry` hears of each that failed for now.

        The verdict is never `Simplify`: that is tried here, once.
        """
        plain = False

        async def attempt() -> Verdict:
            nonlocal plain
            verdict = await self._attempt(batch, plain=plain)
            if isinstance(verdict, Simplify) and not plain:
                plain = True
                verdict = await self._attempt(batch, plain=True)
            if isinstance(verdict, Retry):
                on_retry(verdict)
            return Rejected(verdict.reason) if isinstance(verdict, Simplify) else verdict

        return await series(attempt, hurry, self._uniform)

    async def _attempt(self, batch: Batch, *, plain: bool) -> Verdict:
        await self.gate.enter()
        try:
            request = self.destination.encode(batch, self._now(), plain=plain)
        except Exception as error:  # noqa: BLE001 - one event that cannot be encoded must not stop the others (P6)
            return Rejected(f"cannot be encoded ({type(error).__name__})", splittable=True)
        try:
            response = await self._transport.send(request)
        except NetworkError as error:
            return Retry(error.reason, needs_repair=error.ours)
        verdict = self.destination.read(response, self._now())
        if isinstance(verdict, Retry) and verdict.after:
            self.gate.hold(verdict.after)
        return verdict
