"""A receiver of batches that commits faults from a seeded plan and keeps every id that it acknowledged.

It reads batches by the schemas package alone. What it wrote down is held against the accounts by oracle_ledger.py.
"""

import json
import select
import socket
import time
import zlib
from collections.abc import Callable
from email.utils import formatdate
from math import ceil
from typing import Final
from uuid import UUID

from locust_failure_schemas import BatchError, FailureBatch, FailureRecord, parse_batch

from .fault_plan import Fault, How, Plan, no_faults
from .oracle_book import Book, Exchange
from .raw_http import Message, RawServer, read_message, reset

PATH: Final = "/api/failures/batch"
RETRY_AFTER: Final = 1
"""Seconds that a 429 asks for."""

_GIVE_UP: Final = 30.0
"""Seconds after which silence ends even if the client would wait longer."""
_DRIP: Final = 0.05
"""Seconds between two pieces."""
_ENDLESS: Final = 100_000
"""Bytes that take more than an hour to drip."""
_GZIP: Final = 16 + zlib.MAX_WBITS  # zlib's word for gzip's header (zlib manual, inflateInit2)
_PHRASES: Final = {200: "OK", 400: "Bad Request", 413: "Content Too Large", 422: "Unprocessable Content"}


class Oracle(RawServer):
    """Serves while the `with` block runs."""

    def __init__(
        self,
        plan: Plan | None = None,
        *,
        max_body: int | None = None,
        is_poison: Callable[[FailureRecord], bool] | None = None,
        answer_bytes: int = 0,
    ) -> None:
        """Make it.

        Args:
            plan: the faults; none if not given.
            max_body: bytes of a body on the wire; a larger one is answered 413.
            is_poison: a batch with such a record is answered 400 or 422, by the plan's seed.
            answer_bytes: least length of an answer's body.
        """
        super().__init__(self._converse)
        self.plan = plan if plan is not None else no_faults()
        self.book = Book()
        self._max_body = max_body
        self._is_poison = is_poison
        self._answer_bytes = answer_bytes
        self._kept_on: dict[UUID, socket.socket] = {}

    @property
    def batch_url(self) -> str:
        """Where to post batches."""
        return self.url + PATH

    def stop_faults(self) -> None:
        """From now on it is as good as any; refusals of what is too large or poison stay."""
        self.plan.stop()

    # -- one connection ------------------------------------------------------------------------------------------

    def _converse(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        try:
            # Looked at, not taken: whoever resets before reading has read nothing.
            while connection.recv(1, socket.MSG_PEEK):
                exchange = self.book.open(Exchange(time.monotonic(), self.plan.deal()))
                if exchange.fault.how is How.RESET_UNREAD:
                    return reset(connection)
                request = read_message(stream)
                if request is None:
                    return None  # the client went away in the middle
                if not self._treat(connection, request, exchange):
                    return None
        finally:
            stream.close()

    def _treat(self, connection: socket.socket, request: Message, exchange: Exchange) -> bool:
        """Commit the fault; True if the connection is to be kept."""
        fault = exchange.fault
        refusal = self._read(request, exchange)
        exchange.status = refusal or fault.status
        exchange.kept = fault.keeps and refusal is None
        exchange.left_before = frozenset(i for i in exchange.ids if i in self._kept_on and _left(self._kept_on[i]))
        if exchange.kept:
            self._kept_on.update(dict.fromkeys(exchange.ids, connection))
        head, body = self._answer(exchange)
        match fault.how:
            case How.ANSWER | How.THEN_CLOSED:
                connection.sendall(head + body)
            case How.HTTP_1_0:
                connection.sendall(head.replace(b"HTTP/1.1", b"HTTP/1.0").replace(_length(body), b"") + body)
            case How.DRIPPED:
                _drip(connection, head + body, piece=-(-len(head + body) // 4))
            case How.RESET | How.RESET_UNREAD:
                reset(connection)
            case How.CUT_HEAD:
                connection.sendall(head[: len(head) // 2])
            case How.CUT_BODY:
                connection.sendall(head + body[: len(body) // 2])
            case How.GARBAGE:
                connection.sendall(b"\x00\xffnot HTTP at all\r\n\r\n" + body)
            case How.SILENCE:
                connection.settimeout(_GIVE_UP)
                connection.recv(1)
            case How.DRIP_FOREVER:
                _drip(connection, head + body, piece=1)
        if fault.how.answers:
            exchange.answered_at = time.monotonic()
        return fault.how in (How.ANSWER, How.DRIPPED)

    # -- one batch -----------------------------------------------------------------------------------------------

    def _read(self, request: Message, exchange: Exchange) -> int | None:
        """Write down what the batch holds; the status to refuse it with, if it must be."""
        body = request.body
        try:
            plain = zlib.decompress(body, _GZIP) if request.headers.get("content-encoding") == "gzip" else body
            batch = parse_batch(plain)
        except (BatchError, zlib.error) as error:
            self.book.unreadable.append(str(error))
            return 400
        if not isinstance(batch, FailureBatch):
            self.book.unreadable.append(f"a batch of {batch.kind}")
            return 400
        exchange.idempotency_key = request.headers.get("idempotency-key")
        exchange.batch_id = batch.batch_id
        exchange.ids = tuple(record.id for record in batch.failures)
        if exchange.fault.status != 200:
            return None  # trouble of its own comes before a look at the records
        if self._max_body is not None and len(body) > self._max_body:
            return 413
        if self._is_poison is not None and any(map(self._is_poison, batch.failures)):
            return self.plan.random.choice((400, 422))
        return None

    def _answer(self, exchange: Exchange) -> tuple[bytes, bytes]:
        text = {"records": len(exchange.ids), "kept": exchange.kept}
        endless = exchange.fault.how is How.DRIP_FOREVER
        body = json.dumps(text).encode().ljust(_ENDLESS if endless else self._answer_bytes)
        status = exchange.status or 200
        head = f"HTTP/1.1 {status} {_PHRASES.get(status, 'Trouble')}\r\nContent-Type: application/json\r\n".encode()
        head += _length(body)
        if exchange.fault.retry_after is not None:
            value, exchange.asked_to_wait = _retry_after(exchange.fault)
            head += f"Retry-After: {value}\r\n".encode()
        return head + b"\r\n", body


def _left(connection: socket.socket) -> bool:
    """True if the client has closed it. Asked of the kernel, who knows before any of our threads does."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except (OSError, ValueError):  # reset by the client, or closed by us
        return True


def _length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


def _retry_after(fault: Fault) -> tuple[str, float]:
    """The header's value, and the seconds from now that it means."""
    if fault.retry_after == "seconds":
        return str(RETRY_AFTER), float(RETRY_AFTER)
    # An HTTP-date has no fractions (RFC 9110, section 5.6.7).
    now = time.time()
    date = ceil(now) + RETRY_AFTER
    return formatdate(date, usegmt=True), date - now


def _drip(connection: socket.socket, data: bytes, *, piece: int) -> None:
    """Send in pieces; ends by an OSError when the client has gone away."""
    for start in range(0, len(data), piece):
        connection.sendall(data[start : start + piece])
        time.sleep(_DRIP)
