"""One request, one answer, over real sockets. P5, P7: no server can hold, flood or mislead us. P4: no URL is told."""

import asyncio
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from locust_failure_forwarder.demo.exchange import RESET, Reply, Request
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.destinations.base import HttpRequest, HttpResponse
from locust_failure_forwarder.pipeline import deliver
from locust_failure_forwarder.pipeline.deliver import MAX_ANSWER, NetworkError, Transport

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
def _raw(serve: Callable[[socket.socket], None]) -> Generator[str]:
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


def _send(url: str, *, headers: dict[str, str] | None = None, timeout: float = TIMEOUT) -> HttpResponse:
    async def send() -> HttpResponse:
        async with Transport(timeout) as transport:
            return await transport.send(HttpRequest(url, headers or {}, b"{}"))

    return asyncio.run(send())


def _fail(url: str, **arguments: Any) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        _send(url, **arguments)
    error = caught.value
    assert SECRET not in str(error)
    assert "127.0.0.1" not in str(error)
    assert "://" not in str(error)
    assert error.__suppress_context__, "the library's error names the URL"
    return error


def test_an_answer_comes_back_with_its_headers_in_lower_case() -> None:
    with Echo(Reply(202, b"taken", {"X-Request-Id": "7", "Retry-After": "3"})) as server:
        answer = _send(f"{server.url}/batch?key={SECRET}", headers={"X-Team": "payments"})
        (request,) = server.requests
    assert (answer.status, answer.body) == (202, b"taken")
    assert answer.headers["x-request-id"] == "7"
    assert answer.headers["retry-after"] == "3"
    assert (request.method, request.body, request.headers["x-team"]) == ("POST", b"{}", "payments")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with Echo(Reply(200)) as elsewhere:
        with Echo(Reply(307, b"", {"Location": elsewhere.url})) as server:
            assert _send(server.url).status == 307
        assert elsewhere.requests == ()


def test_an_answer_is_asked_for_and_kept_uncompressed() -> None:
    bomb = gzip.compress(b"x" * 1_000_000)
    with Echo(Reply(200, bomb, {"Content-Encoding": "gzip"})) as server:
        assert _send(server.url).body == bomb
        assert server.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("size", [MAX_ANSWER - 1, MAX_ANSWER, MAX_ANSWER + 1, 10 * MAX_ANSWER])
def test_no_more_of_an_answer_is_read_than_the_bound(size: int) -> None:
    with Echo(Reply(400, b"x" * size)) as server:
        answer = _send(server.url, timeout=5)
    assert answer.status == 400
    assert answer.body == b"x" * min(size, MAX_ANSWER)


def test_an_answer_without_an_end_is_cut_and_does_not_take_all_the_time() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with _raw(endless) as address:
        begin = time.monotonic()
        assert len(_send(f"http://{address}/", timeout=5).body) == MAX_ANSWER
        assert time.monotonic() - begin < 2


def _drip(connection: socket.socket, head: bytes) -> None:
    connection.sendall(head)
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["body", "header", "body-until-close"],
)
def test_p5_an_answer_that_drips_ends_with_the_time_of_the_whole_attempt(head: bytes) -> None:
    with _raw(lambda connection: _drip(connection, head)) as address:
        begin = time.monotonic()
        error = _fail(f"http://{address}/{SECRET}")
        assert time.monotonic() - begin < TIMEOUT + 0.5
    assert error.reason == "no answer within 0.3 s"
    assert not error.ours


def test_p5_silence_ends_with_the_time_of_the_attempt() -> None:
    with _raw(lambda connection: time.sleep(1)) as address:
        begin = time.monotonic()
        assert _fail(f"http://{address}/").reason == "no answer within 0.3 s"
        assert time.monotonic() - begin < TIMEOUT + 0.5


def test_p5_a_server_that_takes_no_connection_is_given_up() -> None:
    with socket.socket() as listener, socket.socket() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting.connect(listener.getsockname())  # fills the backlog: the kernel answers nobody else
        host, port = listener.getsockname()
        begin = time.monotonic()
        assert _fail(f"http://{host}:{port}/").reason in {"no connection within 0.3 s", "no answer within 0.3 s"}
        assert time.monotonic() - begin < TIMEOUT + 0.5


