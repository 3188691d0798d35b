"""What the receivers have in common that stand in for vendors: an address, a first answer of 429, and what was refused.

A vendor's own rules and words are in a file of its own. They show nothing and are for tests alone.
"""

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, ClassVar, Final, TypeGuard, cast

from locust_failure_forwarder.demo.exchange import Reply, Request, text_reply
from locust_failure_forwarder.demo.server import LoopbackServer

_EARLY: Final = 0.05
"""Seconds; two clocks may differ by so much, and a client may wake a moment early."""


class Vendor(LoopbackServer):
    """Answers as the vendor documents it. Safe to read from any thread."""

    path: ClassVar[str]
    method: ClassVar[str] = "POST"
    max_bytes: ClassVar[int]
    """Of a body; what is larger is answered with 413."""

    def __init__(self, *, limited_for: float = 0.0) -> None:
        """`limited_for` so many seconds after the first request, all are answered with 429."""
        super().__init__()
        self.lock = threading.RLock()
        self.refused: list[str] = []
        """What was wrong with each request that was not taken, whatever the vendor says of it."""
        self.limited = 0
        """Requests that were answered with 429."""
        self._limited_for = limited_for
        self._opens_at: float | None = None

    def respond(self, request: Request) -> Reply:
        """The vendor's answer."""
        with self.lock:
            if request.path != self.path or request.method != self.method:
                self.refused.append(f"{request.method} to the wrong address")
                return text_reply(404, "not found")
            if (wait := self._wait()) > _EARLY:
                self.limited += 1
                return self.too_many(wait)
            if len(request.body) > self.max_bytes:
                self.refused.append(f"{len(request.body)} bytes")
                return text_reply(413, "too large")
            if reasons := list(self.violations(request)):
                self.refused += reasons
                return self.refusal(reasons)
            return self.take(request)

    def _wait(self) -> float:
        if self._limited_for and self._opens_at is None:
            self._opens_at = time.time() + self._limited_for
        return 0.0 if self._opens_at is None else self._opens_at - time.time()

    @abstractmethod
    def violations(self, request: Request) -> Sequence[str]:
        """Why the vendor would refuse it; empty if it would not."""

    @abstractmethod
    def refusal(self, reasons: Sequence[str]) -> Reply:
        """The vendor's 400."""

    @abstractmethod
    def too_many(self, wait: float) -> Reply:
        """The vendor's 429: come back after `wait` seconds."""

    @abstractmethod
    def take(self, request: Request) -> Reply:
        """Keep what a request without violations brings, and answer it."""


def limit(server: LoopbackServer, rule: Callable[[float], tuple[float, Mapping[str, str]]]) -> None:
    """Let one of the demo's servers answer with 429 from its first request on.

    `rule` makes of the time of that request until when it does, both in epoch seconds, and the headers that say so.
    """
    opens_at: list[float] = []

    def fault(number: int) -> int | None:
        if number == 1:
            at, server.fault_headers = rule(time.time())
            opens_at.append(at)
        return 429 if time.time() < opens_at[0] - _EARLY else None

    server.fault = fault


def in_a_second(now: float) -> tuple[float, Mapping[str, str]]:
    """Retry-After in seconds."""
    return now + 1.0, {"Retry-After": "1"}


def at_a_date(now: float) -> tuple[float, Mapping[str, str]]:
    """Retry-After as an HTTP-date (RFC 9110, 5.6.7), which has whole seconds."""
    at = int(now) + 2
    return at, {"Retry-After": formatdate(at, usegmt=True)}


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it was an object of JSON."""
    return isinstance(value, dict)


def entries(value: object) -> Sequence[object]:
    """Those of a list of JSON; none of anything else."""
    return cast("list[object]", value) if isinstance(value, list) else ()


def is_text(value: object, most: int, least: int = 1) -> bool:
    """Whether it is a text of such a length, in UTF-16 units as JavaScript counts."""
    return isinstance(value, str) and least <= len(value.encode("utf-16-le")) // 2 <= most
