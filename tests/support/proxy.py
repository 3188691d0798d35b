"""A real HTTP proxy on loopback: absolute addresses, CONNECT, credentials. It finds every name on 127.0.0.1."""

import base64
import socket
from typing import Final

from .sockets import SocketServer, pump, read_head

CREDENTIALS: Final = "load:not-a-real-token"


class Proxy(SocketServer):
    """Keeps the first line of each request. `refusal` is sent in place of a tunnel or an answer."""

    def __init__(self, *, ask: bool = False, refusal: bytes = b"") -> None:
        """`ask` takes requests with `CREDENTIALS` only."""
        super().__init__(self._relay)
        self.lines: list[str] = []
        self._ask = ask
        self._refusal = refusal
        self.url = f"http://{CREDENTIALS + '@' if ask else ''}{self.address}"

    def _relay(self, client: socket.socket) -> None:
        head = read_head(client)
        first, _, rest = head.partition(b"\r\n")
        self.lines.append(first.decode())
        method, target, version = first.split(b" ")
        expected = b"Basic " + base64.b64encode(CREDENTIALS.encode())
        if self._ask and expected not in head:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if self._refusal:
            client.sendall(self._refusal)
            return
        if method == b"CONNECT":
            with socket.create_connection(("127.0.0.1", int(target.rpartition(b":")[2]))) as upstream:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                pump(client, upstream)
            return
        host, _, path = target.removeprefix(b"http://").partition(b"/")
        with socket.create_connection(("127.0.0.1", int(host.rpartition(b":")[2]))) as upstream:
            upstream.sendall(method + b" /" + path + b" " + version + b"\r\n" + rest)
            pump(client, upstream)
