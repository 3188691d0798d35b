"""First stage: the payload of a `failure` frame becomes a draft of a record, or is refused with the reason.

The plugin copies what it finds; custom clients may put anything there. This is where types are checked.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, cast
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from ..errors import ForwarderError
from .text import body_text, scalar_text

ItemT = TypeVar("ItemT")
Draft = dict[str, Any]
"""A record in the making, in the shape of the schemas package's `FailureRecord`, with two keys more for the stages
in between: `cut` (bodies that were cut at capture) and `evidence` (what `classify` reads)."""

_YEAR_3000: Final = 32_503_680_000
"""Epoch seconds; what is beyond is no time that anything failed at, and `datetime` cannot hold all of it."""
_MAX_CONTEXT_DEPTH: Final = 20
_MAX_CONTEXT_ITEMS: Final = 1000


class InvalidRecordError(ForwarderError):
    """The payload is no failure. The message names fields and reasons, never values."""


Id: TypeAlias = Annotated[bytes, Field(min_length=16, max_length=16)]
Sequence: TypeAlias = Annotated[int, Field(ge=1)]
EpochSeconds: TypeAlias = Annotated[float, Field(ge=0, lt=_YEAR_3000)]
Milliseconds: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None


@with_config(ConfigDict(extra="forbid"))
class CapturedFailure(TypedDict):
    """The payload of a `failure` frame. No model: one that lives for a few microseconds is not worth building."""

    id: Id
    sequence: Sequence
    at: EpochSeconds
    run: Id
    source: Literal["request", "user_error"]
    method: str
    name: str
    url: str | None
    request_headers: list[tuple[str, str]]
    request_body: bytes | str | None
    request_body_cut: bool
    status: int | None
    response_headers: list[tuple[str, str]]
    response_body: bytes | str | None
    response_body_cut: bool
    length: Annotated[int, Field(ge=0)] | None
    elapsed_ms: Milliseconds
    types: Annotated[list[str], Field(min_length=1)]
    errno: int | None
    message: str
    traceback: list[tuple[str, int, str]] | None
    user: str | None
    task: str | None
    context: dict[Any, Any]


_CAPTURED: Final = TypeAdapter(CapturedFailure).validator


def validate(payload: dict[str, Any]) -> tuple[bytes, Draft]:
    """The id of the run it belongs to, and the draft.

    Raises:
        InvalidRecordError: a field is missing or of the wrong type.
    """
    failure = _captured(payload)
    request_headers = _merge(failure["request_headers"])
    response_headers = _merge(failure["response_headers"])
    status, user, traceback = failure["status"], failure["user"], failure["traceback"]
    answered = status is not None and 100 <= status <= 999
    cut = ["request.body"] if failure["request_body_cut"] else []
    if failure["response_body_cut"] and answered:
        cut.append("response.body")
    draft: Draft = {
        "id": UUID(bytes=failure["id"]),
        "sequence": failure["sequence"],
        "occurred_at": datetime.fromtimestamp(failure["at"], UTC),
        "request": {
            "method": scalar_text(failure["method"]),
            "name": scalar_text(failure["name"]),
            "url": _optional(failure["url"]),
            "headers": request_headers,
            "body": body_text(failure["request_body"], request_headers.get("content-type", "")),
        },
        "response": {
            "status_code": status,
            "headers": response_headers,
            "body": body_text(failure["response_body"], response_headers.get("content-type", "")),
            "length": failure["length"] or 0,
        }
        if answered
        else None,
        "elapsed_ms": failure["elapsed_ms"],
        "error": {
            "type": scalar_text(failure["types"][0]),
            "message": scalar_text(failure["message"]),
            "traceback": _traceback(traceback) if traceback else None,
        },
        "user": {"class_name": scalar_text(user), "task": _optional(failure["task"])} if user else None,
        "context": json_value(failure["context"]) if failure["context"] else {},
        "evidence": (failure["source"], failure["types"], failure["errno"], status if answered else None),
        "cut": cut,
    }
    return failure["run"], draft


def _captured(payload: dict[str, Any]) -> CapturedFailure:
    try:
        return _CAPTURED.validate_python(payload)
    except ValidationError:
        pass  # a lone surrogate may be the only reason
    try:
        return _CAPTURED.validate_python(_without_surrogates(payload))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        reason = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems[:5])
        raise InvalidRecordError(reason) from None


def _without_surrogates(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: scalar_text(value) if isinstance(value, str) else value for key, value in payload.items()}


def _optional(text: str | None) -> str | None:
    return None if text is None else scalar_text(text)


def _merge(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case, several values of one name joined as RFC 9110, 5.3 allows."""
    merged: dict[str, str] = {name.lower(): value for name, value in pairs}
    if len(merged) == len(pairs) and "".join(merged).isascii() and "".join(merged.values()).isascii():
        return merged  # the usual case
    merged = {}
    for name, value in pairs:
        key, text = scalar_text(name).lower(), scalar_text(value)
        merged[key] = f"{merged[key]}, {text}" if key in merged else text
    return merged


def _traceback(frames: list[tuple[str, int, str]]) -> str:
    """In Python's own form. Source lines are left out: they may hold literals, and readers have the code."""
    return "\n".join(
        f'  File "{scalar_text(file)}", line {line}, in {scalar_text(name)}' for file, line, name in frames
    )


def json_value(value: object) -> Any:
    """Any unpacked value as JSON: finite numbers, text keys, bounded in depth and items (what is beyond is noted)."""
    return _Bounded().convert(value, 0)


class _Bounded:
    def __init__(self) -> None:
        self._left = _MAX_CONTEXT_ITEMS

    def convert(self, value: object, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _MAX_CONTEXT_DEPTH:
            return "[too large]"
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, str):
            return scalar_text(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, bytes):
            return body_text(value, "") or ""
        if isinstance(value, dict):
            pairs = cast(dict[object, object], value).items()
            return {self._key(key): self.convert(item, depth + 1) for key, item in self._until_full(pairs)}
        if isinstance(value, list | tuple):
            return [self.convert(item, depth + 1) for item in self._until_full(cast(list[object], value))]
        return scalar_text(str(value))

    def _until_full(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """The items up to the first that finds no more room, and notes it."""
        for item in items:
            yield item
            if self._left < 0:
                return

    @staticmethod
    def _key(key: object) -> str:
        return scalar_text(key) if isinstance(key, str) else scalar_text(str(key))
