"""What of a value must go, once its key is known to be sensitive. Pure; knows no places."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from . import idioms
from .cookies import cookie_spans
from .harmless import is_harmless
from .keys import KeyNames, Sensitive
from .marks import MARK, MARK_START, Span

_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]{1,40})(?:\s+|%20|\+)(?=\S)")
_PHONE: Final = re.compile(r"[\d\s+().\-/#*%xext:]+", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W_]")
_MAIL_BOX: Final = re.compile(r"[\w.+%\-]{3,64}")
_QUOTED: Final = re.compile(r"""\s?(\\{0,4}["'`\u2018\u201c])([^"'`\u2019\u201d]{1,200})["'`\u2019\u201d]\s""")
"""What a remark about a value begins with: `'+1 555' is no phone number`."""
_NEVER_SHORT: Final = frozenset({"token", "key", "secret", "authorization", "credentials", "jwt", "csrf", "signature"})
_LEAST: Final = 4
_ECHO: Final = re.compile(
    r"""(?:(?:the|this|your|value|given|provided|supplied|input|password|token|key|code|invalid|string|got)[ :]\s?){0,4}
        (?P<quote>\\{0,4}["'`\u2018\u201c])(?P<value>[^"'`\u2018\u2019\u201c\u201d]{4,200})["'`\u2019\u201d\\]""",
    re.VERBOSE | re.IGNORECASE,
)
"""A value at the beginning of a remark on it: `"abc" is not a valid choice`."""
_SHORT: Final = 6
_LONG: Final = 16


Cut = Literal["", "maybe", "surely"]
"""Whether the end of a value is missing."""


def secret_spans(sensitive: Sensitive, value: str, keys: KeyNames, at: int = 0, *, cut: Cut = "") -> list[Span]:
    """The parts of `value` to mask: none where it holds nothing, all of it in most cases. `at` is added to places.

    An authorization scheme stays, and so do cookie names and attributes. Less must look the part if it was `cut`.
    """
    if not value or (sensitive.plural and value.strip().isdigit()):
        return []
    kind = sensitive.kind
    if is_harmless(value):
        echo = _ECHO.match(value) if " " in value else None
        if echo is None or _is_name(echo["value"], keys) or MARK_START in echo["value"]:
            return []
        return [Span(at + echo.start("value"), at + echo.end("value"), kind, by_key=True)]
    if kind in _NEVER_SHORT and len(value) < _LEAST and value.isdigit():
        return []  # `/token -> 503`
    test = (_WEAK_TESTS if sensitive.weak else _TESTS).get(kind)
    if MARK_START in value and (test or sensitive.weak or not _LETTER.search(MARK.sub("", value))):
        return []  # what is left beside the marks was judged when they were made
    if kind == "cookie":
        return [Span(at + span.start, at + span.end, span.kind, span.by_key) for span in cookie_spans(value, keys)]
    if kind == "authorization":
        start = _after_scheme(sensitive, value)
        return [] if start is None else [Span(at + start, at + len(value), kind, by_key=True)]
    if test is not None and not test(value):
        if cut and not sensitive.weak and _is_part(kind, value, sure=cut == "surely"):
            return [Span(at, at + len(value), kind, by_key=True)]
        quoted = _QUOTED.match(value)
        if quoted and test(quoted[2]):
            return [Span(at + quoted.start(2), at + quoted.end(2), kind, by_key=True)]
        return []
    return [Span(at, at + len(value), kind, by_key=True)]


def _is_name(value: str, keys: KeyNames) -> bool:
    """Whether a remark quotes the name of a field."""
    return value.replace("_", "").isalpha() and keys.judge(value) is not None


def _is_part(kind: str, value: str, *, sure: bool) -> bool:
    """Whether the rest of a value could make it what its key says."""
    if kind == "email":
        telling = sure or _digits(value) + value.count(".") + value.count("_") > 0
        return telling and _MAIL_BOX.fullmatch(value) is not None
    return _digits(value) > 1 and (sure or _PHONE.fullmatch(value) is not None)


def _after_scheme(sensitive: Sensitive, value: str) -> int | None:
    """Where the credentials begin, if there are any."""
    match = _SCHEME.match(value)
    if match and match[1].lower() in idioms.SCHEMES:
        rest = value[match.end() :]
        return None if rest.startswith(MARK_START) or is_harmless(rest) else match.end()
    if value.strip().lower() in idioms.SCHEMES or (sensitive.weak and not _looks_secret(value)):
        return None
    return 0


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)


def _looks_secret(value: str) -> bool:
    value = value.strip()
    if len(value) < _SHORT or " " in value:
        return False
    return len(value) >= _LONG or _digits(value) > 0


def _is_phone(value: str) -> bool:
    return _digits(value) >= _SHORT and _PHONE.fullmatch(value) is not None


def _is_email(value: str) -> bool:
    return "@" in value or "%40" in value or "&#64;" in value


def _is_street(value: str) -> bool:
    if "://" in value or "@" in value:
        return False
    return not value.isascii() or (" " in value.strip() and _digits(value) > 0 and any(c.isalpha() for c in value))


def _some_digits(least: int) -> Callable[[str], bool]:
    return lambda value: _digits(value) >= least


_TESTS: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": _is_email,
    "phone": _is_phone,
    "card": _some_digits(3),
    "national_id": _some_digits(4),
    "passport": _some_digits(4),
    "bank_account": _some_digits(4),
    "iban": _some_digits(4),
    "birth_date": _some_digits(2),
    "name": lambda value: any(character.isalpha() for character in value),
    "otp": lambda value: _digits(value) >= 3 or len(value) >= 8,
}

_WEAK_TESTS: Final[Mapping[str, Callable[[str], bool]]] = {
    "session": _looks_secret,
    "password": lambda value: len(value) >= 4,
    "pin": lambda value: value.isdigit() and len(value) >= 4,
    "card": _some_digits(8),
    "address": lambda value: _is_street(value) or (value.strip().replace("-", "").isdigit() and len(value) >= 4),
    "webhook": lambda value: "://" in value,
}
