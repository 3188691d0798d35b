"""Connections kept from request to request, and closed under us. P7: no storm comes of it."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable

import pytest
from locust_failure_forwarder.pipeline.deliver import NetworkError, Transport
from support.sockets import SocketServer, read_message
from support.transport import discreet, request, transporting

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"
KEY = "0123456789abcdef"


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_connection_is_used_again() -> None:
    def serve(connection: socket.socket) -> None:
        while read_message(connection):
            connection.sendall(OK)

    async def use(transport: Transport) -> None:
        for _ in range(5):
            assert (await transport.send(request(f"http://{server.address}/"))).status == 202

    with SocketServer(serve) as server:
        transporting(server.port, use)
    assert server.connections == 1


class OneAnswer(SocketServer):
    """Answers the first request of each connection, and ends the connection at the second, having read it."""

    def __init__(self, end: Callable[[socket.socket], None] = socket.socket.close) -> None:
        super().__init__(self._one)
        self.taken: list[bytes] = []
        self._end = end

    def _one(self, connection: socket.socket) -> None:
        self.taken.append(read_message(connection))
        connection.sendall(OK)
        self.taken.append(read_message(connection))
        self._end(connection)


@pytest.mark.parametrize("end", [socket.socket.close, _reset], ids=["closed", "reset"])
def test_a_request_that_met_a_closed_connection_is_sent_again_at_once_if_that_is_safe(
    end: Callable[[socket.socket], None],
) -> None:
    async def use(transport: Transport) -> None:
        for _ in range(20):
            assert (await transport.send(request(f"http://{server.address}/", key=KEY))).status == 202

    with OneAnswer(end) as server:
        transporting(server.port, use)
    assert server.connections == 20
    assert all(KEY.encode() in message for message in server.taken)
    assert len(server.taken) == 39, "19 of the 20 were read by a connection that then ended"


def test_a_request_without_a_key_that_met_a_closed_connection_is_left_to_whoever_retries() -> None:
    async def use(transport: Transport) -> None:
        message = request(f"http://{server.address}/")
        assert (await transport.send(message)).status == 202
        with pytest.raises(NetworkError) as caught:
            await transport.send(message)
        assert not discreet(caught.value).ours
        assert (await transport.send(message)).status == 202

    with OneAnswer() as server:
        transporting(server.port, use)


def test_a_connection_closed_between_two_requests_is_noticed_before_anything_is_written() -> None:
    closed = threading.Event()

    def answer_and_close(connection: socket.socket) -> None:
        read_message(connection)
        connection.sendall(OK)
        connection.close()
        closed.set()

    async def use(transport: Transport) -> None:
        for _ in range(5):
            assert (await transport.send(request(f"http://{server.address}/"))).status == 202
            assert await asyncio.to_thread(closed.wait, 5)
            closed.clear()

    with SocketServer(answer_and_close) as server:
        transporting(server.port, use)


def test_p7_a_server_that_hangs_up_on_everybody_is_asked_once_for_each_attempt() -> None:
    async def use(transport: Transport) -> None:
        for _ in range(5):
            with pytest.raises(NetworkError):
                await transport.send(request(f"http://{server.address}/", key=KEY))

    def hang_up(connection: socket.socket) -> None:
        read_message(connection)

    with SocketServer(hang_up) as server:
        transporting(server.port, use)
    assert server.connections == 5


def test_p7_an_answer_that_breaks_off_on_a_kept_connection_is_not_asked_for_again_at_once() -> None:
    def serve(connection: socket.socket) -> None:
        read_message(connection)
        connection.sendall(OK)
        read_message(connection)
        connection.sendall(OK[:-1])

    async def use(transport: Transport) -> None:
        message = request(f"http://{server.address}/", key=KEY)
        assert (await transport.send(message)).status == 202
        with pytest.raises(NetworkError):
            await transport.send(message)

    with SocketServer(serve) as server:
        transporting(server.port, use)
    assert server.connections == 1
