"""What the demo's servers are asked and what they answer. Values only; no I/O."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_GZIP: Final = 16 + zlib.MAX_WBITS
"""zlib's word for gzip's header (zlib manual, inflateInit2)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    """Without the query."""
    query: str
    """What follows the `?`, undecoded."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """As it came, perhaps compressed."""

    @property
    def encoding(self) -> str:
        """`Content-Encoding` in lower case; `identity` without one."""
        return self.headers.get("content-encoding", "identity").strip().lower()

    def plain_body(self) -> bytes:
        """The body without gzip.

        Raises:
            ValueError: its encoding is another one, or it is damaged.
        """
        if self.encoding == "identity":
            return self.body
        if self.encoding != "gzip":
            raise ValueError("the encoding is not understood")
        stream = zlib.decompressobj(_GZIP)
        try:
            plain = stream.decompress(self.body)
        except zlib.error:
            raise ValueError("the body is not gzip") from None
        if not stream.eof:
            raise ValueError("the gzip was cut")
        return plain


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


RESET: Final = Reply(status=0)
"""No answer: the connection is reset."""


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def text_reply(status: int, text: str) -> Reply:
    """An answer in plain text."""
    return Reply(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})
