"""Whether RE2 takes a pattern, and why not in plain words. Pure; the words never repeat the pattern."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import re2

_RE2: Final[Any] = re2  # it has no type hints
_WORDS: Final[Mapping[str, str]] = {
    "missing )": "a `(` is not closed",
    "unexpected )": "a `)` without its `(`",
    "missing ]": "a `[` is not closed",
    "no argument for repetition operator": "nothing stands before a `*`, `+`, `?` or `{`",
    "bad repetition operator": "two repetition operators in a row",
    "invalid repetition size": "a repetition count that is too large, or no range",
    "invalid perl operator": "a group that RE2 does not have, such as look-ahead or look-behind",
    "invalid escape sequence": "an escape that RE2 does not have, such as a back reference",
    "invalid character class range": "a range in `[…]` that does not exist",
    "invalid named capture group": "a named group that is not well-formed",
    "trailing \\": "a backslash at the end",
    "pattern too large": "it is too large",
}
"""RE2's reasons, https://github.com/google/re2/blob/main/re2/re2.h; each is followed by a piece of the pattern."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a pattern cannot be used, and what to do."""

    message: str
    hint: str


def pattern_fault(pattern: str) -> Fault | None:
    """What is wrong with a pattern, if anything is."""
    options = _RE2.Options()
    options.log_errors = False  # RE2 would print the pattern
    try:
        compiled = _RE2.compile(pattern, options)
    except _RE2.error as error:
        reason = _reason(error.args[0])
        return Fault(
            f"not a pattern of RE2{': ' + reason if reason else ''}",
            "RE2 has no look-around and no back references: https://github.com/google/re2/wiki/Syntax",
        )
    if compiled.search("") is not None:
        return Fault("this pattern matches the empty text, so it would match everywhere", "Use + in place of * or ?.")
    return None


def _reason(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return next((words for sign, words in _WORDS.items() if text.startswith(sign)), "")
