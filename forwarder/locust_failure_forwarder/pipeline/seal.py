"""Last stages before the log: cut the bodies, fingerprint, and validate the finished record. Pure."""

from locust_failure_schemas import FailureRecord, Node, Run
from pydantic import ValidationError

from .fingerprint import fingerprint
from .text import cut, cut_tree
from .validate import Draft, InvalidRecordError

MAX_TEXT_BYTES = 16 * 1024
"""Bytes of messages, tracebacks, URLs and the like that are kept, and of all texts of a context together."""


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
        if text is not None and (short := cut(text, limit)) is not text:
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
    error, request = draft["error"], draft["request"]
    content = {key: value for key, value in draft.items() if key not in ("evidence", "cut")}
    # The status is told apart, though the number of it in a message is not: a 500 and a 503 are two failures.
    kind = error["category"] if draft["response"] is None else f"{error['category']} {draft['response']['status_code']}"
    mark = fingerprint(request["method"], request["name"], kind, error["message"])
    content |= {"error": {**error, "fingerprint": mark}, "run": run, "node": node}
    try:
        record = FailureRecord.model_validate(content)
        return record, record.model_dump_json().encode()
    except (ValidationError, ValueError) as failure:
        raise InvalidRecordError(f"the record breaks the contract: {_reasons(failure)}") from None


def _reasons(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems[:5])
    return type(error).__name__
