"""P4: a dead letter keeps the beginning of the answer, redacted, and none of our secrets, whatever a server repeats."""

import base64
import html
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.destinations.base import Batch, HttpRequest
from locust_failure_forwarder.destinations.http import HttpConfig
from locust_failure_forwarder.pipeline.answers import MAX_BYTES, Answers
from locust_failure_forwarder.redaction import Redactor
from pydantic import SecretStr
from support.destination_cases import CASES, SECRETS, Case
from support.frames import MASK, SECRET, MarkingRedactor
from support.samples import NOW, event

URL = "https://hooks.example.com/services/T0DEMO/B0DEMO/not-a-real-hook-key?token=not%2Da-real-token&team=qa"
HOOK_SECRETS = ("not-a-real-hook-key", "not-a-real-token", "not%2Da-real-token", "services/T0DEMO/B0DEMO")

by_case = pytest.mark.parametrize("case", CASES, ids=str)


def _made(case: Case) -> tuple[Answers, HttpRequest]:
    """With nothing to help but what it knows itself."""
    destination = case.make()
    request = destination.encode(Batch(case.kinds[0], case.name, [event(case.kinds[0])]), NOW)
    return Answers(destination.config, lambda text: text), request


def _as_it_is(text: str) -> str:
    return text


def _hook(redact: Callable[[str], str] = _as_it_is) -> tuple[Answers, HttpRequest]:
    case = Case("slack", {"type": "slack", "webhook_url": URL})
    destination = case.make()
    return Answers(destination.config, redact), HttpRequest(URL, {}, b"")


def _echo(request: HttpRequest) -> dict[str, Any]:
    return {"method": request.method, "url": request.url, "headers": dict(request.headers)}


def _lines(value: dict[str, Any]) -> str:
    fields = {**value["headers"], "path": value["url"].split("example.com")[-1]}
    return "\n".join(f"{name}: {text}" for name, text in fields.items())


ENCODERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "json": json.dumps,
    "json of php": lambda value: json.dumps(value).replace("/", "\\/"),
    "html": lambda value: f"<html><pre>{html.escape(json.dumps(value))}</pre></html>",
    "repr": repr,
    "lines": _lines,
}


def _shown(text: str, secrets: tuple[str, ...]) -> list[str]:
    return [secret for secret in secrets if secret in text or secret in text.replace("\\/", "/")]


@by_case
@pytest.mark.parametrize("encoder", ENCODERS)
def test_p4_a_server_that_repeats_the_whole_request_gives_nothing_away(case: Case, encoder: str) -> None:
    answers, request = _made(case)
    text = ENCODERS[encoder](_echo(request))
    assert _shown(answers.excerpt(request, text.encode()), SECRETS) == []


@by_case
def test_p4_credentials_are_masked_in_every_form_they_are_configured_and_sent_in(case: Case) -> None:
    answers, request = _made(case)
    for name, value in request.headers.items():
        if name.lower() in ("authorization", "x-api-key", "x-tenant", "webhook-signature"):
            kept = answers.excerpt(request, f"unknown credentials {value}: {value.split()[-1]}!".encode())
            assert kept == "unknown credentials [REDACTED:config]: [REDACTED:config]!"
    user, password = "not-a-real-user", "not-a-real-password"
    if case.name == "http-basic":
        kept = answers.excerpt(request, f"{user}:{password} / {user} / {password}".encode())
        assert _shown(kept, SECRETS) == []


@pytest.mark.parametrize("encoder", ENCODERS)
def test_p4_a_webhooks_path_and_query_are_masked_whole_and_in_parts(encoder: str) -> None:
    answers, request = _hook()
    kept = answers.excerpt(request, ENCODERS[encoder](_echo(request)).encode())
    assert _shown(kept, HOOK_SECRETS) == []


@pytest.mark.parametrize(
    "text",
    [
        "no such hook: /services/T0DEMO/B0DEMO/not-a-real-hook-key",
        "no such hook: services/T0DEMO/B0DEMO/not-a-real-hook-key",
        "no such hook: not-a-real-hook-key",
        "wrong token not-a-real-token",
        "wrong token not%2Da-real-token",
        f"see {URL}",
        f"see {quote('/services/T0DEMO/B0DEMO/not-a-real-hook-key')}",
    ],
)
def test_p4_an_error_that_names_a_part_of_the_address_does_not_show_it(text: str) -> None:
    answers, request = _hook()
    kept = answers.excerpt(request, text.encode())
    assert _shown(kept, HOOK_SECRETS) == []
    assert "[REDACTED:config]" in kept
    assert kept.split(maxsplit=1)[0] == text.split(maxsplit=1)[0], "and the words around it stay"


