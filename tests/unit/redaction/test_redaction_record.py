"""P4 over whole records: whatever the secret and wherever it stands, it is gone, counted, and nothing else is."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_schemas import FailureRecord
from support import samples

FAKE: Final = "notARealTokenNotAReal00"

BY_SHAPE: Final[Mapping[str, str]] = {
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "github": f"ghp_{FAKE}",
    "slack": f"xoxb-{FAKE}",
    "stripe": f"sk_live_{FAKE}",
    "google": f"AIza{FAKE}",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.not-a-real-signature",
    "webhook": "https://hooks.slack.com/services/T000/B000/notAReal",
    "userinfo": "postgres://bob:n0t-real@db.example.com/shop",
    "email": "ann@example.com",
    "card": "4111111111111111",
    "iban": "DE89370400440532013000",
    "ssn": "078-05-1120",
    "prc": "11010519491231002X",
    "bearer": "Bearer n0t.a-real_token",
}
TELLTALE: Final[Mapping[str, str]] = {"webhook": "notAReal", "userinfo": "n0t-real", "bearer": "n0t.a-real_token"}
"""The secret part, where it is not all of it."""

KEYED: Final = (
    "password",
    "access_token",
    "X-Api-Key",
    "clientSecret",
    "sessionId",
    "csrf_token",
    "private_key",
    "密码",
)

Draft = dict[str, Any]


def draft(**changes: Any) -> Draft:
    """A harmless record in the making; `changes` are dotted names with `__` for the dot."""
    made: Draft = {
        "request": {"method": "POST", "name": "/checkout", "url": None, "headers": {}, "body": None},
        "response": {"status_code": 503, "headers": {}, "body": None, "length": 0},
        "error": {"type": "str", "message": "out of stock", "category": "server_error", "traceback": None},
        "user": {"class_name": "ShopUser", "task": "checkout"},
        "context": {},
        "evidence": ("request", ["str"], None, 503),
        "cut": [],
    }
    for name, value in changes.items():
        part, _, field = name.partition("__")
        if field:
            made[part] = {**made[part], field: value}
        else:
            made[part] = value
    return made


PLACES: Final[Mapping[str, Callable[[str], Draft]]] = {
    "name": lambda s: draft(request__name=f"/a/{s}"),
    "url path": lambda s: draft(request__url=f"https://x.example.com/a/{s}" if "/" not in s else s),
    "request header": lambda s: draft(request__headers={"x-note": s}),
    "response header": lambda s: draft(response__headers={"x-note": f"was {s}"}),
    "json request": lambda s: draft(request__body=json.dumps({"a": [{"note": f"see {s} there"}]})),
    "json response": lambda s: draft(response__body=json.dumps({"note": s}, indent=1)),
    "cut json": lambda s: draft(response__body='{"a":1,"note":"' + s),
    "json in json": lambda s: draft(request__body=json.dumps({"a": json.dumps({"note": s})})),
    "form": lambda s: draft(request__body=f"a=1&note={s}" if " " not in s and "&" not in s else f"note={s}"),
    "text": lambda s: draft(response__body=f"could not use {s}, sorry"),
    "html": lambda s: draft(response__body=f"<p>could not use <b>{s}</b></p>"),
    "message": lambda s: draft(error__message=f"503 for {s} at 3"),
    "repr": lambda s: draft(error__message=repr({"note": s})),
    "traceback": lambda s: draft(error__traceback=f'  File "a.py", line 1, in f\n    g("{s}")'),
    "context": lambda s: draft(context={"a": {"b": [s]}}),
    "labels": lambda s: draft(run={"labels": {"note": s}}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("secret", BY_SHAPE)
def test_secret_with_a_shape_survives_nowhere(secret: str, place: str) -> None:
    """P4."""
    redacted = Redactor(RedactionConfig()).redact_draft(PLACES[place](BY_SHAPE[secret]))
    assert TELLTALE.get(secret, BY_SHAPE[secret]) not in json.dumps(redacted)
    assert sum(redacted["redactions"].values()) >= 1


S: Final = "Zq7-n0tReal"

KEYED_PLACES: Final[Mapping[str, Callable[[str], Draft]]] = {
    "query": lambda key: draft(request__url=f"https://x.example.com/a?b=1&{key}={S}&c=2"),
    "fragment": lambda key: draft(request__url=f"https://x.example.com/a#{key}={S}"),
    "header": lambda key: draft(request__headers={key.lower(): S}),
    "json": lambda key: draft(request__body=json.dumps({"a": [{key: S}]})),
    "escaped json": lambda key: draft(request__body=json.dumps({key: S}).replace("s", "\\u0073", 1)),
    "cut json": lambda key: draft(response__body=f'{{"a":1,"{key}":"{S}'),
    "json in json": lambda key: draft(response__body=json.dumps({"a": json.dumps({key: S})})),
    "form": lambda key: draft(request__body=f"a=1&{key}={S}&b=2"),
    "multipart": lambda key: draft(
        request__body=f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{S}\r\n--b--'
    ),
    "xml": lambda key: draft(request__body=f"<a><{key}>{S}</{key}><b>1</b></a>"),
    "message": lambda key: draft(error__message=f"bad request: {key}={S}, retry"),
    "colon": lambda key: draft(error__message=f"bad request, {key}: {S}"),
    "repr": lambda key: draft(error__traceback=f"    call({ {key: S, 'a': 1}!r})"),
    "context": lambda key: draft(context={"a": {key: S}}),
    "label text": lambda key: draft(run={"labels": {"note": f"{key}={S}"}}),
}


@pytest.mark.parametrize("place", KEYED_PLACES)
@pytest.mark.parametrize("key", KEYED)
def test_secret_behind_a_key_survives_nowhere(key: str, place: str) -> None:
    """P4."""
    redacted = Redactor(RedactionConfig()).redact_draft(KEYED_PLACES[place](key))
    assert S not in json.dumps(redacted)
    assert sum(redacted["redactions"].values()) == 1


def test_headers_keep_names_schemes_and_cookie_attributes() -> None:
    redacted = Redactor(RedactionConfig()).redact_draft(
        draft(
            request__headers={
                "authorization": "Bearer n0t-real",
                "cookie": "sid=n0t-real; theme=dark",
                "x-request-id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "idempotency-key": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "accept": "*/*",
            },
            response__headers={
                "set-cookie": "sid=a1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly, b=c1; Max-Age=5",
                "www-authenticate": 'Bearer realm="api", error="invalid_token"',
                "etag": '"33a64df551425fcc55e4d42a148795d9f25f89d4"',
            },
        )
    )
    assert redacted["request"]["headers"] == {
        "authorization": "Bearer [REDACTED:authorization]",
        "cookie": "sid=[REDACTED:cookie]; theme=[REDACTED:cookie]",
        "x-request-id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "idempotency-key": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "accept": "*/*",
    }
    assert redacted["response"]["headers"] == {
        "set-cookie": "sid=[REDACTED:cookie]; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly, "
        "b=[REDACTED:cookie]; Max-Age=5",
        "www-authenticate": 'Bearer realm="api", error="invalid_token"',
        "etag": '"33a64df551425fcc55e4d42a148795d9f25f89d4"',
    }
    assert redacted["redactions"] == {"authorization": 1, "cookie": 4}


def test_literal_masked_by_its_key_is_masked_wherever_else_it_stands() -> None:
    """P4: a password echoed by the server, in other spellings too."""
    secret = "tr&ub4dor/3"
    redacted = Redactor(RedactionConfig()).redact_draft(
        draft(
            request__body=json.dumps({"password": secret}),
            request__url="https://x.example.com/try/tr%26ub4dor%2F3",
            response__headers={"x-echo": f"got {secret}!"},
            response__body=json.dumps({"detail": f"'{secret}' was leaked before", "list": [secret]}),
            error__message=f"login with {secret} failed",
            context={"used": secret},
        )
    )
    assert "ub4dor" not in json.dumps(redacted)
    assert json.loads(redacted["response"]["body"])["list"] == ["[REDACTED:password]"]
    assert redacted["redactions"] == {"password": 7}


@pytest.mark.parametrize("common", ["password", "staging", "12345", "true"])
def test_common_literal_is_masked_by_its_key_only(common: str) -> None:
    """A password of `password` must not wipe the record."""
    kept = f"this is {common} and stays"
    redacted = Redactor(RedactionConfig()).redact_draft(
        draft(request__body=json.dumps({"access_token": common}), error__message=kept)
    )
    assert redacted["error"]["message"] == kept


def test_literal_inside_a_longer_word_stays() -> None:
    redacted = Redactor(RedactionConfig()).redact_draft(
        draft(request__body='{"password":"sword12"}', error__message="swords123 and passwordsword12x but not sword12")
    )
    assert redacted["error"]["message"] == "swords123 and passwordsword12x but not [REDACTED:password]"


def test_draft_is_left_as_it_was_and_everything_else_is_carried_over() -> None:
    given = draft(request__body='{"password":"n0t-real"}', context={"a": "b"})
    before = json.dumps(given)
    redacted = Redactor(RedactionConfig()).redact_draft(given)
    assert json.dumps(given) == before
    assert redacted.keys() == {*given, "redactions"}
    assert redacted["evidence"] == given["evidence"]
    assert redacted["user"] == given["user"]


def test_record_without_answer_is_redacted_too() -> None:
    redacted = Redactor(RedactionConfig()).redact_draft(draft(response=None, error__message="password=n0t-real"))
    assert redacted["response"] is None
    assert redacted["error"]["message"] == "password=[REDACTED:password]"


def test_same_values_from_the_cache_are_masked_and_counted_again() -> None:
    redactor = Redactor(RedactionConfig())
    given = draft(request__body='{"password":"tr4ubador"}', error__message="tr4ubador is wrong")
    first, second = redactor.redact_draft(given), redactor.redact_draft(given)
    assert first == second
    assert second["redactions"] == {"password": 2}


def test_sealed_record_is_redacted_and_stays_valid() -> None:
    record = samples.failure()
    dirty = record.model_copy(
        update={
            "request": record.request.model_copy(update={"body": '{"password":"tr4ubador"}'}),
            "error": record.error.model_copy(update={"message": "mail to ann@example.com failed"}),
            "context": {"api_key": "n0t-real"},
        }
    )
    redacted = Redactor(RedactionConfig()).redact(dirty)
    assert isinstance(redacted, FailureRecord)
    assert redacted.error.message == "mail to [REDACTED:email] failed"
    assert redacted.context == {"api_key": "[REDACTED:key]"}
    assert redacted.redactions == {"password": 2, "token": 1, "email": 1, "key": 1}, "earlier counts are kept"


def test_redacted_record_comes_back_equal() -> None:
    redactor = Redactor(RedactionConfig())
    once = redactor.redact(samples.failure())
    assert redactor.redact(once) == once == samples.failure()
