"""Known secrets in every spelling that an answer may give them: escaped in part or whole, in base64, in hex. Pure.

For our own secrets, which are known to the letter; `redaction` finds those that are not.
"""

import base64
import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import codepoint2name
from typing import Final
from urllib.parse import unquote, unquote_plus

from ..redaction.linear import Pattern, compile_linear

_CACHED: Final = 64
"""Patterns that are kept: there is one for each destination, more or less."""
_LEAST_ENCODED: Final = 8
"""Characters; a shorter piece of base64 or hex may stand there by chance."""
_AGAIN: Final = "{0,6}"
"""How often an escape may have been escaped again."""
_URLSAFE: Final = str.maketrans("+/", "-_")


def mask_known(text: str, secrets: frozenset[str], mask: str) -> str:
    """The text with `mask` in place of each secret, and of each whole run of base64 or hex that holds one."""
    if not secrets:
        return text
    parts: list[str] = []
    at = 0
    for match in _pattern(secrets).finditer(text):
        start, end = match.span()
        parts += (text[at:start], mask)
        at = end
    return "".join((*parts, text[at:])) if parts else text


@lru_cache(_CACHED)
def _pattern(secrets: frozenset[str]) -> Pattern:
    known = sorted({form for secret in secrets for form in _forms(secret)}, key=lambda form: (-len(form), form))
    spelled = ["".join(map(_character, form)) for form in known]
    encoded = [run for form in known for run in (*_base64_runs(form.encode()), *_hex_runs(form.encode()))]
    return compile_linear("|".join((*spelled, *encoded)), captures=False)


def _forms(secret: str) -> set[str]:
    """The secret itself, and decoded, as it may be configured percent-encoded."""
    return {form for form in (secret, unquote(secret), unquote_plus(secret)) if form}


def _character(character: str) -> str:
    """RE2 for one character: as it stands, or as URLs, HTML, JSON, Python and JavaScript write it."""
    code = ord(character)
    units = character.encode("utf-16-be").hex()
    percent = "".join(rf"%(?:25){_AGAIN}{_hex(f'{byte:02x}')}" for byte in character.encode())
    name = codepoint2name.get(code)
    entities = [f"#0{{0,5}}{code}", f"#[xX]0{{0,5}}{_hex(f'{code:x}')}", *([name] if name else [])]
    escapes = ["".join(rf"\\{{1,6}}u{_hex(units[at : at + 4])}" for at in range(0, len(units), 4))]
    if code < 0x100:
        escapes.append(rf"\\{{1,6}}x{_hex(f'{code:02x}')}")
    blank = [r"\+"] if character == " " else []
    forms = [rf"\\{{0,6}}{re.escape(character)}", percent, f"&(?:amp;){_AGAIN}(?:{'|'.join(entities)});"]
    return f"(?:{'|'.join((*forms, *escapes, *blank))})"


def _hex(digits: str) -> str:
    """RE2 for hex digits in either case."""
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


def _base64_runs(data: bytes) -> Iterator[str]:
    """RE2 for a whole run of base64 or base64url with the data in it, wherever in the encoded bytes it begins."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + data + bytes(2)).decode()
        # Only the characters whose six bits are all the data's own.
        own = text[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
        if len(own) >= _LEAST_ENCODED:
            yield f"[A-Za-z0-9+/]*{re.escape(own)}[A-Za-z0-9+/]*={{0,2}}"
            yield f"[A-Za-z0-9_-]*{re.escape(own.translate(_URLSAFE))}[A-Za-z0-9_-]*={{0,2}}"


def _hex_runs(data: bytes) -> Iterator[str]:
    if 2 * len(data) >= _LEAST_ENCODED:
        yield f"[0-9a-fA-F]*{_hex(data.hex())}[0-9a-fA-F]*"
