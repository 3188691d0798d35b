"""Servers that are no good HTTP servers, and one request to them through the real transport."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from locust_failure_forwarder.config.models import TlsConfig
from locust_failure_forwarder.demo.exchange import Reply, Request
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.destinations.base import HttpRequest, HttpResponse
from locust_failure_forwarder.pipeline.deliver import MAX_CONNECTIONS, NetworkError, Transport

SECRET = "not-a-real-token"
TIMEOUT = 0.3
"""Seconds of an attempt that is to run out of time."""
PATIENCE = 10.0
"""Seconds of one that is not, on however slow a machine."""


class Echo(LoopbackServer):
    """Answers what it was told to."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self._reply = reply

    def respond(self, request: Request) -> Reply:
        return self._reply


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Generator[str]:
    """A server that is no HTTP server: `serve` does with each connection what it likes. Yields its address."""

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    serve(connection)
                except OSError:
                    pass  # the client has gone, as it should

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def request(url: str, *, key: str | None = None, headers: dict[str, str] | None = None) -> HttpRequest:
    """A small one; `key` is its Idempotency-Key."""
    return HttpRequest(url, (headers or {}) | ({"Idempotency-Key": key} if key else {}), b"{}")


def send(
    url: str, *, headers: dict[str, str] | None = None, timeout: float = PATIENCE, tls: TlsConfig | None = None
) -> HttpResponse:
    async def send() -> HttpResponse:
        async with Transport(timeout, tls) as transport:
            return await transport.send(request(url, headers=headers))

    return asyncio.run(send())


def deliver(request: HttpRequest, timeout: float = PATIENCE) -> HttpResponse:
    """The answer to a request that a destination has made."""

    async def deliver() -> HttpResponse:
        async with Transport(timeout) as transport:
            return await transport.send(request)

    return asyncio.run(deliver())


def fail(url: str, **arguments: Any) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        send(url, **arguments)
    return discreet(caught.value)


def discreet(error: NetworkError) -> NetworkError:
    """The error, which says nothing that could be a secret."""
    assert SECRET not in str(error)
    assert "127.0.0.1" not in str(error)
    assert "://" not in str(error)
    assert ".test" not in str(error)
    assert error.__suppress_context__ or error.__context__ is None, "the library's error names the URL"
    return error


def transporting(port: int, use: Callable[[Transport], Awaitable[None]], timeout: float = PATIENCE) -> None:
    """Run `use` with a transport and hold that afterwards none of our sockets to `port` is left."""

    async def run() -> None:
        async with Transport(timeout) as transport:
            await use(transport)
            assert ours() <= MAX_CONNECTIONS

    def ours() -> int:
        return sum(bool(c.raddr) and c.raddr.port == port for c in psutil.Process().net_connections())

    asyncio.run(run())
    assert ours() == 0
