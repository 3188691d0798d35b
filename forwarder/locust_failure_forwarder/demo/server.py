"""Base of the demo's servers: starts, answers, can be told to fail, stops. What is answered is a subclass's affair.

For the own machine only: it binds to 127.0.0.1. Tests use these servers as well.
"""

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeAlias

from .exchange import RESET, Reply, Request
from .listener import Listener

Fault: TypeAlias = Callable[[int], int | None]
"""From the number of a request, counted from 1 over the life of the server, to the status to answer instead; 0 resets
the connection; None for the usual answer."""


class LoopbackServer(ABC):
    """One server at one port of 127.0.0.1. Started anew after `stop`, it listens at the same port."""

    def __init__(self, *, port: int = 0, keep_requests: bool = True) -> None:
        """`port` 0 picks a free one at the first start. `keep_requests` takes memory without bound."""
        self.fault: Fault | None = None
        """Asked before each request; may be changed while the server runs."""
        self.fault_headers: Mapping[str, str] = {}
        """Headers of an answer that `fault` gave, such as Retry-After."""
        self.fault_after_work = False
        """True: the request is handled, then `fault` answers in its place. So a receiver loses an answer."""
        self._port = port
        self._seen: list[Request] | None = [] if keep_requests else None
        self._listener: Listener | None = None
        self._stopping = threading.Event()
        self._numbers = itertools.count(1)

    @abstractmethod
    def respond(self, request: Request) -> Reply:
        """The answer to `request`; called from several threads at a time."""

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request that came, in the order of arrival, those that `fault` answered included."""
        return tuple(self._seen or ())

    @property
    def raw_bodies(self) -> tuple[bytes, ...]:
        """Bodies of `requests`, without gzip where it can be undone: to search for what must not be sent."""
        return tuple(_readable(request) for request in self.requests)

    @property
    def url(self) -> str:
        """Address without a path, such as `http://127.0.0.1:40123`.

        Raises:
            RuntimeError: it was never started, so no port is known.
        """
        if self._port == 0:
            raise RuntimeError("start the server first: its port is not known yet")
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Listen.

        Raises:
            OSError: the port is taken.
            RuntimeError: it is listening already.
        """
        if self._listener is not None:
            raise RuntimeError("the server is running already")
        self._stopping.clear()
        self._listener = Listener(self._port, self._answer)
        self._port = self._listener.port
        return self

    def stop(self) -> None:
        """Close the port and all connections, and wait for their threads. Harmless if it is not running."""
        listener, self._listener = self._listener, None
        self._stopping.set()
        if listener is not None:
            listener.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def pause(self, seconds: float) -> None:
        """Wait within an answer; ends early when the server stops."""
        self._stopping.wait(seconds)

    def _answer(self, request: Request) -> Reply:
        number = next(self._numbers)
        if self._seen is not None:
            self._seen.append(request)
        status = None if self.fault is None else self.fault(number)
        if status is None:
            return self.respond(request)
        if self.fault_after_work:
            self.respond(request)
        return Reply(status, b"injected fault\n", self.fault_headers) if status else RESET


def _readable(request: Request) -> bytes:
    try:
        return request.plain_body()
    except ValueError:
        return request.body
