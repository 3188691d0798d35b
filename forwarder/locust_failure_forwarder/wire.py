"""Frames on the pipes between the Locust process and the forwarder process. Packs and unpacks; does no I/O.

A frame is four bytes of length and eight of number (big endian), then one msgpack array `[type, payload]`. Lengths let
a reader skip a payload it cannot decode and go on with the next one. Numbers rise by one from frame to frame of one
Locust process: they say what was acknowledged, and let a second forwarder process skip what the first has on disk.

Imported by both processes, so it may use nothing but msgpack and the standard library.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from struct import Struct
from typing import Any, Final, cast

import msgpack  # pyright: ignore[reportMissingTypeStubs] - it has none

from .errors import FrameError

# Untyped in the library.
_packb: Any = msgpack.packb  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
_unpackb: Any = msgpack.unpackb  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
_HEADER: Final = Struct(">IQ")
MAX_FRAME: Final = 8 * 1024 * 1024
"""Bytes of one payload; more than that is a broken stream."""
EXIT_LOG_DAMAGED: Final = 3
"""Exit code of a forwarder process whose log turned out to be damaged: the next one sets it aside."""


class FrameType(StrEnum):
    """What a frame says. The first group goes to the forwarder process, the second comes back."""

    HELLO = "hello"
    RUN_STARTED = "run_started"
    FAILURE = "failure"
    SAMPLE = "sample"
    DROPPED = "dropped"
    RUN_STOPPED = "run_stopped"
    SUMMARY = "summary"
    FLUSH = "flush"
    CLOSE = "close"

    READY = "ready"
    REFUSED = "refused"
    ACK = "ack"
    STATUS = "status"
    LOG = "log"
    CLOSED = "closed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame. `BROKEN` stands for a payload that could not be decoded; its reason is in `payload`."""

    type: FrameType
    payload: dict[str, Any]
    number: int = 0
    """Place among the sender's frames, from 1; 0 for a frame that needs no acknowledgement."""


def encode(frame_type: FrameType, payload: dict[str, Any]) -> bytes:
    """One frame without its header. Objects msgpack does not know become their `repr`.

    Raises:
        ValueError, OverflowError, TypeError: too large, nested too deeply, an integer over 64 bits, and the like.
    """
    body: bytes = _packb((frame_type.value, payload), default=repr, unicode_errors="surrogatepass")
    if len(body) > MAX_FRAME:
        raise ValueError(f"a payload of {len(body)} bytes; at most {MAX_FRAME} are allowed")
    return body


def header(body: bytes, number: int) -> bytes:
    """What goes before the `body` of the frame with this number."""
    return _HEADER.pack(len(body), number)


def pack(frame_type: FrameType, payload: dict[str, Any], number: int = 0) -> bytes:
    """One whole frame.

    Raises:
        ValueError, OverflowError, TypeError: as `encode`.
    """
    body = encode(frame_type, payload)
    return header(body, number) + body


class Decoder:
    """Turns chunks of bytes into frames; keeps what is incomplete for the next chunk."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def incomplete(self) -> int:
        """Bytes of a frame whose end has not come: at end of file, a frame torn by a crash."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Frames completed by `chunk`.

        Raises:
            FrameError: a length over `MAX_FRAME`; the stream cannot be trusted any further.
        """
        self._buffer += chunk
        start = 0
        try:
            while len(self._buffer) - start >= _HEADER.size:
                length, number = _HEADER.unpack_from(self._buffer, start)
                if length > MAX_FRAME:
                    raise FrameError(f"a frame of {length} bytes; at most {MAX_FRAME} are allowed")
                end = start + _HEADER.size + length
                if len(self._buffer) < end:
                    break
                body = bytes(memoryview(self._buffer)[start + _HEADER.size : end])
                start = end
                yield _decode(body, number)
        finally:
            del self._buffer[:start]


def _decode(body: bytes, number: int) -> Frame:
    try:
        name, payload = _unpackb(body, strict_map_key=False, unicode_errors="surrogatepass")
        if isinstance(payload, dict):
            return Frame(FrameType(name), cast(dict[str, Any], payload), number)
        reason = "payload is no map"
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        reason = type(error).__name__
    return Frame(FrameType.BROKEN, {"reason": reason, "bytes": len(body)}, number)
