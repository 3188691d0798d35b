"""HTTP/1.1 on a socket of 127.0.0.1, with keep-alive and one daemon thread a connection. Decides no answer."""

import socket
import struct
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final, TypeAlias, cast

from .exchange import RESET, Reply, Request

Answer: TypeAlias = Callable[[Request], Reply]

_NO_LINGER: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST instead of FIN (POSIX, `setsockopt`; Linux `socket(7)`)."""
_STOP_SECONDS: Final = 5.0


class Listener:
    """One open port, from construction to `close`."""

    def __init__(self, port: int, answer: Answer) -> None:
        """Raises OSError if the port is taken; `port` 0 picks a free one."""
        self._server = _Server(port, answer)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="demo-listener", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Close the port and every connection; returns when the threads have ended."""
        self._server.shutdown()
        self._thread.join(_STOP_SECONDS)
        self._server.server_close()
        self._server.close_connections()


class _Server(HTTPServer):
    request_queue_size = 128  # a load test opens many connections at once

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._resetting: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of the host's name, which can ask DNS for seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve the connection in a thread of its own."""
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="demo-connection", daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001  # as socketserver does: one connection must not end the server
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)

    def reset(self, request: socket.socket) -> None:
        """Let the end of this connection be a reset."""
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        with self._lock:
            self._resetting.add(request)

    def shutdown_request(self, request: Any) -> None:
        """End a connection: by FIN, or by RST alone if it was `reset`."""
        with self._lock:
            self._open.pop(request, None)
            resetting = request in self._resetting
            self._resetting.discard(request)
        if resetting:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; anything else is a bug and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """End all connections and wait for their threads."""
        with self._lock:
            threads = list(self._open.values())
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster
        for thread in threads:
            thread.join(_STOP_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes; Nagle would hold the second for a delayed ACK

    def _exchange(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self.close_connection = True
            return self._write(Reply(411, b"this server reads bodies with a Content-Length only\n"))
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True  # the client gave up in the middle
            return None
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        server = cast(_Server, self.server)
        reply = server.answer(Request(self.command, path, query, headers, body))
        if reply is RESET:
            self.close_connection = True
            return server.reset(self.connection)
        return self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        bodiless = reply.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)  # RFC 9110, 15.3.5 and 15.4.5
        if not bodiless:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and not bodiless:
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _exchange  # noqa: N815  # http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Nothing: the demo's screen is for other things."""
