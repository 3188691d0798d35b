"""JSON bodies: valid JSON of the same shape, byte for byte the same if nothing had to go."""

import json
from typing import Any

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

REDACTOR = Redactor(RedactionConfig())
SECRET = "not-Real9"


def body(text: str) -> str:
    draft = {
        "request": {"url": None, "name": "/", "headers": {"content-type": "application/json"}, "body": text},
        "response": None,
        "error": {"message": "", "traceback": None},
        "context": {},
    }
    return REDACTOR.redact_draft(draft)["request"]["body"]


TREES: list[tuple[Any, Any]] = [
    ({"password": SECRET, "a": 1}, {"password": "[REDACTED:password]", "a": 1}),
    ({"u": [{"apiKey": SECRET}]}, {"u": [{"apiKey": "[REDACTED:key]"}]}),
    ({"tokens": [SECRET, "b"]}, {"tokens": ["[REDACTED:token]", "[REDACTED:token]"]}),
    ({"session": {"id": SECRET, "ttl": 5}}, {"session": {"id": "[REDACTED:session]", "ttl": 5}}),
    ({"secrets": {"a": {"b": SECRET}}}, {"secrets": {"a": {"b": "[REDACTED:secret]"}}}),
    ({"auth": {"user": "bob", "token": SECRET}}, {"auth": {"user": "bob", "token": "[REDACTED:token]"}}),
    ({"headers": {"Authorization": "Bearer x1"}}, {"headers": {"Authorization": "Bearer [REDACTED:authorization]"}}),
    ({"headers": [["X-Api-Key", "x1"]]}, {"headers": [["X-Api-Key", "[REDACTED:key]"]]}),
    ([{"name": "password", "value": SECRET}], [{"name": "password", "value": "[REDACTED:password]"}]),
    (
        {"detail": [{"loc": ["body", "password"], "msg": "too short", "input": SECRET}]},
        {"detail": [{"loc": ["body", "password"], "msg": "too short", "input": "[REDACTED:password]"}]},
    ),
    (
        {"field": "password", "rejectedValue": SECRET},
        {"field": "password", "rejectedValue": "[REDACTED:password]"},
    ),
    ({"grant_type": "code", "code": "x1"}, {"grant_type": "code", "code": "[REDACTED:code]"}),
    ({"pin": 1234, "card": 4111111111111111}, {"pin": "[REDACTED:pin]", "card": "[REDACTED:card]"}),
    ({"note": "mail ann@example.com"}, {"note": "mail [REDACTED:email]"}),
    (
        {"query": 'mutation { login(password: "not-Real9") }'},
        {"query": 'mutation { login(password: "[REDACTED:password]") }'},
    ),
    ({"密码": SECRET, "用户": "bob"}, {"密码": "[REDACTED:password]", "用户": "bob"}),
    ({"password": True, "secret": None, "token": ""}, {"password": True, "secret": None, "token": ""}),
]


@pytest.mark.parametrize(("tree", "masked"), TREES, ids=[json.dumps(tree)[:40] for tree, _ in TREES])
def test_secret_in_json_is_masked_in_place(tree: Any, masked: Any) -> None:
    """P4."""
    assert json.loads(body(json.dumps(tree))) == masked
    assert json.loads(body(json.dumps(tree, indent=2, ensure_ascii=False))) == masked
    assert REDACTOR.redact_value(tree) == masked


def test_json_inside_json_strings_stays_json() -> None:
    inner = json.dumps({"password": SECRET, "a": 'say "hi"'})
    outer = json.loads(body(json.dumps({"payload": json.dumps({"again": inner})})))
    assert json.loads(json.loads(outer["payload"])["again"]) == {"password": "[REDACTED:password]", "a": 'say "hi"'}


UNCHANGED = [
    '{ "b" : 1.10,\n  "a": [ ] }',
    '{"author":"Bob","keyword":"x","token_count":5,"password_policy":"strong","total_tokens":512}',
    '{"errors":{"password":["is too short","must contain a digit"]}}',
    '{"error":{"code":"invalid_token","message":"The access token expired"}}',
    '{"code":"E42","state":"failed"}',
    '{"fields":["password","username","email"]}',
    '{"type":"object","properties":{"password":{"type":"string","minLength":8}}}',
    '{"mobile":true,"has_password":true,"email_verified":true,"phone_model":"Pixel 9"}',
    '{"key":"orders","value":"17"}',
    '{"tests":{"pass":12,"fail":3}}',
    '{"session":"morning","auth":"basic","pin":"D4"}',
    '{"next_token": null, "page": 1}',
    '{"big": 123456789012345678901234567890, "x": 1e400, "name": "Widget"}',
    '["password", "username"]',
    "{broken",
    "[1, 2,",
]


@pytest.mark.parametrize("text", UNCHANGED)
def test_body_without_secrets_comes_back_byte_for_byte(text: str) -> None:
    assert body(text) == text


CUT = [
    '{"user":"bob","password":"not-Real9","x":"y',
    '{"user":"bob","password":"not-Real9',
    '{"user":"bob","passw\\u006frd":"not-Real9',
    '{"data":"{\\"password\\":\\"not-Real9\\",\\"x',
    '{"password": {"current": "not-Real9", "new',
    '{"tokens":["not-Real9","not-Re',
    '[{"name":"password","value":"not-Real9"},{"na',
    '{"a":1}\n{"password":"not-Real9"}\n',
]


@pytest.mark.parametrize("text", CUT)
def test_secret_in_cut_json_is_masked(text: str) -> None:
    """P4: bodies are cut at capture too."""
    assert SECRET not in body(text)
    assert "[REDACTED:" in body(text)


def test_every_cut_of_a_body_hides_the_secret() -> None:
    """P4: wherever the cut falls, no more than the first three characters of the secret are left."""
    text = json.dumps({"user": "bob", "auth": {"password": SECRET}, "a": json.dumps({"token": SECRET})})
    for end in range(len(text)):
        assert SECRET[:4] not in body(text[:end]), end


def test_repeated_key_hides_nothing() -> None:
    """Parsers keep the last value only; the body would carry both."""
    assert "ghp_" not in body('{"note":"ghp_notARealTokenNotAReal","note":"ok"}')


def test_several_values_of_a_key_that_is_masked_leave_one_mask() -> None:
    assert body('{"password":"not-Real9","password":"other-one"}') == '{"password":"[REDACTED:password]"}'
