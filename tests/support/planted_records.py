"""Strategies for whole failure records: with secrets planted in them, and harmless ones. Decides no outcome."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from locust_failure_schemas import ErrorInfo, FailureRecord, RequestInfo, ResponseInfo

from . import samples
from .planted_texts import ASCII_KEYS, KEYS, PLAIN_SECRETS, SECRETS, TEXTS

Draft = dict[str, Any]


class Planted(NamedTuple):
    """A record and the secrets that are in it."""

    record: FailureRecord
    secrets: tuple[str, ...]
    places: tuple[str, ...]
    """Of each: the field, and what kind of text stands there."""


def _digits(base: int, size: int) -> st.SearchStrategy[str]:
    return st.integers(0, base**size - 1).map(lambda n: f"{n:0{size}x}" if base == 16 else f"{n:0{size}}")


NAMES: Final = st.sampled_from(["bob", "alice_99", "shop-admin", "用户17"])
NUMBERS: Final = st.integers(0, 99_999)
UUIDS: Final = st.uuids(version=4).map(str)
DATES: Final = st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "Z")
PROSE: Final = st.sampled_from(
    [
        "out of stock",
        "the password reset page is down",
        "session timed out after 30 s",
        "token expired, please log in again",
        "password must be at least 8 characters",
        "Author not found",
        "库存不足",
        "密码不能为空",
    ]
)
BENIGN: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "user_name": NAMES,
    "username": NAMES,
    "user_id": NUMBERS,
    "requestId": UUIDS,
    "trace-id": _digits(16, 32),
    "sha256": _digits(16, 64),
    "author": NAMES,
    "token_count": NUMBERS,
    "tokenType": st.sampled_from(["Bearer", "mac"]),
    "password_policy": st.sampled_from(["strong", "weak"]),
    "passwordLength": st.integers(1, 64),
    "session_timeout": NUMBERS,
    "has_password": st.booleans(),
    "密码长度": st.integers(1, 64),
    "secretary": NAMES,
    "keyword": st.sampled_from(["red shoes", "blue"]),
    "price": st.sampled_from(["19.99", "0.50", "1,299.00"]),
    "version": st.sampled_from(["2.34.2", "v1.0.0-rc.1"]),
    "created_at": DATES,
    "error": PROSE,
    "数量": NUMBERS,
    "note": PROSE,
    "public_key": _digits(16, 32),
}
"""Names and values that are not secret, by the policy."""
HEADERS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "content-type": st.sampled_from(["application/json", "text/html; charset=utf-8"]),
    "x-request-id": UUIDS,
    "traceparent": st.builds("00-{}-{}-01".format, _digits(16, 32), _digits(16, 16)),
    "etag": _digits(16, 32).map(lambda value: f'W/"{value}"'),
    "idempotency-key": UUIDS,
    "content-length": NUMBERS.map(str),
    "date": st.sampled_from(["Mon, 04 May 2026 09:30:00 GMT"]),
    "server": st.sampled_from(["nginx", "envoy/1.30"]),
    "x-ratelimit-remaining": NUMBERS.map(str),
}
MEMBERS: Final = st.one_of([st.tuples(st.just(key), values) for key, values in BENIGN.items()])
OBJECTS: Final = st.lists(MEMBERS, max_size=5).map(dict)


def _nested(members: dict[str, Any], below: Any) -> Any:
    return {**members, "items": below}


TREES: Final[st.SearchStrategy[Any]] = st.recursive(
    OBJECTS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.builds(_nested, OBJECTS, inner)), max_leaves=4
)
_HEADERS: Final = st.lists(
    st.one_of([st.tuples(st.just(name), values) for name, values in HEADERS.items()]), max_size=4
).map(dict)
_BODIES: Final = st.one_of(
    st.none(),
    PROSE,
    TREES.map(json.dumps),
    TREES.map(lambda tree: json.dumps(tree, ensure_ascii=False, indent=1)),
    OBJECTS.map(urlencode),
    OBJECTS.map(repr),
)


def _url(number: int, query: dict[str, Any]) -> str:
    return f"https://shop.example.com/api/v2/orders/{number}" + (f"?{urlencode(query)}" if query else "")


_URLS: Final = st.builds(_url, NUMBERS, OBJECTS)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """The redactable parts of a harmless record."""
    return {
        "url": draw(_URLS),
        "name": "/api/v2/orders/[id]",
        "request_headers": draw(_HEADERS),
        "request_body": draw(_BODIES),
        "response_headers": draw(_HEADERS),
        "response_body": draw(_BODIES),
        "message": draw(PROSE),
        "traceback": draw(st.one_of(st.none(), OBJECTS.map(lambda o: f'  File "a.py", line 3, in f\n    g(**{o!r})'))),
        "context": draw(OBJECTS),
        "labels": {"team": "payments"},
    }


def record_of(draft: Draft) -> FailureRecord:
    """The record of these parts."""
    body = draft["response_body"]
    return samples.failure(
        run=samples.run(labels=draft["labels"]),
        request=RequestInfo(
            method="POST",
            name=draft["name"],
            url=draft["url"],
            headers=draft["request_headers"],
            body=draft["request_body"],
        ),
        response=ResponseInfo(status_code=503, headers=draft["response_headers"], body=body, length=len(body or "")),
        error=ErrorInfo(
            type="requests.exceptions.HTTPError",
            message=draft["message"],
            category="server_error",
            fingerprint="5f1c9a0b7d3e2846",
            traceback=draft["traceback"],
        ),
        context=draft["context"],
        redactions={},
    )


HARMLESS: Final = drafts().map(record_of)

_TEXT_FIELDS: Final = ("request_body", "response_body", "message", "traceback")
_PLACES: Final = (
    *_TEXT_FIELDS,
    "url",
    "fragment",
    "header",
    "note",
    "cookie",
    "set-cookie",
    "bearer",
    "context",
    "label",
)


def _plant(draw: st.DrawFn, draft: Draft, place: str) -> tuple[str, str]:
    key, secret = draw(KEYS), draw(SECRETS)
    if place in _TEXT_FIELDS:
        form, draft[place], secret = draw(TEXTS)
        place = f"{place}: {form}"
    elif place == "url":
        if not key.isascii():  # a value with %23 or %26 leaks there: test_redaction_found_by_properties.py
            secret = draw(PLAIN_SECRETS)
        sign = "&" if "?" in draft["url"] else "?"
        draft["url"] += f"{sign}{quote(key)}={quote(secret, safe='')}"
    elif place == "fragment":
        draft["url"] = draft["url"].partition("#")[0] + f"#{quote(key)}={quote(secret, safe='')}"
    elif place == "header":
        secret = draw(PLAIN_SECRETS)
        draft["request_headers"][draw(ASCII_KEYS).lower()] = secret
    elif place == "note":
        form, text, secret = draw(TEXTS.filter(lambda text: "\n" not in text[1]))
        place = f"{place}: {form}"
        draft["response_headers"]["x-note"] = text
    elif place == "cookie":
        secret = draw(PLAIN_SECRETS)
        draft["request_headers"]["cookie"] = f"theme=dark; sid={secret}; lang=en"
    elif place == "set-cookie":
        secret = draw(PLAIN_SECRETS)
        draft["response_headers"]["set-cookie"] = (
            f"sid={secret}; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly; SameSite=Lax"
        )
    elif place == "bearer":
        secret = draw(PLAIN_SECRETS)
        draft["request_headers"]["authorization"] = f"Bearer {secret}"
    elif place == "context":
        tree: Any = {key: secret}
        for _ in range(draw(st.integers(0, 3))):  # a fourth JSON in JSON leaks: the same file
            tree = draw(st.sampled_from([{"a": tree}, [tree, 1], {"raw": json.dumps(tree)}]))
        draft["context"]["planted"] = tree
    else:
        draft["labels"][key] = secret
    return secret, place


@st.composite
def planted(draw: st.DrawFn) -> Planted:
    """A record with one to three secrets, each in a place of its own."""
    draft = draw(drafts())
    places = draw(st.lists(st.sampled_from(_PLACES), min_size=1, max_size=3, unique=True))
    # A fragment ends a URL: it is planted last.
    done = [_plant(draw, draft, place) for place in sorted(places, key=lambda place: place == "fragment")]
    return Planted(record_of(draft), tuple(secret for secret, _ in done), tuple(where for _, where in done))


PLANTED: Final = planted()
