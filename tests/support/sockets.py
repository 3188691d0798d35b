"""Servers on bare sockets: a thread for each connection, bytes carried between two sockets, a front that adds TLS."""

import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

_CHUNK: Final = 65536
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class SocketServer:
    """Calls `serve` for each connection, on a thread of its own; what it raises for the sake of the socket is over."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.address = f"127.0.0.1:{self.port}"
        self.connections = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                hang_up(connection)
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._run, connection)

    def _run(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        try:
            with connection, suppress(OSError):  # the client has gone, as it should
                self._serve(connection)
        finally:
            with self._lock:
                self._open.discard(connection)


def hang_up(connection: socket.socket) -> None:
    """End both directions, unless somebody was faster."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def read_head(connection: socket.socket) -> bytes:
    """A message's head, and what came with it.

    Raises:
        ConnectionError: the other side has ended.
    """
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(_CHUNK)
        if not chunk:
            raise ConnectionError
        head += chunk
    return head


def read_message(connection: socket.socket) -> bytes:
    """A whole request or answer that has a Content-Length.

    Raises:
        ConnectionError: the other side has ended.
    """
    message = read_head(connection)
    head, _, body = message.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    missing = (int(length[1]) if length else 0) - len(body)
    while missing > 0:
        chunk = connection.recv(missing)
        if not chunk:
            raise ConnectionError
        message += chunk
        missing -= len(chunk)
    return message


def drain(connection: socket.socket) -> None:
    """Read until the other side ends."""
    while connection.recv(_CHUNK):
        pass


def pump(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                target.sendall(chunk)
        hang_up(source)
        hang_up(target)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join(timeout=5)


class TlsFront(SocketServer):
    """Takes TLS for a server that speaks none. `context` may be changed at any time: for the next connection."""

    def __init__(self, upstream: str, context: ssl.SSLContext) -> None:
        """`upstream` is a URL such as http://127.0.0.1:8080."""
        super().__init__(self._front)
        self.context = context
        host, _, port = upstream.removeprefix("http://").partition(":")
        self._upstream = (host, int(port))
        self.url = f"https://{self.address}"

    def _front(self, connection: socket.socket) -> None:
        with (
            self.context.wrap_socket(connection, server_side=True) as plain,
            socket.create_connection(self._upstream) as upstream,
        ):
            pump(plain, upstream)
