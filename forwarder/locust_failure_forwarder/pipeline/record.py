"""The stages a failure passes, as a list: from the payload of a frame to an event for the log. No I/O."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import orjson

from ..config.models import CaptureConfig
from .classify import categorise
from .known import KnownRecords
from .log import DeadLetter, NewEvent
from .runs import RunBook
from .seal import seal, shorten
from .text import cut_tree
from .validate import Draft, InvalidRecordError, json_value, validate

MAX_REMAINS: Final = 64 * 1024
"""Bytes of text that a dead letter keeps of a payload that could not become a record."""


class Redacts(Protocol):
    """What redaction has to offer; `redaction.Redactor` does."""

    def redact_draft(self, draft: Draft) -> Draft:
        """The draft with every secret masked."""
        ...

    def redact_value(self, value: Any) -> Any:
        """Any JSON value with every secret masked."""
        ...


def classify(draft: Draft) -> Draft:
    """Add the category."""
    source, types, errno, status = draft["evidence"]
    return {**draft, "error": {**draft["error"], "category": categorise(source, types, errno, status)}}


def without_unwanted_bodies(draft: Draft, capture: CaptureConfig) -> Draft:
    """Drop bodies that the configuration does not want: the plugin copied them before it knew."""
    if capture.request_body and capture.response_body:
        return draft
    kept = dict(draft)
    for part, wanted in (("request", capture.request_body), ("response", capture.response_body)):
        if not wanted and draft[part] is not None:
            kept[part] = {**draft[part], "body": None}
            kept["cut"] = [name for name in kept["cut"] if name != f"{part}.body"]
    return kept


class Refinery:
    """Holds what the stages need; keeps nothing of the records but counts, and a bounded memory of what repeats."""

    def __init__(self, capture: CaptureConfig, redactor: Redacts, runs: RunBook) -> None:
        self._redactor = redactor
        self._runs = runs
        self._known = KnownRecords()
        self._unwanted = {
            *(() if capture.request_body else ("request_body",)),
            *(() if capture.response_body else ("response_body",)),
        }
        max_body_bytes = capture.max_body_bytes
        self._stages: tuple[Callable[[Draft], Draft], ...] = (
            lambda draft: without_unwanted_bodies(draft, capture),
            classify,
            redactor.redact_draft,
            lambda draft: shorten(draft, max_body_bytes),
        )

    def refine(self, payload: dict[str, Any]) -> NewEvent | DeadLetter:
        """Validate, classify, redact, shorten, seal. What cannot be a record becomes a dead letter with the reason."""
        try:
            key = self._known.key(payload)
            known = None if key is None else self._known.again(key, payload)
            if known is not None and self._runs.get(known[0].run.id.bytes) is known[0]:
                run, record, body = known
            else:
                run_id, draft = validate(payload)
                run = self._runs.expect(run_id)
                for stage in self._stages:
                    draft = stage(draft)
                record, body = seal(draft, run.run, run.node)
                if key is not None:
                    self._known.remember(key, run, record)
        except InvalidRecordError as error:
            return DeadLetter("failures", f"invalid record: {error}", self._remains(payload))
        except Exception as error:  # noqa: BLE001 - a bug in a stage must cost one record, counted, and not the process
            return DeadLetter("failures", f"could not be processed: {type(error).__name__}", self._remains(payload))
        run.count(record)
        return NewEvent("failures", record.id, run.origin, body)

    def _remains(self, payload: dict[str, Any]) -> bytes:
        """The payload as it came, with every secret masked; nothing of it if even that fails (P4)."""
        try:
            named = {
                key: value.hex() if isinstance(value, bytes) and key in ("id", "run") else value
                for key, value in payload.items()
                if key not in self._unwanted
            }
            headers = {key: _as_mapping(named.get(key)) for key in ("request_headers", "response_headers")}
            redacted = self._redactor.redact_value(json_value({**named, **headers}))
            return orjson.dumps(cut_tree(redacted, MAX_REMAINS)[0])
        except Exception:  # noqa: BLE001 - fails closed
            return b'{"unreadable":true}'


def _as_mapping(pairs: object) -> object:
    """Header pairs as a mapping, so that their names tell redaction what they hold."""
    try:
        return dict(pairs)  # type: ignore[call-overload, no-any-return] # pyright: ignore - any object; refused below
    except (TypeError, ValueError):
        return None
