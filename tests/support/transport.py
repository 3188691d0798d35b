"""Servers that are no good HTTP servers, and one request to them through the real transport."""

import asyncio
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from locust_failure_forwarder.demo.exchange import Reply, Request
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.destinations.base import HttpRequest, HttpResponse
from locust_failure_forwarder.pipeline.deliver import NetworkError, Transport

SECRET = "not-a-real-token"
TIMEOUT = 0.3


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


def send(url: str, *, headers: dict[str, str] | None = None, timeout: float = TIMEOUT) -> HttpResponse:
    async def send() -> HttpResponse:
        async with Transport(timeout) as transport:
            return await transport.send(HttpRequest(url, headers or {}, b"{}"))

    return asyncio.run(send())


def fail(url: str, **arguments: Any) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        send(url, **arguments)
    error = caught.value
    assert SECRET not in str(error)
    assert "127.0.0.1" not in str(error)
    assert "://" not in str(error)
    assert error.__suppress_context__, "the library's error names the URL"
    return error
