"""P4: numbers and passwords that words announce without a sign, and settings that commands set."""

# ruff: noqa: RUF001 - full-width punctuation is what Chinese messages have

from typing import Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())

ANNOUNCED: Final = [
    ("otp", "⟦482913⟧ is your verification code"),
    ("otp", "Notreal Shop: ⟦482913⟧ is your OTP. Do not share it."),
    ("otp", "⟦4829⟧ is the one-time passcode for bob"),
    ("otp", "验证码⟦482913⟧，5分钟内有效"),
    ("otp", "【某商店】您的验证码为⟦482913⟧，请勿泄露"),
    ("otp", "驗證碼 ⟦482913⟧"),
    ("otp", "动态码：⟦482913⟧"),
    ("phone", "短信已发送至⟦13800138000⟧"),
    ("phone", "联系方式 ⟦13800138000⟧，请回电"),
    ("phone", "请拨打⟦13800138000⟧"),
    ("phone", "手机⟦13800138000⟧未注册"),
    ("phone", "SMS to ⟦13800138000⟧ failed"),
    ("phone", "SMS to ⟦+86 13800138000⟧ failed"),
    ("password", "basic auth bob:⟦n0tReal9⟧ failed"),
    ("password", "Basic authentication bob:⟦n0t:Real9⟧"),
    ("password", "rejected with credentials bob:⟦n0tReal9⟧ by x.test"),
    ("password", "creds bob:⟦n0tReal9⟧"),
    ("password", "rejected (credentials bob:⟦n0tReal9⟧), will retry"),
]

COMMANDS: Final = [
    ("password", "FROM x\nENV DB_PASSWORD ⟦n0t-Real9⟧\nRUN make"),
    ("token", "ARG NPM_TOKEN=⟦n0t-Real9⟧\nRUN make"),
    ("key", "aws configure set aws_secret_access_key ⟦n0t/Real9⟧ --profile x"),
    ("key", "setx API_KEY ⟦n0tReal9⟧"),
    ("key", 'setx API_KEY "⟦n0tReal9⟧" /M'),
    ("password", "requirepass ⟦n0t-Real9⟧\nport 6379"),
    ("password", "masterauth ⟦n0t-Real9⟧"),
    ("password", "machine x.test login bob password ⟦n0t-Real9⟧"),
    ("password", "machine x.test\n  login bob\n  password ⟦n0t-Real9⟧\n"),
    ("password", "AUTH ⟦n0tReal9x7⟧"),
    ("password", "AUTH default ⟦n0tReal9x7⟧"),
]


@pytest.mark.parametrize(("kind", "text"), [*ANNOUNCED, *COMMANDS])
def test_p4_what_words_announce_is_masked_and_nothing_else(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "4711 is your order number",
        "2026 is the year of the release",
        "5000 is the limit for one day",
        "1006 is the close code of the peer",
        "验证码错误",
        "验证码为6位数字",
        "短信已发送，共13条",
        "电话会议于13:00开始",
        "订单13800138000123已创建",
        "SMS gateway answered 503 after 13800 ms",
        "basic auth required: see https://x.test/login",
        "credentials https://x.test/login",
        "credentials are wrong: 401",
    ],
)
def test_other_numbers_and_words_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "ENV NODE_ENV production",
        "ARG VERSION 3",
        "set TOKEN_COUNT 5",
        "ENV DB_PASSWORD_FILE /run/secrets/db",
        "AUTH required by server",
        "250-AUTH PLAIN LOGIN",
        "250-AUTH LOGIN CRAM-MD5",
        "AUTH SCRAM-SHA-256 is not supported",
        "requirepass is not set",
        "login with password failed",
        "login with password authentication is disabled",
        "login via password reset page",
        "set password rules in the settings",
        "please set password again",
        "could not set cookie attributes",
        "setx NODE_ENV production",
    ],
)
def test_commands_and_prose_without_secrets_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("password", "wrong password ⟦n0tRea1⟧"),
        ("password", "password ⟦n0tRea1x⟧ was rejected"),
        ("key", "invalid api key ⟦8c1kz0qmmx91⟧"),
        ("token", "token ⟦8c1kz0qmmx91⟧ expired"),
        ("session", "session id ⟦8f3kz0qm99⟧ not found"),
        ("otp", "Your code is ⟦482913⟧"),
        ("otp", "Your code: ⟦482913⟧"),
        ("token", "https://x.test/verify-email/⟦8c1kz0qmmx91abc⟧"),
    ],
)
def test_p4_secrets_that_services_answer_with_are_masked(kind: str, text: str) -> None:
    assert REDACTOR.redact_text(plain(text)) == masked(kind, text)


@pytest.mark.parametrize(
    "text",
    [
        "key order-1234567 not found",
        "session node-12345 is gone",
        "password sha256 hash is missing",
        "password step2 failed",
        "error code is 482913",
        "https://x.test/confirm/order-12345",
    ],
)
def test_names_of_things_behind_such_words_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
