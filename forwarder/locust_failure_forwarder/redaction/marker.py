"""What stands in a secret's place: a mark of its kind, one that also correlates, or one that tells nothing. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ..config.models import RedactionMode
from ..config.secret_kinds import UNREDACTABLE as UNREDACTABLE_KIND
from .escapes import may_be_escaped, unescape

MARK: Final = re.compile(r"\[REDACTED(?::[a-z_]{1,40}(?::[0-9a-f]{8,12})?)?\]")
MARK_START: Final = "[REDACTED"
MARK_OF_KIND: Final = "[REDACTED:"
DROPPED: Final = "[REDACTED]"
UNREDACTABLE: Final = f"[REDACTED:{UNREDACTABLE_KIND}]"
"""Stands for a whole field that could not be judged."""

_HEX_DIGITS: Final = 10
_ROUNDS: Final = 3


@lru_cache(maxsize=256)
def _fixed(kind: str) -> str:
    return f"[REDACTED:{kind}]"


class Marker:
    """Chooses by kind.

    mask    `[REDACTED:kind]`: neither length nor digest of the secret leaves
    hash    `[REDACTED:kind:0a1b2c3d4e]`: HMAC-SHA256 (RFC 2104) under a key that nobody else has, cut to 40 bits: the
            same secret shows the same digits as long as the key lives, and nobody can try out candidates
    drop    nothing, where the value stands alone; `[REDACTED]` within a text
    """

    def __init__(
        self, mode: RedactionMode = "mask", modes: Mapping[str, RedactionMode] | None = None, key: bytes = b""
    ) -> None:
        self._mode: RedactionMode = mode
        self._modes = {**(modes or {}), UNREDACTABLE_KIND: "mask"}
        self._key = key
        self._fixed = mode == "mask" and all(other == "mask" for other in self._modes.values())

    def mark(self, kind: str, literal: str) -> str:
        """What stands within a text in place of `literal`."""
        if self._fixed:
            return _fixed(kind)
        mode = self._modes.get(kind, self._mode)
        if mode == "hash":
            return f"[REDACTED:{kind}:{self._digits(literal)}]"
        return DROPPED if mode == "drop" else _fixed(kind)

    def whole(self, kind: str, literal: str) -> str:
        """What stands in place of a value that is nothing but `literal`."""
        if not self._fixed and self._modes.get(kind, self._mode) == "drop":
            return ""
        return self.mark(kind, literal)

    def _digits(self, literal: str) -> str:
        plain = literal.strip()
        for _ in range(_ROUNDS):  # a secret in a URL is the same as the one in a body
            further = unescape(plain) if may_be_escaped(plain) else None
            if further is None:
                break
            plain = further.text
        return hmac.new(self._key, plain.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_HEX_DIGITS]


MASKING: Final = Marker()
