"""Takes a case through what a record passes before it leaves: validation, redaction, cutting, JSON. Judges nothing."""

import json
from typing import Any, Final, Protocol, cast

from locust_failure_forwarder.config.models import CaptureConfig, RunConfig
from locust_failure_forwarder.pipeline.log import NewEvent
from locust_failure_forwarder.pipeline.record import Refinery
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_forwarder.pipeline.validate import Draft
from locust_failure_schemas import FailureRecord
from support.frames import NODE, RUN_ID, captured

from .model import Case

_ROOM: Final = 200 * 1024
"""Bytes of a body that are kept: what is cut off would count as lost, and is no work of redaction."""
_VARIES: Final = ("redactions",)


class Redacting(Protocol):
    """What the exam asks of a redactor."""

    def redact_draft(self, draft: Draft) -> Draft:
        """The draft with every secret masked."""
        ...

    def redact_value(self, value: Any) -> Any:
        """A JSON value with every secret masked."""
        ...

    def redact(self, record: FailureRecord) -> FailureRecord:
        """The record with every secret masked."""
        ...


class Untouched:
    """Redacts nothing: shows what a record would be, and that every secret of the exam can be found in it."""

    def redact_draft(self, draft: Draft) -> Draft:
        return {**draft, "redactions": {}}

    def redact_value(self, value: Any) -> Any:
        return value

    def redact(self, record: FailureRecord) -> FailureRecord:
        return record


class Examinee:
    """A redactor in its place in the pipeline. Every case is a new record."""

    def __init__(self, redactor: Redacting) -> None:
        runs = RunBook(RunConfig(name="exam"), lambda text: text)
        runs.begin(RUN_ID, NODE)
        self._redactor = redactor
        self._refinery = Refinery(CaptureConfig(max_body_bytes=_ROOM), redactor, runs)
        self._unread = Refinery(CaptureConfig(max_body_bytes=_ROOM), Untouched(), runs)

    def leaves(self, case: Case) -> str:
        """The JSON of the record that leaves, or the note that is kept where it could not become one."""
        changes: dict[str, Any] = {"request_headers": [], "response_headers": [], **case.changes}
        payload = captured(1, **changes)
        if case.traceback is None and not case.labels:
            event = self._refinery.refine(payload)
            return event.body.decode()
        # What no frame can carry comes as a record, as `failure-forwarder redact` reads it.
        event = self._unread.refine(payload)
        assert isinstance(event, NewEvent), event
        record = json.loads(event.body)
        record["error"]["traceback"] = case.traceback
        record["run"]["labels"] = case.labels
        return self._redactor.redact(FailureRecord.model_validate_json(json.dumps(record))).model_dump_json()


def parts(text: str) -> Any:
    """The record as a tree, without what redaction adds to it; None if it is no JSON."""
    try:
        record: Any = json.loads(text)
    except ValueError:
        return None
    return {name: value for name, value in record.items() if name not in _VARIES} if isinstance(record, dict) else None  # pyright: ignore[reportUnknownVariableType]


def changed(before: Any, after: Any, name: str = "") -> list[str]:
    """What differs between two records, a line each: where, and what is there now."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        left, right = cast(dict[str, Any], before), cast(dict[str, Any], after)
        names = [*left, *(key for key in right if key not in left)]
        return [line for key in names for line in changed(left.get(key), right.get(key), f"{name}.{key}".lstrip("."))]
    return [f"{name}: {after!r}"]