def test_a_cancelled_attempt_is_not_turned_into_an_answer() -> None:
    async def cancel(url: str) -> None:
        async with Transport(10) as transport:
            sending = asyncio.create_task(transport.send(HttpRequest(url, {}, b"{}")))
            await asyncio.sleep(0.1)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

    with _raw(lambda connection: time.sleep(0.5)) as address:
        asyncio.run(cancel(f"http://{address}/"))


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _refused() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{closed.getsockname()[1]}"


def test_a_port_where_nobody_listens_is_named_so() -> None:
    assert _fail(f"http://{_refused()}/{SECRET}").reason == "connection refused"


def test_a_reset_is_named_so() -> None:
    with _raw(_reset) as address:
        assert _fail(f"http://{address}/{SECRET}").reason == "connection reset by peer"
    with Echo(RESET) as server:
        assert not _fail(server.url).ours


def test_a_server_that_hangs_up_is_a_broken_connection() -> None:
    with _raw(lambda connection: connection.shutdown(socket.SHUT_WR)) as address:
        assert _fail(f"http://{address}/{SECRET}").reason == "the connection broke (RemoteProtocolError)"


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
    ids=["words", "status", "short", "chunks", "header", "tls-alert"],
)
def test_what_is_no_http_answer_is_a_broken_connection(garbage: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)

    with _raw(answer) as address:
        error = _fail(f"http://{address}/{SECRET}")
    assert error.reason == "the connection broke (RemoteProtocolError)"
    assert not error.ours


def test_tls_to_a_port_without_it_is_named_so() -> None:
    with _raw(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as address:
        assert _fail(f"https://{address}/{SECRET}").reason == "the TLS handshake failed; is it a plain HTTP port?"


def test_a_certificate_that_is_refused_is_named_without_the_host() -> None:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = f"Hostname mismatch, certificate is not valid for '{SECRET}.test'."
    error = httpx.ConnectError("")
    error.__cause__ = refused
    reason = deliver._reason(error)  # pyright: ignore[reportPrivateUsage] - a certificate for the test would need a CA
    assert reason == "the certificate is refused: Hostname mismatch"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid"])
def test_a_name_that_cannot_be_resolved_is_named_so(host: str) -> None:
    assert _fail(f"http://{host}/{SECRET}", timeout=5).reason == "the name could not be resolved"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:9/", {"Authorization": f"Bearer {SECRET}\n"}),
        ("http://127.0.0.1:9/", {"Authorization": f"Bearer {SECRET}\u4e2d"}),
        ("http://127.0.0.1:9/", {"X y": SECRET}),
        (f"http://127.0.0.1:9/\n{SECRET}", {}),
        (f"ftp://127.0.0.1/{SECRET}", {}),
        (f"/{SECRET}", {}),
    ],
)
def test_a_request_that_cannot_be_formed_is_our_own_fault(url: str, headers: dict[str, str]) -> None:
    with _raw(lambda connection: connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")) as address:
        error = _fail(url.replace("127.0.0.1:9", address), headers=headers)
    assert error.ours
    assert error.reason.startswith("the request could not be formed (")


def test_an_error_that_the_library_does_not_foresee_is_an_answer_that_did_not_come() -> None:
    error = _fail(f"http://127.0.0.1:99999/{SECRET}")  # it raises an ExceptionGroup around an OverflowError
    assert error.reason.startswith("the request failed (")
    assert not error.ours


def test_a_connection_is_used_again() -> None:
    async def twice(url: str) -> list[int]:
        async with Transport(5) as transport:
            return [(await transport.send(HttpRequest(url, {}, b"{}"))).status for _ in range(2)]

    connections: list[int] = []

    def serve(connection: socket.socket) -> None:
        connections.append(1)
        for _ in range(2):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connection.recv(65536)

    with _raw(serve) as address:
        assert asyncio.run(twice(f"http://{address}/")) == [200, 200]
    assert len(connections) == 1
