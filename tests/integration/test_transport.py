"""One request, one answer, over real sockets. P5, P7: no server can hold, flood or mislead us."""

import asyncio
import gzip
import socket
import time

import pytest
from locust_failure_forwarder.demo.exchange import Reply
from locust_failure_forwarder.destinations.base import HttpRequest
from locust_failure_forwarder.pipeline.deliver import MAX_ANSWER, Transport
from support.sockets import drain
from support.transport import SECRET, TIMEOUT, Echo, fail, raw_server, send

BOUND = 5.0
"""Seconds that nothing here takes which ends after `TIMEOUT`, on however slow a machine."""


def test_an_answer_comes_back_with_its_headers_in_lower_case() -> None:
    with Echo(Reply(202, b"taken", {"X-Request-Id": "7", "Retry-After": "3"})) as server:
        answer = send(f"{server.url}/batch?key={SECRET}", headers={"X-Team": "payments"})
        (request,) = server.requests
    assert (answer.status, answer.body) == (202, b"taken")
    assert answer.headers["x-request-id"] == "7"
    assert answer.headers["retry-after"] == "3"
    assert (request.method, request.body, request.headers["x-team"]) == ("POST", b"{}", "payments")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with Echo(Reply(200)) as elsewhere:
        with Echo(Reply(status, b"", {"Location": elsewhere.url})) as server:
            assert send(server.url).status == status
        assert elsewhere.requests == ()


def test_an_answer_is_asked_for_and_kept_uncompressed() -> None:
    bomb = gzip.compress(b"x" * 1_000_000)
    with Echo(Reply(200, bomb, {"Content-Encoding": "gzip"})) as server:
        assert send(server.url).body == bomb
        assert server.requests[0].headers["accept-encoding"] == "identity"


def test_gzip_that_is_none_is_an_answer_all_the_same() -> None:
    with Echo(Reply(202, b"not gzip at all", {"Content-Encoding": "gzip"})) as server:
        assert send(server.url).body == b"not gzip at all"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 202 Accepted\r\n\r\ntaken",
        b"HTTP/1.0 202 Accepted\r\nContent-Length: 5\r\n\r\ntaken",
        b"HTTP/1.0 202 Accepted\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\ntaken",
        b"HTTP/1.1 202 Accepted\r\n\r\ntaken",
        b"HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\ntaken",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\ntaken",
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntaken\r\n0\r\n\r\n",
    ],
    ids=["1.0-close", "1.0-length", "1.0-keep-alive", "close", "connection-close", "continue", "chunked"],
)
def test_old_and_plain_answers_are_read_to_their_end(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)

    with raw_server(serve) as address:
        for _ in range(2):
            got = send(f"http://{address}/")
            assert (got.status, got.body) == (202, b"taken")


@pytest.mark.parametrize("size", [MAX_ANSWER - 1, MAX_ANSWER, MAX_ANSWER + 1, 10 * MAX_ANSWER])
def test_no_more_of_an_answer_is_read_than_the_bound(size: int) -> None:
    with Echo(Reply(400, b"x" * size)) as server:
        answer = send(server.url)
    assert answer.status == 400
    assert answer.body == b"x" * min(size, MAX_ANSWER)


def test_an_answer_without_an_end_is_cut_and_does_not_take_all_the_time() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with raw_server(endless) as address:
        begin = time.monotonic()
        assert len(send(f"http://{address}/").body) == MAX_ANSWER
        assert time.monotonic() - begin < BOUND


def _drip(connection: socket.socket, head: bytes) -> None:
    connection.sendall(head)
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["body", "header", "body-until-close"],
)
def test_p5_an_answer_that_drips_ends_with_the_time_of_the_whole_attempt(head: bytes) -> None:
    with raw_server(lambda connection: _drip(connection, head)) as address:
        begin = time.monotonic()
        error = fail(f"http://{address}/{SECRET}", timeout=TIMEOUT)
        assert time.monotonic() - begin < BOUND
    assert error.reason == "no answer within 0.3 s"
    assert not error.ours


def test_p5_silence_ends_with_the_time_of_the_attempt() -> None:
    with raw_server(drain) as address:
        begin = time.monotonic()
        assert fail(f"http://{address}/", timeout=TIMEOUT).reason == "no answer within 0.3 s"
        assert time.monotonic() - begin < BOUND


def test_p5_a_server_that_takes_no_connection_is_given_up() -> None:
    with socket.socket() as listener, socket.socket() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting.connect(listener.getsockname())  # fills the backlog: the kernel answers nobody else
        host, port = listener.getsockname()
        begin = time.monotonic()
        error = fail(f"http://{host}:{port}/", timeout=TIMEOUT)
        assert error.reason in {"no connection within 0.3 s", "no answer within 0.3 s"}
        assert time.monotonic() - begin < BOUND


def test_a_cancelled_attempt_is_not_turned_into_an_answer() -> None:
    async def cancel(url: str) -> None:
        async with Transport(10) as transport:
            sending = asyncio.create_task(transport.send(HttpRequest(url, {}, b"{}")))
            await asyncio.sleep(0.1)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

    with raw_server(lambda connection: time.sleep(0.5)) as address:
        asyncio.run(cancel(f"http://{address}/"))
