"""Last stages before the log: cut the bodies, fingerprint, and validate the finished record. Pure."""

from typing import Final

import orjson
from locust_failure_schemas import FailureRecord, Node, Run
from pydantic import TypeAdapter, ValidationError

from .fingerprint import fingerprint
from .text import cut, cut_tree
from .validate import Draft, InvalidRecordError

MAX_TEXT_BYTES = 16 * 1024
"""Bytes of messages, tracebacks, URLs and the like that are kept, and of all texts of a context together."""
_RECORD: Final = TypeAdapter(FailureRecord).validator


def shorten(draft: Draft, max_body_bytes: int) -> Draft:
    """Cut bodies and long texts, after redaction (a half secret is not recognised), and say which were cut."""
    truncated: set[str] = set(draft["cut"])
    shortened = dict(draft)
    limits = (
        ("request", "body", max_body_bytes),
        ("response", "body", max_body_bytes),
        ("request", "method", MAX_TEXT_BYTES),
        ("request", "name", MAX_TEXT_BYTES),
        ("request", "url", MAX_TEXT_BYTES),
        ("error", "type", MAX_TEXT_BYTES),
        ("error", "message", MAX_TEXT_BYTES),
        ("error", "traceback", MAX_TEXT_BYTES),
    )
    for part, name, limit in limits:
        text = shortened[part][name] if shortened[part] is not None else None
        if text is not None and len(text) * 4 > limit and (short := cut(text, limit)) is not text:
            shortened[part] = {**shortened[part], name: short}
            truncated.add(f"{part}.{name}")
    if draft["context"]:
        shortened["context"], was_cut = cut_tree(draft["context"], MAX_TEXT_BYTES)
        truncated |= {"context"} if was_cut else set()
    shortened["truncated"] = tuple(sorted(truncated))
    return shortened


def seal(draft: Draft, run: Run, node: Node) -> tuple[FailureRecord, bytes]:
    """The finished record and its JSON.

    Raises:
        InvalidRecordError: the record would break the contract.
    """
    error, request, response = draft["error"], draft["request"], draft["response"]
    # The status is told apart, though the number of it in a message is not: a 500 and a 503 are two failures.
    kind = error["category"] if response is None else f"{error['category']} {response['status_code']}"
    mark = fingerprint(request["method"], request["name"], kind, error["message"])
    content = {**draft, "error": {**error, "fingerprint": mark}, "run": run, "node": node}
    del content["evidence"], content["cut"]
    try:
        record: FailureRecord = _RECORD.validate_python(content)
        return record, _json(record)
    except ValueError as failure:
        raise InvalidRecordError(f"the record breaks the contract: {_reasons(failure)}") from None


def _json(record: FailureRecord) -> bytes:
    """The same as the model's own, in a quarter of the time."""
    try:
        return orjson.dumps(record, default=vars, option=orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:  # integers of more than 64 bits, and texts that no JSON can carry
        return record.model_dump_json().encode()


def _reasons(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems[:5])
    return type(error).__name__
