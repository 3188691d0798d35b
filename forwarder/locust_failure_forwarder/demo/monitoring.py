"""The demo's monitoring API: takes batches, checks them against the contract, and keeps what was new.

The receiver that `examples/receiver.py` shows, with what tests need besides. Stores nothing but, if asked, a file of
JSON lines.
"""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

from locust_failure_schemas import (
    Alert,
    AlertBatch,
    BatchError,
    FailureBatch,
    FailureRecord,
    RunSummary,
    SummaryBatch,
    parse_batch,
)

from .exchange import Reply, Request, json_reply
from .server import LoopbackServer

API_KEY: Final = "demo-not-a-real-key"
PATH: Final = "/api/failures/batch"

AnyBatch: TypeAlias = FailureBatch | AlertBatch | SummaryBatch
_Record = TypeVar("_Record", FailureRecord, Alert, RunSummary)


class MonitoringApi(LoopbackServer):
    """Takes `POST` of batches at `batch_url` with the bearer token `API_KEY`. Safe to read from any thread."""

    def __init__(
        self,
        *,
        port: int = 0,
        jsonl: Path | None = None,
        on_batch: Callable[[AnyBatch], None] | None = None,
        keep_requests: bool = True,
    ) -> None:
        """Make it; it listens after `start`.

        Args:
            port: where to listen; 0 picks a free one.
            jsonl: file to write new records to, one JSON object a line with `kind` and `record`; emptied first.
            on_batch: called with every batch accepted, in the thread of its connection.
            keep_requests: keep what `requests` and `raw_bodies` show.
        """
        super().__init__(port=port, keep_requests=keep_requests)
        self._jsonl = jsonl
        self._on_batch = on_batch
        self._lock = threading.Lock()
        self._batches: list[AnyBatch] = []
        self._failures: dict[UUID, FailureRecord] = {}
        self._alerts: dict[UUID, Alert] = {}
        self._summaries: dict[UUID, RunSummary] = {}
        self._duplicates = 0
        if jsonl is not None:
            jsonl.parent.mkdir(parents=True, exist_ok=True)
            jsonl.write_bytes(b"")

    @property
    def batch_url(self) -> str:
        """Where to post batches."""
        return self.url + PATH

    @property
    def batches(self) -> tuple[AnyBatch, ...]:
        """Every batch accepted, in the order of arrival, repeated ones included."""
        with self._lock:
            return tuple(self._batches)

    @property
    def failures(self) -> dict[UUID, FailureRecord]:
        """Failures by id, in the order of arrival."""
        with self._lock:
            return dict(self._failures)

    @property
    def alerts(self) -> dict[UUID, Alert]:
        """Alerts by id, in the order of arrival."""
        with self._lock:
            return dict(self._alerts)

    @property
    def summaries(self) -> dict[UUID, RunSummary]:
        """Summaries by id, in the order of arrival."""
        with self._lock:
            return dict(self._summaries)

    @property
    def duplicates(self) -> int:
        """Records that came again."""
        with self._lock:
            return self._duplicates

    def respond(self, request: Request) -> Reply:
        """200 with counts, or the reason to refuse."""
        if request.path != PATH:
            return json_reply(404, {"error": f"post to {PATH}"})
        if request.method != "POST":
            return json_reply(405, {"error": "POST only"}, {"Allow": "POST"})
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return json_reply(401, {"error": "wrong API key"}, {"WWW-Authenticate": "Bearer"})
        if request.encoding not in ("identity", "gzip"):
            return json_reply(415, {"error": "gzip or no compression"}, {"Accept-Encoding": "gzip"})
        try:
            batch = parse_batch(request.plain_body())
        except (BatchError, ValueError) as error:
            return json_reply(400, {"error": str(error)})
        if request.headers.get("idempotency-key", batch.batch_id) != batch.batch_id:
            return json_reply(400, {"error": "Idempotency-Key differs from batch_id"})
        accepted, duplicates = self._take(batch)
        if self._on_batch is not None:
            self._on_batch(batch)
        return json_reply(200, {"accepted": accepted, "duplicates": duplicates})

    def _take(self, batch: AnyBatch) -> tuple[int, int]:
        """Keep what is new; returns how many records were, and how many were not."""
        with self._lock:
            self._batches.append(batch)
            match batch:
                case FailureBatch(failures=records):
                    total, new = len(records), _add(self._failures, records)
                case AlertBatch(alerts=records):
                    total, new = len(records), _add(self._alerts, records)
                case SummaryBatch(summaries=records):
                    total, new = len(records), _add(self._summaries, records)
            self._duplicates += total - len(new)
            if self._jsonl is not None:
                with self._jsonl.open("a", encoding="utf-8") as file:
                    file.writelines(f'{{"kind":"{batch.kind}","record":{record}}}\n' for record in new)
        return len(new), total - len(new)


def _add(known: dict[UUID, _Record], records: Iterable[_Record]) -> list[str]:
    """Add what is new to `known`; returns it as JSON."""
    new: list[str] = []
    for record in records:
        if record.id not in known:
            known[record.id] = record
            new.append(record.model_dump_json())
    return new
