"""A captured record as the body of a frame. Sends nothing."""

from typing import Any, Final

from ..wire import FrameType, encode

_LARGE_FRAME: Final = 4 * 1024 * 1024
"""Bytes; bodies, headers and texts within their own bounds always fit."""


def body_of(payload: dict[str, Any]) -> bytes:
    """The record's frame without its header; without its context, which nobody bounds, if that cannot be packed.

    Raises:
        Exception: it cannot be packed even so; whatever a `repr` raised.
    """
    try:
        body = encode(FrameType.FAILURE, payload)
        if len(body) <= _LARGE_FRAME or not payload["context"]:
            return body
        fault = "too large"
    except Exception as error:
        if not payload["context"]:
            raise  # the caller counts it
        fault = type(error).__name__  # cycles, huge integers, objects whose repr raises
    payload["context"] = {"not_copied": fault}
    return encode(FrameType.FAILURE, payload)
