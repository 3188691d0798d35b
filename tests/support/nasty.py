"""A service on loopback that fails in every way a client can see: by status, by silence, by reset, by lies."""

import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

_BODY = b'{"error":"made to fail"}'


def _answer(status: str, body: bytes = _BODY, *extra: str) -> bytes:
    head = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *extra,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class NastyServer:
    """One thread for each connection; one request for each connection."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._listener.settimeout(0.1)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(10)
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection:
            try:
                received = b""
                while b"\r\n\r\n" not in received:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    received += chunk
                    if received.startswith(b"\x16"):  # a TLS handshake: this server speaks none
                        connection.sendall(_answer("400 Speak plainly"))
                        return
                self._respond(connection, received.split(b" ")[1].decode("latin-1").split("?")[0])
            except OSError:
                return

    def _respond(self, connection: socket.socket, path: str) -> None:
        match path.strip("/").split("/"):
            case ["status", code]:
                connection.sendall(_answer(f"{code} Made"))
            case ["slow"]:
                self._stopping.wait(2.0)
            case ["drip"]:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
                time.sleep(2.0)
            case ["reset"]:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case ["close"]:
                return
            case ["loop"]:
                connection.sendall(_answer("302 Found", b"", "Location: /loop"))
            case ["gzip"]:
                connection.sendall(_answer("200 OK", b"this is no gzip", "Content-Encoding: gzip"))
            case ["binary"]:
                connection.sendall(_answer("500 Made", bytes(range(256)), "X-Kind: binary"))
            case _:
                connection.sendall(_answer("200 OK", b'{"status":"error"}'))
