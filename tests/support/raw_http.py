"""HTTP/1.1 as bytes on sockets of 127.0.0.1, for servers that have to misbehave. Frames messages; decides no answer."""

import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Final, Self

_NO_LINGER: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST instead of FIN (Linux `socket(7)`)."""
_STOP_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer whose body has a Content-Length."""

    start: str
    """The first line."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    head: bytes
    """As it came, the empty line included."""


def read_message(stream: BinaryIO) -> Message | None:
    """The next message; None if the stream ends before it is whole.

    Raises:
        OSError: the connection was reset.
        ValueError: the head is none, or gives no length of a body that must be there.
    """
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(65536)
        if not line:
            return None
        head += line
    start, *fields = bytes(head).decode("latin-1").split("\r\n")[:-2]
    pairs = [field.split(":", 1) for field in fields]
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    if "transfer-encoding" in headers:
        raise ValueError("a body without a Content-Length")
    length = int(headers.get("content-length", "0"))
    body = stream.read(length)
    return Message(start, headers, body, bytes(head)) if len(body) == length else None


def reset(connection: socket.socket) -> None:
    """Let the peer see a reset, not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    connection.close()


class RawServer:
    """One port, one thread a connection; `handle` gets each connection, which is closed when it returns.

    An OSError out of `handle` ends its connection alone; anything else is a bug, and pytest reports it.
    """

    def __init__(self, handle: Callable[[socket.socket], None]) -> None:
        self._handle = handle
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self.stopping = threading.Event()
        self.port = int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        # On Linux this wakes `accept`, which closing alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(_STOP_SECONDS)
        self._listener.close()
        with self._lock:
            threads = list(self._open.values())
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # ended already
        for thread in threads:
            thread.join(_STOP_SECONDS)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self._handle(connection)
        except OSError:
            pass  # the client went away
        finally:
            with self._lock:
                del self._open[connection]
            connection.close()
