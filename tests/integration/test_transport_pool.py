"""The pool of connections: all are given back, never are there more than there may be, nothing else is kept. P5, P7."""

import asyncio
import socket
import threading
import time

import pytest
from locust_failure_forwarder.demo.exchange import Reply, Request
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.destinations.base import HttpRequest
from locust_failure_forwarder.pipeline.deliver import MAX_CONNECTIONS, NetworkError, Transport
from support.sockets import SocketServer, drain, read_message
from support.transport import PATIENCE, request, transporting

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"


class Moody(LoopbackServer):
    """Answers nobody until told to."""

    silent = True

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def respond(self, request: Request) -> Reply:
        if self.silent:
            self.pause(30)
        return Reply(202, b"", {"Set-Cookie": f"session={request.headers.get('x-number', '')}; Path=/"})


@pytest.mark.parametrize("cancelled", [False, True], ids=["timed-out", "cancelled"])
def test_p7_fifty_attempts_without_an_answer_leave_the_pool_as_it_was(cancelled: bool) -> None:
    async def attempt(transport: Transport) -> None:
        sending = asyncio.create_task(transport.send(request(f"{server.url}/")))
        if cancelled:
            await asyncio.sleep(0.05)
            sending.cancel()
        with pytest.raises((NetworkError, asyncio.CancelledError)):
            await sending

    async def use(transport: Transport) -> None:
        await asyncio.gather(*(attempt(transport) for _ in range(50)))
        server.silent = False
        transport._timeout = PATIENCE  # pyright: ignore[reportPrivateUsage] - a slow machine must fail no good request
        many = [transport.send(request(f"{server.url}/")) for _ in range(2 * MAX_CONNECTIONS)]
        assert {answer.status for answer in await asyncio.gather(*many)} == {202}

    with Moody() as server:
        transporting(server.port, use, 10 if cancelled else 0.3)


def test_p7_a_tls_handshake_that_nobody_answers_leaves_no_socket() -> None:
    async def use(transport: Transport) -> None:
        with pytest.raises(NetworkError):
            await transport.send(request(f"https://{server.address}/"))
        sending = asyncio.create_task(transport.send(request(f"https://{server.address}/")))
        await asyncio.sleep(0.1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    with SocketServer(drain) as server:
        transporting(server.port, use, 0.3)


def test_p7_a_server_that_does_not_read_ends_with_the_time_of_the_attempt() -> None:
    stop = threading.Event()

    async def use(transport: Transport) -> None:
        with pytest.raises(NetworkError, match=r"^no answer within 0\.3 s$"):
            await transport.send(HttpRequest(f"http://{server.address}/", {}, bytes(64 * 1024 * 1024)))
        stop.set()

    def look_away(connection: socket.socket) -> None:
        stop.wait(5)

    with SocketServer(look_away) as server:
        transporting(server.port, use, 0.3)


def test_no_more_requests_are_under_way_than_there_may_be_connections() -> None:
    peak = Peak()

    def serve(connection: socket.socket) -> None:
        while read_message(connection):
            with peak:
                time.sleep(0.05)
            connection.sendall(OK)

    async def use(transport: Transport) -> None:
        many = [transport.send(request(f"http://{server.address}/")) for _ in range(4 * MAX_CONNECTIONS)]
        assert {answer.status for answer in await asyncio.gather(*many)} == {202}

    with SocketServer(serve) as server:
        transporting(server.port, use)
    assert 1 < peak.highest <= MAX_CONNECTIONS


class Peak:
    """The most threads that were in the `with` block at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.highest = 0

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.highest = max(self.highest, self._now)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._now -= 1


def test_no_cookie_is_kept() -> None:
    """A jar that takes one of each answer grows without end, and so does each request."""

    async def use(transport: Transport) -> None:
        for number in range(20):
            await transport.send(request(f"{server.url}/", headers={"X-Number": str(number)}))

    with Moody() as server:
        server.silent = False
        transporting(server.port, use)
        assert all("cookie" not in asked.headers for asked in server.requests)
