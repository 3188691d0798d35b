"""Payloads of frames as the plugin sends them, and a redactor that shows where it has been. Nothing is random."""

from typing import Any, Final, cast
from uuid import UUID

from locust_failure_forwarder.pipeline.validate import Draft

from .samples import NOW, uuid7

SECRET: Final = "not-a-real-secret"
MASK: Final = "[MASKED]"
RUN_ID: Final = uuid7(0xAA).bytes
AT: Final = NOW.timestamp()
NODE: Final = {"worker_id": "loadgen-1_local", "role": "local", "index": -1, "host": "loadgen-1", "pid": 4711}


def captured(sequence: int = 1, **changes: Any) -> dict[str, Any]:
    """The payload of a `failure` frame: a 503 of `POST /checkout`."""
    payload: dict[str, Any] = {
        "id": uuid7(0x1_0000_0000 + sequence).bytes,
        "sequence": sequence,
        "at": AT,
        "run": RUN_ID,
        "source": "request",
        "method": "POST",
        "name": "/checkout",
        "url": "http://shop.test/checkout",
        "request_headers": [["Content-Type", "application/json"]],
        "request_body": b'{"sku":"A-1"}',
        "request_body_cut": False,
        "status": 503,
        "response_headers": [["Retry-After", "5"]],
        "response_body": b'{"error":"busy"}',
        "response_body_cut": False,
        "length": 16,
        "elapsed_ms": 104.2,
        "types": ["requests.exceptions.HTTPError", "OSError"],
        "errno": None,
        "message": "503 Server Error: Service Unavailable for url: /checkout",
        "traceback": None,
        "user": "ShopUser",
        "task": "checkout",
        "context": {"tenant": "acme"},
    }
    return payload | changes


def ids(sequences: range) -> list[UUID]:
    """The ids of `captured` failures of these sequences."""
    return [uuid7(0x1_0000_0000 + sequence) for sequence in sequences]


class MarkingRedactor:
    """Puts `MASK` in the place of `SECRET` wherever it stands, so that tests see what passed through it."""

    def redact_text(self, text: str) -> str:
        return text.replace(SECRET, MASK)

    def redact_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact_text(value)
        if isinstance(value, dict):
            items = cast(dict[str, Any], value)
            return {self.redact_text(key): self.redact_value(item) for key, item in items.items()}
        if isinstance(value, list | tuple):
            return [self.redact_value(item) for item in cast(list[Any], value)]
        return value

    def redact_draft(self, draft: Draft) -> Draft:
        found = str(draft).count(SECRET)
        parts = ("request", "response", "error", "context")
        masked = {part: self.redact_value(draft[part]) for part in parts}
        return {**draft, **masked, "redactions": {"secret": found} if found else {}}
