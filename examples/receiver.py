"""A small receiver of failures, alerts and summaries: the other end of a destination of `type: http`.

Needs `locust-failure-schemas` alone, no Locust. Prints one line for each record it has not seen before.
Keeps ids in memory; a real one keeps them in its database, as a unique key.

    python examples/receiver.py --port 8080
"""

import argparse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from uuid import UUID

from locust_failure_schemas import Alert, AlertBatch, BatchError, FailureBatch, FailureRecord, RunSummary, parse_batch

PATH = "/api/failures/batch"
MAX_BYTES = 64 * 1024 * 1024  # of a body after decompression; a few KB of gzip can hold gigabytes
GZIP = 16 + zlib.MAX_WBITS  # zlib's word for gzip's header

Record = FailureRecord | Alert | RunSummary


def decompress(body: bytes, encoding: str) -> bytes:
    """The body as it was before `Content-Encoding`; ValueError if that cannot be undone."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise ValueError("only gzip and no compression are understood")
    stream = zlib.decompressobj(GZIP)
    try:
        plain = stream.decompress(body, MAX_BYTES)
    except zlib.error:
        raise ValueError("the body is not gzip") from None
    if not stream.eof:
        raise ValueError("the body is too large or was cut")
    return plain


def line(record: Record) -> str:
    """What to print for a record."""
    if isinstance(record, FailureRecord):
        status = record.response.status_code if record.response else "-"
        text = f"{record.error.category} {status} {record.request.method} {record.request.name}: {record.error.message}"
    elif isinstance(record, Alert):
        text = f"ALERT {record.rule} {record.state}: {record.condition} {record.value:g}"
    else:
        text = f"SUMMARY {record.run.name}: {record.failures} of {record.requests} failed"
    # A tested server writes some of this text: no line breaks or terminal codes from there.
    return f"{record.occurred_at:%H:%M:%S} " + "".join(c if c.isprintable() else " " for c in text)


class Receiver(ThreadingHTTPServer):
    """Remembers what it has seen: a batch may come twice, whole or in part."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self._seen: set[UUID] = set()
        self._lock = Lock()

    def take(self, body: bytes) -> None:
        """Print the records of one batch that are new; BatchError if it is none."""
        batch = parse_batch(body)
        records: tuple[Record, ...]
        if isinstance(batch, FailureBatch):
            records = batch.failures
        else:
            records = batch.alerts if isinstance(batch, AlertBatch) else batch.summaries
        with self._lock:
            for record in records:
                if record.id not in self._seen:
                    self._seen.add(record.id)
                    print(line(record), flush=True)


class Handler(BaseHTTPRequestHandler):
    """Answers 200 when the batch is kept, 400 when it never can be."""

    protocol_version = "HTTP/1.1"

    @property
    def receiver(self) -> Receiver:
        """The server, by its real type."""
        assert isinstance(self.server, Receiver)
        return self.server

    def do_POST(self) -> None:
        """One batch."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            self.close_connection = True  # the body stays unread
            return self.answer(411 if not length.isdecimal() else 413, "give a Content-Length that is not too large")
        body = self.rfile.read(int(length))
        if self.path != PATH:
            return self.answer(404, f"post to {PATH}")
        try:
            self.receiver.take(decompress(body, self.headers.get("Content-Encoding", "")))
        except BatchError as error:
            return self.answer(400, f"no batch: {error}")
        except ValueError as error:
            return self.answer(400, str(error))
        return self.answer(200, "ok")

    def answer(self, status: int, text: str) -> None:
        """One line of plain text."""
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Print nothing but records."""


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080, help="0 picks a free one")
    with Receiver(parser.parse_args().port) as receiver:
        print(f"listening on http://127.0.0.1:{receiver.server_port}{PATH}", flush=True)
        try:
            receiver.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
