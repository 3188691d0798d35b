"""Secrets in the parts of a URL, and in form bodies, which have the syntax of a query. No URL needs to be valid."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote, unquote_plus

from . import idioms
from .keys import KeyNames, Sensitive
from .linear import Finder
from .marks import MARK_START, Span
from .values import secret_spans

_MAX_PARAMETERS: Final = 2000
_MAX_DECODING: Final = 3
_TOKEN_LENGTH: Final = 16
_CODE_LENGTH: Final = 8
_SHORT_TOKEN: Final = 10
_MIXED: Final = re.compile(r"[A-Za-z]*\d+[A-Za-z]+\d[A-Za-z0-9]{0,15}")
"""Letters between digits, but no hash; names and numbers of things have their digits at the end."""
_LEAST: Final = 6
_VERSION: Final = re.compile(r"(?:v|step|page|part|phase|stage|level)?[._\-]?\d{1,3}(?:\.\d+)*", re.IGNORECASE)

_NAMES: Final = (
    "password",
    "passwd",
    "token",
    "secret",
    "apikey",
    "api[_-]key",
    "session",
    "otp",
    "pin",
    "密码",
    "令牌",
)
"""Names whose values may be the next segment of a path, as in `/token/abc123`."""
_PATH_WORD: Final = (
    rf"[\w.\-]{{0,24}}(?:{'|'.join(re.escape(word) for word in sorted(idioms.PATH_WORDS))})[\w.\-]{{0,12}}"
)
PATTERN: Final = (
    rf"[?&;#](?i:code|state|{'|'.join(idioms.QUERY_ONLY)})="
    r"|%(?:[46][1-9a-fA-F]|[57][0-9aAfF]|2[257dD]|7[bB]|[89a-fA-F][0-9a-fA-F])"
    rf"|/(?i:{_PATH_WORD})/[^\s/?#\"'<>]{{{_SHORT_TOKEN}}}"
    rf"|/[\w.\-]{{0,24}}(?i:{'|'.join(_NAMES)})[\w.\-]{{0,12}}/[^\s/?#\"'<>]{{4}}"
)
"""RE2: something only a look at the whole URL can judge (other parameters are pairs as in any text)."""

_BEHIND_NAME: Final = re.compile(
    rf"/(?P<name>[\w.\-]{{0,24}}(?:{'|'.join(_NAMES)})[\w.\-]{{0,12}})/(?P<value>[^\s/?#\"'<>&;]{{4,400}})",
    re.IGNORECASE,
)
_FIND: Final = Finder(r"[^\s\"'<>\\`]*(?:/|[?#][^\s\"'<>\\`]*=)[^\s\"'<>\\`]*")
_TOKEN_BEHIND: Final = re.compile(rf"/(?:{_PATH_WORD})/([^\s/?#\"'<>&;]{{{_SHORT_TOKEN},}})", re.IGNORECASE)
_OAUTH_PATH: Final = re.compile(rf"(?:^|[/.])(?:{'|'.join(sorted(idioms.OAUTH_PATHS))})(?:[/.]|$)", re.IGNORECASE)
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH: Final = re.compile(r"(?:[0-9a-f]{2}){16,64}", re.IGNORECASE)
_FORM: Final = re.compile(
    r"""[^=&\s{}<>"':;,()/?\\\uff0c\uff1a\uff1b]{1,128}+=[^&\s{}<>\uff0c\uff1b]*+
        (?:&[^=&\s{}<>]{0,128}+(?:=[^&\s{}<>\uff0c\uff1b]*+)?)*+&?\s*""",
    re.VERBOSE,
)

Within = Callable[[str], list[Span]]
"""The secrets in a value of a query, which may be encoded."""


class Parameter(NamedTuple):
    """One `name=value`, and where the value lies."""

    name: str
    start: int
    end: int


def is_form(text: str) -> bool:
    """Whether the whole text reads as `a=b&c=d`."""
    return _FORM.fullmatch(text) is not None


def url_spans(text: str, source: bytes, keys: KeyNames, within: Within) -> Iterator[Span]:
    """Secrets in the query, fragment and path of every URL or path within `text`; `source` is the same for RE2."""
    for ((start, end),) in _FIND.find_all(source):
        for sign in ("?", "#"):
            at = text.find(sign, start, end)
            if at >= 0 and not text.startswith("&#", at - 1):
                stop = text.find("#", at, end) if sign == "?" else -1
                oauth = _OAUTH_PATH.search(text, start, at) is not None
                yield from query_spans(text, at + 1, stop if stop >= 0 else end, keys, within, oauth=oauth)
        for found in _TOKEN_BEHIND.finditer(text, start, end):
            if _is_token(found[1]) or _MIXED.fullmatch(found[1]):
                yield Span(*found.span(1), "token", by_key=True)
        for found in _BEHIND_NAME.finditer(text, start, end):
            if (sensitive := keys.judge(found["name"])) and not sensitive.plural and _is_random(found["value"]):
                yield Span(*found.span("value"), sensitive.kind, by_key=True)


def query_spans(
    text: str, start: int, end: int, keys: KeyNames, within: Within, *, oauth: bool = False
) -> Iterator[Span]:
    """Secret values of the parameters in `text[start:end]`; `oauth` if the path is one of OAuth 2."""
    parameters = list(_parameters(text, start, end))
    beside_oauth = oauth or _is_oauth(parameters)
    for name, at, stop in parameters:
        value = text[at:stop]
        if not value or value.startswith(MARK_START):
            continue
        sensitive = (
            None if keys.is_kept(name) else keys.judge(name) or _by_place(name.lower(), value, oauth=beside_oauth)
        )
        plain = decoded(value)
        if sensitive:
            if plain == value:
                yield from secret_spans(sensitive, value, keys, at)
            elif secret_spans(sensitive, plain, keys):
                yield Span(at, stop, sensitive.kind, by_key=True)
        elif plain != value:
            yield from (span._replace(start=at + span.start, end=at + span.end) for span in within(value))


def _is_oauth(parameters: list[Parameter]) -> bool:
    """Whether parameters of OAuth 2 (RFC 6749, 4.1) stand side by side; `code` and `state` mean other things too."""
    found = [parameter for parameter in parameters if parameter.name in idioms.OAUTH_SIBLINGS]
    if len(found) < 2:
        return False
    telling = any(parameter.name not in idioms.OAUTH for parameter in found)
    return telling or any(p.end - p.start >= _CODE_LENGTH for p in found)


def _parameters(text: str, start: int, end: int) -> Iterator[Parameter]:
    if text.startswith(("/", "!"), start):  # a fragment that is a route of its own: #/callback?token=…
        start = text.find("?", start, end) + 1 or end
    for _ in range(_MAX_PARAMETERS):
        if start >= end:
            return
        stop = text.find("&", start, end)
        stop = end if stop < 0 else stop
        sign = text.find("=", start, stop)
        if sign >= 0:
            name = text[start:sign].removeprefix("amp;")
            yield Parameter(decoded(name) if "%" in name or "+" in name else name, sign + 1, stop)
        start = stop + 1
    if start < end:
        yield Parameter("secret", start, end)  # too many to judge: all the rest goes


def decoded(text: str) -> str:
    """Percent-decoded until nothing changes, at most a few times; `+` is a blank."""
    if "%" not in text:
        return text
    plain = unquote_plus(text)
    for _ in range(_MAX_DECODING - 1):
        further = unquote(plain) if "%" in plain else plain
        if further == plain:
            break
        plain = further
    return plain


def _by_place(name: str, value: str, *, oauth: bool) -> Sensitive | None:
    if oauth and name in idioms.OAUTH:
        return Sensitive(idioms.OAUTH[name])
    if name == "key":
        return Sensitive("key") if _is_token(value) else None
    if name == "code" and _is_token(decoded(value)):
        return Sensitive("code")  # a code of an error or a country is short
    kind = idioms.QUERY_ONLY.get(name)
    return Sensitive(kind) if kind else None


def _is_random(value: str) -> bool:
    """Not a word, a number, or a file; of an id that is one of the common kinds, `name` says that it is secret."""
    plain = decoded(value)
    digit, letter = any(map(str.isdigit, plain)), any(map(str.isalpha, plain))
    return digit and letter and len(plain) >= _LEAST and not _VERSION.fullmatch(plain) and "." not in plain[-5:]


def _is_token(value: str) -> bool:
    """Long, of letters and digits, and no id of the common kinds."""
    return (
        len(value) >= _TOKEN_LENGTH
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
        and not _UUID.fullmatch(value)
        and not _HASH.fullmatch(value)
    )
