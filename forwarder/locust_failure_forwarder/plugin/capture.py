"""Copies what is worth keeping of a failed request. Never reads a stream, decodes a text or waits.

Everything here runs inside the user's greenlet, between two requests, so it copies references and slices only.
The forwarder process does the rest.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Any, Final, cast

from .exceptions import MAX_TEXT, describe, traceback_frames

_MAX_HEADERS: Final = 100
_MAX_HEADER_NAME: Final = 256
_MAX_HEADER_VALUE: Final = 8 * 1024
_MAX_STACK: Final = 40


@dataclass(frozen=True, slots=True)
class CaptureLimits:
    """What the configuration lets through, as the forwarder process said in `ready`."""

    request_body: bool
    response_body: bool
    max_bytes: int
    """Bytes copied of each body: more than is kept, because redaction comes before the cut."""


def _body(value: object, limit: int) -> tuple[bytes | str | None, bool]:
    """The first `limit` bytes or characters, and whether more was there. Generators and files stay unread."""
    if isinstance(value, bytearray):
        value = bytes(value)
    if isinstance(value, bytes | str) and value:
        return value[:limit], len(value) > limit
    return None, False


def _headers(headers: Any) -> list[tuple[str, str]]:
    """Pairs of text. Bytes are latin-1 by RFC 9110, 5.5; one that is not iterable yields nothing."""
    items = headers.items() if hasattr(headers, "items") else headers
    if not isinstance(items, Iterable):
        return []
    pairs: list[tuple[str, str]] = []
    for item in islice(cast(Iterable[Any], items), _MAX_HEADERS):
        if type(item) is tuple and len(cast(tuple[Any, ...], item)) == 2:
            name, value = cast(tuple[Any, Any], item)
            # Half of the cost of a capture is here, and nearly all of these are text already.
            name_text = name if type(name) is str else _text(name)
            value_text = value if type(value) is str else _text(value)
            pairs.append((name_text[:_MAX_HEADER_NAME], value_text[:_MAX_HEADER_VALUE]))
    return pairs


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _attribute(owner: object, *names: str) -> Any:
    """The first of the attributes that is there. A custom client's property may raise anything."""
    for name in names:
        try:
            value = getattr(owner, name, None)
        except Exception:  # noqa: BLE001, S112 - see above
            continue
        if value is not None:
            return value
    return None


def _response_content(response: Any) -> object:
    """The body if the client has read it already.

    requests keeps it in `_content` (False while unread), geventhttpclient in the slot `_cached_content` (unset while
    unread); their public properties would read the stream.
    """
    for attribute in ("_cached_content", "_content"):
        try:
            content = object.__getattribute__(response, attribute)
        except AttributeError:
            continue
        if not callable(content):
            return content
    # Another client's object may hold plain bytes; a property of that name is not asked.
    return getattr(response, "__dict__", {}).get("content")


def _running_task() -> tuple[str | None, str | None]:
    """Names of the user class and task, read off the stack: Locust does not say which task a request came from."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - inspect.stack() would read source files
    for _ in range(_MAX_STACK):
        if frame is None:
            break
        if frame.f_code.co_name == "execute_task":
            found = frame.f_locals
            task, owner = found.get("task"), found.get("self")
            user = getattr(owner, "user", None)
            return (type(user).__name__ if user is not None else None), getattr(task, "__name__", None)
        if frame.f_code.co_name in {"on_start", "on_stop"} and frame.f_back is not None:
            owner = frame.f_locals.get("self")
            if owner is not None:
                user = getattr(owner, "user", owner)
                return type(user).__name__, frame.f_code.co_name
        frame = frame.f_back
    return None, None


def request_failure(arguments: dict[str, Any], limits: CaptureLimits) -> dict[str, Any]:
    """The payload for one `request` event whose `exception` is not None."""
    response: Any = arguments.get("response")
    request: Any = _attribute(response, "request")
    url = arguments.get("url") or _attribute(request, "url")
    request_body, request_cut = None, False
    if limits.request_body:
        request_body, request_cut = _body(_attribute(request, "body", "_content"), limits.max_bytes)
    response_body, response_cut = None, False
    if limits.response_body and response is not None:
        response_body, response_cut = _body(_response_content(response), limits.max_bytes)
    user, task = _running_task()
    return {
        "source": "request",
        "method": _text(arguments.get("request_type", ""))[:_MAX_HEADER_NAME],
        "name": _text(arguments.get("name", ""))[:MAX_TEXT],
        "url": None if url is None else _text(url)[:MAX_TEXT],
        "request_headers": _headers(_attribute(request, "headers")),
        "request_body": request_body,
        "request_body_cut": request_cut,
        "status": _attribute(response, "status_code"),
        "response_headers": _headers(_attribute(response, "headers")),
        "response_body": response_body,
        "response_body_cut": response_cut,
        "length": arguments.get("response_length"),
        "elapsed_ms": arguments.get("response_time"),
        "context": arguments.get("context") or {},
        "user": user,
        "task": task,
        "traceback": None,
        **describe(cast(BaseException | str, arguments["exception"])),
    }


def user_failure(user_instance: Any, exception: BaseException, tb: Any) -> dict[str, Any]:
    """The payload for one `user_error` event. `user_instance` is a TaskSet for task errors, a User for `on_start`."""
    user = getattr(user_instance, "user", user_instance)
    frames = traceback_frames(tb)
    user_class = type(user).__name__
    # The frame behind Locust's own is the task, wherever in its depth the exception came from.
    task = next((name for file, _, name in frames if "/locust/user/" not in file.replace("\\", "/")), None)
    return {
        "source": "user_error",
        "method": "USER",
        "name": f"{user_class}.{task}" if task else user_class,
        "url": None,
        "request_headers": [],
        "request_body": None,
        "request_body_cut": False,
        "status": None,
        "response_headers": [],
        "response_body": None,
        "response_body_cut": False,
        "length": None,
        "elapsed_ms": None,
        "context": {},
        "user": user_class,
        "task": task,
        "traceback": frames,
        **describe(exception),
    }