SIGNED = "c2lnbmluZy1rZXktbm90LWEtcmVhbA=="
ODD = 'not-a-real <"key"> & 密\\码/=?'
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, all of it": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "JSON with the slash escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "repr": repr,
    "HTML": html.escape,
    "HTML, twice": lambda text: html.escape(html.escape(text)),
    "HTML by numbers": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "XML by hex numbers": lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    "JavaScript": lambda text: "".join(f"\\u{ord(character):04X}" for character in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of a text around it": lambda text: base64.b64encode(f"key {text} is wrong".encode()).decode(),
    "base64url of a text around it": lambda text: (
        base64.urlsafe_b64encode(f"a key {text}".encode()).decode().rstrip("=")
    ),
    "hex": lambda text: f"key {text} is wrong".encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("secret", ["not-a-real-key-of-ours", ODD])
def test_p4_a_secret_of_ours_is_masked_in_every_spelling(spelling: str, secret: str) -> None:
    config = HttpConfig.model_validate(
        {
            "type": "http",
            "url": "https://api.example.com",
            "auth": {"basic": {"username": "bob-of-ours", "password": secret}},
        }
    )
    text = SPELLINGS[spelling](secret)
    kept = Answers(config, _as_it_is).excerpt(
        HttpRequest("https://api.example.com", {}, b""), f"no: {text} :no".encode()
    )
    assert kept.startswith("no: ")
    assert kept.endswith(" :no")
    assert "[REDACTED:config]" in kept
    assert kept.replace("[REDACTED:config]", "").strip("no: \"'\\") == ""


@pytest.mark.parametrize("prefix", ["whsec_", ""])
def test_p4_a_signing_secret_is_known_without_its_prefix_too(prefix: str) -> None:
    config = HttpConfig.model_validate(
        {"type": "http", "url": "https://api.example.com", "signature": {"standard_webhooks": f"whsec_{SIGNED}"}}
    )
    kept = Answers(config, _as_it_is).excerpt(HttpRequest(URL, {}, b""), f"signed with {prefix}{SIGNED}?".encode())
    assert kept == "signed with [REDACTED:config]?"


def test_ids_of_a_request_stay_in_an_answer_that_names_them() -> None:
    request = HttpRequest(
        "https://api.example.com", {"Idempotency-Key": "batch-17-of-ours", "Webhook-Id": "batch-17-of-ours"}, b""
    )
    answers = Answers(HttpConfig(type="http", url=SecretStr("https://api.example.com")), _as_it_is)
    assert answers.excerpt(request, b"batch-17-of-ours is invalid") == "batch-17-of-ours is invalid"


def test_words_of_an_address_stay_readable() -> None:
    case = Case("http", {"type": "http", "url": "https://api.example.com/api/failures/batch"})
    destination = case.make()
    answers = Answers(destination.config, lambda text: text)
    request = HttpRequest("https://api.example.com/api/failures/batch", {}, b"")
    body = b"the batch holds 3 failures without a name, of this api"
    assert answers.excerpt(request, body) == body.decode()


def test_p4_the_rest_is_redacted_as_everything_is() -> None:
    answers, request = _hook(MarkingRedactor().redact_text)
    assert answers.excerpt(request, f"unknown customer {SECRET}".encode()) == f"unknown customer {MASK}"


def test_p4_with_the_real_redactor_a_repeated_request_shows_no_secret_of_the_record() -> None:
    answers, request = _hook(Redactor(RedactionConfig()).redact_text)
    body = b'{"error": "bad value", "received": {"password": "not-a-real-password-of-a-customer"}}'
    assert "not-a-real-password-of-a-customer" not in answers.excerpt(request, body)


def test_p4_a_redaction_that_fails_keeps_nothing() -> None:
    def fail(text: str) -> str:
        raise RuntimeError(SECRET)

    answers, request = _hook(fail)
    assert answers.excerpt(request, b"anything") == "[unredactable]"


@pytest.mark.parametrize("character", ["x", "é", "語", "🧪"])
def test_at_most_two_kibibytes_are_kept_and_never_half_a_character(character: str) -> None:
    answers, request = _hook()
    kept = answers.excerpt(request, (character * 64 * 1024).encode())
    size = len(kept.encode())
    assert MAX_BYTES - 4 < size <= MAX_BYTES == 2048
    assert set(kept) == {character}


@settings(deadline=None)
@given(st.integers(MAX_BYTES - 100, MAX_BYTES + 100))
def test_p4_the_cut_never_leaves_the_beginning_of_a_secret(position: int) -> None:
    answers, request = _hook()
    kept = answers.excerpt(request, b"x" * position + b"not-a-real-hook-key" + b"x" * 100)
    assert "not-a" not in kept
    assert len(kept.encode()) <= MAX_BYTES


@settings(deadline=None)
@given(st.integers(MAX_BYTES - len(SECRET), MAX_BYTES))
def test_p4_nor_of_anything_else_that_redaction_would_have_found(position: int) -> None:
    answers, request = _hook(MarkingRedactor().redact_text)
    kept = answers.excerpt(request, b"x" * position + SECRET.encode())
    assert "not-a" not in kept


@settings(deadline=None)
@given(st.binary(max_size=5000))
def test_no_answer_breaks_it(body: bytes) -> None:
    answers, request = _hook()
    kept = answers.excerpt(request, body)
    assert len(kept.encode()) <= MAX_BYTES


def test_an_empty_answer_stays_empty() -> None:
    answers, request = _hook()
    assert answers.excerpt(request, b"") == ""


def test_what_is_too_short_to_be_a_secret_is_not_looked_for() -> None:
    case = Case("http", {"type": "http", "url": "https://api.example.com", "headers": {"X-Flag": "on"}})
    destination = case.make()
    request = HttpRequest("https://api.example.com", {"X-Flag": "on"}, b"")
    assert Answers(destination.config, lambda text: text).excerpt(request, b"not on this one") == "not on this one"
