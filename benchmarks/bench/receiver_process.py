"""The receiver, a process of its own: answers POST at once and keeps the bodies. Counts records only when asked.

Reads orders from standard input, one a line, and answers each with one line of JSON:

    count           what has arrived since `forget`: requests, bytes, distinct records, records that came again,
                    and the monotonic times of the first and the last body since the last `mode`
    mode NAME       `ok` answers 200, `slow` the same after 2 s, `down` answers 503, `hang` answers nothing
    forget          as if nothing had arrived

Ends with its standard input. Speaks as much HTTP/1.1 as its clients: bodies with a length, keep-alive.
"""

import asyncio
import json
import re
import sys
import time
import zlib
from typing import Final

from .records import ID_PREFIX

_ID: Final = re.compile(re.escape(ID_PREFIX.encode()) + rb"([0-9a-f]{12})")
_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_ANSWERS: Final = {
    "ok": _OK,
    "slow": _OK,
    "down": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "hang": b"",
}
_SLOW: Final = 2.0
"""Seconds."""


class Book:
    """What has arrived, and how requests are answered."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.requests = 0
        self.size = 0
        self._bodies: list[tuple[str, bytes]] = []
        self._seen: set[bytes] = set()
        self._again = 0
        self.first = self.last = 0.0

    def take(self, encoding: str, body: bytes) -> bytes:
        """Keep a body, unless it is refused; the answer."""
        if _ANSWERS[self.mode] is _OK:
            self.requests += 1
            self.size += len(body)
            self.last = time.monotonic()
            self.first = self.first or self.last
            self._bodies.append((encoding, body))
        return _ANSWERS[self.mode]

    def count(self) -> dict[str, float]:
        """Find the records in the bodies that came since the last time."""
        for encoding, body in self._bodies:
            # A body may name a record more than once, as the headers and the event of Sentry do.
            ids = set(_ID.findall(_plain(encoding, body)))
            self._again += len(ids & self._seen)
            self._seen |= ids
        self._bodies.clear()
        found = {"requests": self.requests, "bytes": self.size, "records": len(self._seen), "again": self._again}
        return {**found, "first": self.first, "last": self.last}


def _plain(encoding: str, body: bytes) -> bytes:
    if encoding == "gzip":
        return zlib.decompress(body, wbits=31)
    if encoding:
        raise ValueError(f"content encoding {encoding}")
    return body


class _Connection(asyncio.Protocol):
    def __init__(self, book: list[Book]) -> None:
        self._book = book
        self._buffer = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            lines = self._buffer[:end].decode("latin-1").split("\r\n")[1:]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            begin, length = end + 4, int(headers["content-length"])
            if len(self._buffer) < begin + length:
                return
            body = bytes(self._buffer[begin : begin + length])
            del self._buffer[: begin + length]
            answer = self._book[0].take(headers.get("content-encoding", ""), body)
            if self._book[0].mode == "slow":
                asyncio.get_running_loop().call_later(_SLOW, self._answer, answer)
            else:
                self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        assert self._transport is not None
        self._transport.write(answer)


async def _main() -> None:
    loop = asyncio.get_running_loop()
    book = [Book()]
    server = await loop.create_server(lambda: _Connection(book), "127.0.0.1", 0)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while order := (await orders.readline()).decode().split():
        answer: dict[str, float] = {}
        match order:
            case ["count"]:
                answer = book[0].count()
            case ["mode", mode] if mode in _ANSWERS:
                book[0].mode = mode
                book[0].first = book[0].last = 0.0
            case ["forget"]:
                book[0] = Book()
            case _:
                raise ValueError(f"no such order: {order}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
