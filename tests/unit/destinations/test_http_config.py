"""What the `http` destination refuses at the start (P9), and in which words. Messages repeat no value (P4)."""

from typing import Any

import pytest
from locust_failure_forwarder.destinations.http import HttpConfig
from pydantic import ValidationError

VALID = {"type": "http", "url": "https://api.example.com/x"}


def config(**changes: Any) -> HttpConfig:
    return HttpConfig.model_validate(VALID | changes)


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        config(**changes)
    (problem,) = caught.value.errors()
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/api/failures/batch",
        "http://localhost:8080",
        "http://127.0.0.1:8080/x?key=not-a-real-key",
        "http://[::1]:8080/x",
        "http://receiver_1:9000/",
        "https://bücher.example/",
        "HTTPS://API.EXAMPLE.COM",
    ],
)
def test_web_addresses_are_taken(url: str) -> None:
    assert config(url=url).url.get_secret_value() == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://api.example.com", "must begin with https:// or http://"),
        ("api.example.com/x", "must begin with https:// or http://"),
        ("", "must begin with https:// or http://"),
        ("https://", "names no valid host"),
        ("https:///path", "names no valid host"),
        ("https://a..b/", "names no valid host"),
        ("https://${HOST}/", "names no valid host"),
        ("https://api.example.com:0/", "names no valid host"),
        ("https://api.example.com:99999/", "host or port cannot be read"),
        ("https://api.example.com:port/", "host or port cannot be read"),
        ("https://[::1/", "host or port cannot be read"),
        ("https://api.example.com/x\n", "must not contain spaces"),
        (" https://api.example.com/x", "must not contain spaces"),
        ("https://api.example.com/\x00", "must not contain spaces"),
        ("https://not-a-real-user:not-a-real-password@api.example.com/", "must not contain a user or password"),
    ],
)
def test_other_addresses_are_refused_with_the_cause(url: str, words: str) -> None:
    text = refusal(url=url)
    assert text.startswith("url: ")
    assert words in text
    assert "not-a-real" not in text


@pytest.mark.parametrize(
    "auth",
    [
        {},
        {"bearer": "not-a-real-token", "header": {"name": "X-Api-Key", "value": "not-a-real-token"}},
        {"bearer": "not-a-real-token", "basic": {"username": "u", "password": "p"}},
    ],
)
def test_auth_is_exactly_one_of_three(auth: dict[str, Any]) -> None:
    assert refusal(auth=auth) == "auth: Value error, expected exactly one of: bearer, basic, header"


@pytest.mark.parametrize("token", ["", "Bearer not-a-real-token", "not-a-real\ntoken", "tökén"])
def test_bearer_is_one_token(token: str) -> None:
    assert "expected the token alone" in refusal(auth={"bearer": token})


@pytest.mark.parametrize("username", ["", "a:b", "a\nb"])
def test_basic_user_is_one_that_can_be_sent(username: str) -> None:
    assert "auth.basic.username: " in refusal(auth={"basic": {"username": username, "password": "x"}})


def test_basic_password_has_no_line_break() -> None:
    assert "auth.basic.password: " in refusal(auth={"basic": {"username": "u", "password": "x\r\ny"}})


@pytest.mark.parametrize("name", ["", "X Api", "X-Api:", "X-Äpi", "X\r\nY"])
def test_header_names_are_tokens(name: str) -> None:
    assert "header names consist of" in refusal(headers={name: "x"})
    assert "header names consist of" in refusal(auth={"header": {"name": name, "value": "x"}})


@pytest.mark.parametrize(
    "name", ["Content-Type", "content-length", "HOST", "Idempotency-Key", "Content-Encoding", "webhook-signature"]
)
def test_headers_of_the_message_itself_cannot_be_configured(name: str) -> None:
    assert "is set by the forwarder" in refusal(headers={name: "x"})
    assert "is set by the forwarder" in refusal(auth={"header": {"name": name, "value": "x"}})


@pytest.mark.parametrize("value", ["", "a\r\nX-Evil: 1", "a\nb", " a", "a\t", "ä", "a\x00"])
def test_header_values_are_one_line_of_ascii(value: str) -> None:
    assert "header values are one line" in refusal(headers={"X-Tenant": value})
    assert "header values are one line" in refusal(auth={"header": {"name": "X-Api-Key", "value": value}})


def test_a_header_is_given_once() -> None:
    assert "a header is given twice" in refusal(headers={"X-Tenant": "a", "x-tenant": "b"})


@pytest.mark.parametrize(
    ("auth", "header"),
    [({"bearer": "not-a-real-token"}, "authorization"), ({"header": {"name": "X-Key", "value": "x"}}, "x-key")],
)
def test_credentials_are_not_given_in_headers_as_well(auth: dict[str, Any], header: str) -> None:
    assert "auth and headers set the same header" in refusal(auth=auth, headers={header: "x"})


@pytest.mark.parametrize(
    "secret", ["whsec_bm90LWEtcmVhbC1rZXk=", "bm90LWEtcmVhbC1rZXk=", "bm90LWEtcmVhbC1rZXk", "whsec_bm90LWEtcmVhbC1rZXk"]
)
def test_signing_secrets_in_base64_are_taken(secret: str) -> None:
    assert config(signature={"standard_webhooks": secret}).signature is not None


@pytest.mark.parametrize("secret", ["", "whsec_", "not-a-real-key", "bm90\n", "=", "ÄÖÜ", "a"])
def test_signing_secrets_that_the_library_would_misread_are_refused(secret: str) -> None:
    assert "expected the signing secret in base64" in refusal(signature={"standard_webhooks": secret})


def test_a_signature_excludes_gzip() -> None:
    signature = {"standard_webhooks": "bm90LWEtcmVhbC1rZXk="}
    assert "signature and compression exclude each other" in refusal(signature=signature, compression="gzip")
    assert not config(signature=signature, compression="none").compresses
    assert not config(signature=signature).compresses


@pytest.mark.parametrize("changes", [{"compression": "zip"}, {"send": []}, {"colour": "red"}])
def test_other_values_and_keys_are_refused(changes: dict[str, Any]) -> None:
    assert refusal(**changes).startswith(next(iter(changes)))


def test_defaults_are_those_of_the_example() -> None:
    plain = config()
    assert plain.send == ("failures", "alerts", "summaries")
    assert plain.compresses
    assert plain.auth is None
    assert plain.batch.max_records == 500
