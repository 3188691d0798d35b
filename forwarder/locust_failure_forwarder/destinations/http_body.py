"""Bytes of one batch on the wire. Splices records that are JSON already; parses and validates nothing.

The schemas package's `parse_batch` is the reader of what is written here.
"""

from datetime import UTC, datetime

from locust_failure_schemas import SCHEMA_VERSION

from .base import Batch


def encode_body(batch: Batch, now: datetime) -> bytes:
    """JSON of a `FailureBatch`, `AlertBatch` or `SummaryBatch` sent at `now` (aware)."""
    sent_at = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    origin = batch.events[0].origin
    # Kind, id and time consist of characters that JSON does not escape.
    head = f'{{"schema_version":"{SCHEMA_VERSION}","kind":"{batch.kind}","batch_id":"{batch.id}","sent_at":"{sent_at}"'
    records = b",".join([event.body for event in batch.events])
    return (
        b"".join(
            (
                head.encode(),
                b',"run":',
                origin.run,
                b',"node":',
                origin.node,
                b',"',
                batch.kind.encode(),
                b'":[',
                records,
            )
        )
        + b"]}"
    )
