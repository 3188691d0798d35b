"""Secrets that sentences quote, end with or announce: `password 'x' is too short`, `123456 is your code`. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from .extents import quoted_end
from .keys import Sensitive
from .linear import Finder
from .marks import Span

_PHONE_WORDS: Final = "手机|手機|电话|電話|联系方式|聯絡電話|短信|簡訊|拨打|致电|SMS|sms"
_CODE_WORDS: Final = "验证码|校验码|动态码|驗證碼|校驗碼|動態碼"
_CODES: Final = "verification|security|login|access|confirmation|activation|one-time|OTP|SMS|2FA|MFA"
PATTERN: Final = (
    rf"\b\d{{4,8}} is (?:your|the)\b|(?i:\byour (?:[\w\-]+ ){{0,3}}code(?: is|:)? \d{{4}})"
    rf"|(?:{_PHONE_WORDS})[^\d\n]{{0,8}}[+\d]|(?:{_CODE_WORDS})[^\d\n]{{0,4}}\d{{4}}"
    r"|(?i:\b(?:basic auth(?:entication)?|credentials?|creds)) [^\s:=]+:[^\s/]"
)
"""RE2: what announces a number or a password without a sign."""
_FIND: Final = Finder(PATTERN, captures=False)
_ANNOUNCED: Final = re.compile(
    rf"""\b(?P<code>\d{{4,8}}+)\sis\s(?:your\b[^\n.]{{0,40}}|the\s(?:{_CODES})\s)\b(?i:code|otp|pin|passcode|password)\b
        | \b(?i:your\s(?:[\w\-]{{1,20}}\s){{0,3}}code(?:\sis|:)?)\s(?P<your>\d{{4,8}})\b
        | (?:{_PHONE_WORDS})[^\d\n]{{0,8}}(?P<phone>(?:\+?86[\-\ ]?)?1[3-9]\d{{9}})(?!\d)
        | (?:{_CODE_WORDS})[^\d\n]{{0,4}}(?P<otp>\d{{4,8}})(?!\d)
        | (?i:\b(?:basic\sauth(?:entication)?|credentials?|creds))\s[^\s:=]{{1,64}}
          :(?P<password>[^\s/,;)\]}}][^\s,;)\]}}]{{0,200}}+)""",
    re.VERBOSE,
)
_KINDS: Final = {"code": "otp", "your": "otp", "otp": "otp", "phone": "phone", "password": "password"}

_PROSE: Final = re.compile(
    r"""\s(?P<verb>(?:is|was)\s)?(?![\w.\-]{1,48}+(?:=|:[^\s]))(?P<value>[^\s"'`,;<>()\[\]{}\\]{4,}+)"""
)
"""The next word, unless that begins a pair itself: `the token password=…`."""
_NUMBERED: Final = frozenset({"passport", "bank_account", "national_id", "card", "phone", "iban", "otp"})
_IS_NUMBER: Final = re.compile(r"[A-Za-z]{0,3}\d[\d\-]{4,}+\.?|\d{4}")
_IS_NAME: Final = re.compile(r"[a-z]+(?:[ \-_.][a-z]+)*+|[A-Z]+(?:_[A-Z]+)*+")
_NAMED_KINDS: Final = frozenset({"cookie", "secret", "key", "token", "session"})
"""Their things have names, which prose quotes: `Secret "payments" not found`."""
_MAX_ECHO: Final = 200
_SHORT_WORD: Final = 6
_LONG_WORD: Final = 16
_MIXED: Final = re.compile(r"(?=.{10})[A-Za-z]*\d+[A-Za-z]+\d[A-Za-z0-9]*")
"""Letters between digits; names and numbers of things have their digits at the end."""
_ALGORITHM: Final = re.compile(
    r"(?:sha|md|aes|rsa|base|utf|argon|pbkdf|bcrypt|scrypt|hmac|oauth|tls|ssl|v|step)[\-_]?\d", re.IGNORECASE
)


def announced_spans(text: str, source: bytes) -> Iterator[Span]:
    """Numbers and passwords that words before or behind them announce; `source` is the same text for RE2."""
    if _FIND.find(source) is None:
        return
    for match in _ANNOUNCED.finditer(text):
        name = match.lastgroup or ""
        yield Span(*match.span(name), _KINDS[name], by_key=True)


def in_prose(text: str, start: int, end: int, sensitive: Sensitive) -> tuple[int, int]:
    """`the password is x1y2z3`, `with token abc…`: a word that is none of the language."""
    match = _PROSE.match(text, end)
    if match is None or sensitive.weak or text[start:end].lower() == "bearer":  # a shape of its own
        return end, end
    value = match["value"].rstrip(".:!?")
    if len(value) < _SHORT_WORD and sensitive.kind not in _NUMBERED:
        return end, end
    digit, letter = any(map(str.isdigit, value)), any(map(str.isalpha, value))
    if sensitive.kind in _NUMBERED:
        found = _IS_NUMBER.fullmatch(value) is not None
    elif match["verb"]:
        found = digit or value.count("-") > 1
    else:
        least = _SHORT_WORD if sensitive.kind == "password" else _LONG_WORD
        found = digit and letter and (len(value) >= least or _MIXED.fullmatch(value) is not None)
        found = found and not _ALGORITHM.match(value)
    return (match.start("value"), match.start("value") + len(value)) if found else (end, end)


def echoed(text: str, before: str, at: int, opening: str, sensitive: Sensitive) -> tuple[int, int]:
    """`password 'hunter2' is too short`. A parser's `Unexpected token '<'` is none."""
    end = quoted_end(text, at, opening)
    if sensitive.kind in _NAMED_KINDS and _IS_NAME.fullmatch(text, at, len(text) if end is None else end):
        return at, at
    if end is None or end - at > _MAX_ECHO or before.lower().endswith("unexpected "):
        return at, at
    return at, end
