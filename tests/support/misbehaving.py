"""Servers that misbehave, each a function for `SocketServer`. None ends before the client, unless that is the fault."""

import gzip
import itertools
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Final

from .sockets import drain, read_message

Serve = Callable[[socket.socket], None]

GIGABYTE: Final = 1 << 30
_BLOCK: Final = b"x" * 65536
_OK: Final = b"HTTP/1.1 200 OK\r\n"
_BOMB: Final = gzip.compress(bytes(16 * 1024 * 1024))


def says(*parts: bytes) -> Serve:
    """Reads a request, says this, and hangs up."""

    def serve(connection: socket.socket) -> None:
        read_message(connection)
        for part in parts:
            connection.sendall(part)

    return serve


def without_end(head: bytes, more: bytes) -> Serve:
    """Says `head`, and `more` for ever."""

    def serve(connection: socket.socket) -> None:
        read_message(connection)
        connection.sendall(head)
        many = more * (65536 // len(more) + 1)
        while True:
            connection.sendall(many)

    return serve


def drips(head: bytes) -> Serve:
    """Says `head`, and a byte now and then."""

    def serve(connection: socket.socket) -> None:
        read_message(connection)
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    return serve


class Gigabyte:
    """Has one to say, and counts what it got rid of."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self.most = 0

    def __call__(self, connection: socket.socket) -> None:
        read_message(connection)
        sent = 0
        try:
            connection.sendall(self._head)
            while sent < GIGABYTE:
                sent += connection.send(_BLOCK)
        finally:
            self.most = max(self.most, sent)


def silent(connection: socket.socket) -> None:
    """Reads for ever, and says nothing."""
    drain(connection)


def resets(connection: socket.socket) -> None:
    """Reads the whole request, and resets the connection."""
    read_message(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def one_answer(connection: socket.socket) -> None:
    """Promises to keep the connection, and ends it at the next request."""
    read_message(connection)
    connection.sendall(_OK + b"Content-Length: 2\r\n\r\nok")
    read_message(connection)


_numbers: Final = itertools.count()


def sets_cookies(connection: socket.socket) -> None:
    """Other cookies with each answer."""
    while True:
        read_message(connection)
        cookies = b"".join(b"Set-Cookie: c%d=%s; Path=/\r\n" % (next(_numbers), b"x" * 3000) for _ in range(20))
        connection.sendall(_OK + cookies + b"Content-Length: 0\r\n\r\n")


FAULTS: Final[Mapping[str, tuple[Serve, str]]] = {
    "a gigabyte": (Gigabyte(_OK + b"Content-Length: %d\r\n\r\n" % GIGABYTE), "200, 65536 bytes"),
    "gigabyte until the end": (Gigabyte(_OK + b"\r\n"), "200, 65536 bytes"),
    "chunks without end": (
        without_end(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + bytes(1024) + b"\r\n"),
        "200, 65536 bytes",
    ),
    "a chunk's size without end": (
        without_end(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        "the connection broke (RemoteProtocolError)",
    ),
    "trailers without end": (
        without_end(_OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-More: x\r\n"),
        "the connection broke (RemoteProtocolError)",
    ),
    "a header without end": (without_end(_OK + b"X-Long: ", b"x"), "the connection broke (RemoteProtocolError)"),
    "headers without end": (without_end(_OK, b"X-More: x\r\n"), "the connection broke (RemoteProtocolError)"),
    "a bomb of gzip": (
        says(_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_BOMB), _BOMB),
        f"200, {min(len(_BOMB), 65536)} bytes",
    ),
    "invalid gzip": (says(_OK + b"Content-Encoding: gzip\r\n\r\nnone"), "200, 4 bytes"),
    "no HTTP": (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "the connection broke (RemoteProtocolError)"),
    "an end in the middle": (
        says(_OK + b"Content-Length: 9\r\n\r\nhalf"),
        "the connection broke (RemoteProtocolError)",
    ),
    "a reset": (resets, "connection reset by peer"),
    "HTTP/1.0": (says(b"HTTP/1.0 200 OK\r\n\r\nok"), "200, 2 bytes"),
    "a redirect": (says(b"HTTP/1.1 307 Elsewhere\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"), "307, 0 bytes"),
    "keep-alive that is none": (one_answer, "200, 2 bytes"),
    "cookies without end": (sets_cookies, "200, 0 bytes"),
}
"""By name: what the server does, and what the transport makes of it."""

TAKES_ALL_TIME: Final[Mapping[str, Serve]] = {
    "no final answer": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body that drips": drips(_OK + b"Content-Length: 1000000\r\n\r\n"),
    "a header that drips": drips(_OK + b"X-Slow: "),
    "nothing at all": silent,
}
"""By name: what only the time of an attempt ends."""
