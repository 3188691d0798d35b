"""No answer came: each kind of failure in plain words. P4: never the address, which may hold a secret."""

import socket
import struct

import pytest
from locust_failure_forwarder.demo.exchange import RESET
from support.transport import SECRET, Echo, fail, raw_server


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _refused() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{closed.getsockname()[1]}"


def test_a_port_where_nobody_listens_is_named_so() -> None:
    assert fail(f"http://{_refused()}/{SECRET}").reason == "connection refused"


def test_a_reset_is_named_so() -> None:
    with raw_server(_reset) as address:
        assert fail(f"http://{address}/{SECRET}").reason == "connection reset by peer"
    with Echo(RESET) as server:
        assert not fail(server.url).ours


def test_a_server_that_hangs_up_is_a_broken_connection() -> None:
    with raw_server(lambda connection: connection.shutdown(socket.SHUT_WR)) as address:
        assert fail(f"http://{address}/{SECRET}").reason == "the connection broke (RemoteProtocolError)"


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntak",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
    ids=["words", "status", "short", "chunks", "chunks-cut", "head-cut", "header", "tls-alert"],
)
def test_what_is_no_http_answer_is_a_broken_connection(garbage: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)

    with raw_server(answer) as address:
        error = fail(f"http://{address}/{SECRET}")
    assert error.reason == "the connection broke (RemoteProtocolError)"
    assert not error.ours


def test_tls_to_a_port_without_it_is_named_so() -> None:
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as address:
        error = fail(f"https://{address}/{SECRET}")
    assert error.reason == "the TLS handshake failed; is it a plain HTTP port?"
    assert error.ours


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid"])
def test_a_name_that_cannot_be_resolved_is_named_so(host: str) -> None:
    assert fail(f"http://{host}/{SECRET}").reason == "the name could not be resolved"


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
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")) as address:
        error = fail(url.replace("127.0.0.1:9", address), headers=headers)
    assert error.ours
    assert error.reason.startswith("the request could not be formed (")


def test_an_error_that_the_library_does_not_foresee_is_an_answer_that_did_not_come() -> None:
    error = fail(f"http://127.0.0.1:99999/{SECRET}")  # it raises an ExceptionGroup around an OverflowError
    assert error.reason.startswith("the request failed (")
    assert not error.ours
