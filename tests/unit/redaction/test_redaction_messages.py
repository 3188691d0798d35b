"""P4: messages that repeat the URL, literals behind escapes, odd quotes and commas, values within values."""

# ruff: noqa: RUF001 - full-width punctuation and curly quotes are the case

import json
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

SECRET: Final = "n0t-a-Real9"
URL: Final = f"https://shop.test/orders?access_token={SECRET}&page=2"
SAFE_URL: Final = "https://shop.test/orders?access_token=[REDACTED:token]&page=2"


def _draft(url: str, message: str, traceback: str | None = None, **members: Any) -> dict[str, Any]:
    return {
        "request": {"url": url, "name": "/orders", "headers": {}, "body": None},
        "response": None,
        "error": {"message": message, "traceback": traceback},
        "context": {},
        **members,
    }


MESSAGES: Final = [
    "503 Server Error for url: @",
    "@ and again @, twice",
    "@",
    "'@' answered 503\n\nsee \x1a below: @",
    "\x1a",
    '{"error": "no answer", "url": "@"}',
    '  ["@", 503]',
    "for url: /orders only",
]


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("times", [1, 3])
def test_p4_message_that_repeats_the_url_has_it_as_it_was_redacted(message: str, times: int) -> None:
    redactor = Redactor(RedactionConfig())
    for _ in range(times):  # the cache answers from the second or third on
        result = redactor.redact_draft(_draft(URL, message.replace("@", URL), message.replace("@", URL)))
        assert result["request"]["url"] == SAFE_URL
        assert result["error"]["message"].replace(" ", "") == message.replace("@", SAFE_URL).replace(" ", "")
        assert result["error"]["traceback"] == result["error"]["message"]
        assert result["redactions"] == {"token": 1 + 2 * message.count("@")}


@pytest.mark.parametrize("message", MESSAGES)
def test_message_that_repeats_a_url_without_secrets_stays(message: str) -> None:
    url = "https://shop.test/orders?page=2"
    result = Redactor(RedactionConfig()).redact_draft(_draft(url, message.replace("@", url)))
    assert result["error"]["message"] == message.replace("@", url)
    assert result["redactions"] == {}


def test_p4_message_keeps_nothing_of_its_own_beside_the_url() -> None:
    draft = _draft(URL, f"{URL} failed: password={SECRET}2 was wrong")
    result = Redactor(RedactionConfig()).redact_draft(draft)
    assert result["error"]["message"] == f"{SAFE_URL} failed: password=[REDACTED:password] was wrong"
    assert result["redactions"] == {"token": 2, "password": 1}


def test_p4_url_whose_parameter_has_no_name_that_tells_is_masked_in_the_message_for_the_body() -> None:
    url = f"https://shop.test/orders?q={SECRET}&page=2"
    draft = _draft(url, f"503 for {url}")
    draft["request"]["body"] = json.dumps({"password": SECRET})
    assert SECRET not in json.dumps(Redactor(RedactionConfig()).redact_draft(draft))


@pytest.mark.parametrize("escape", ["%3D", "%20", "%253D", "\\n", "\\t", "\\x3d", "\\u003d", " ", "'", "(", "="])
def test_p4_literal_is_masked_behind_an_escape_too(escape: str) -> None:
    masked_tree = Redactor(RedactionConfig()).redact_value({"password": SECRET, "note": f"for bob{escape}{SECRET}!"})
    assert masked_tree == {"password": "[REDACTED:password]", "note": f"for bob{escape}[REDACTED:password]!"}


@pytest.mark.parametrize("note", ["xn0t-a-Real9", "n0t-a-Real99", "4n0t-a-Real9", "n0t-a-Real9x", "n0t-a"])
def test_longer_or_shorter_words_than_the_literal_stay(note: str) -> None:
    tree: Any = Redactor(RedactionConfig()).redact_value({"password": SECRET, "note": note})
    assert tree["note"] == note


QUOTES: Final = [
    ("password", "password: “⟦n0t Real9⟧” was refused"),
    ("password", "password: ‘⟦n0t Real9⟧’ was refused"),
    ("password", "密码：「⟦n0tReal9⟧」不正确"),
    ("password", "“password”: “⟦n0tReal9⟧”, “user”: “bob”"),
    ("password", "password=⟦n0tReal9⟧，user=bob"),
    ("password", "密码=⟦n0tReal9⟧；用户=bob"),
    ("password", "密码：⟦n0tReal9⟧，请保管"),
    ("password", r'{"raw":"{\"password\":\"⟦n0t, Real9⟧\",\"user\":\"bob\"}"}'),
    ("password", r'{"raw":"{\"raw\":\"{\\\"password\\\":\\\"⟦n0t, Real9⟧\\\",\\\"user\\\":\\\"bob\\\"}\"}"}'),
    ("password", r"\u0022password\u0022:\u0022⟦n0t, Real9⟧\u0022,\u0022user\u0022:\u0022bob\u0022"),
    ("password", r"\\\u0022password\\\u0022:\\\u0022⟦n0t, Real9⟧\\\u0022,\\\u0022a\\\u0022:1"),
    ("password", "%5C%22password%5C%22%3A%5C%22⟦n0tReal9⟧%5C%22%2C%5C%22user%5C%22"),
]


@pytest.mark.parametrize(("kind", "text"), QUOTES)
def test_p4_value_ends_at_its_own_quote_or_comma(kind: str, text: str) -> None:
    redactor = Redactor(RedactionConfig())
    result = redactor.redact_text(plain(text))
    assert result == masked(kind, text)
    assert redactor.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "the “password” field is required",
        "「密码」不能为空",
        "密码，姓名和地址均为必填",
        r"{\"password_policy\":\"strong\",\"user\":\"bob\"}",
        r"\u0022token_type\u0022:\u0022bearer\u0022",
        "C:\\new\\table\\u_notes.txt",
    ],
)
def test_odd_quotes_around_names_and_harmless_values_stay(text: str) -> None:
    assert Redactor(RedactionConfig()).redact_text(text) == text


ENDLESS: Final = ["auth: [ ", 'name="phone"\r\n\r\n']


@pytest.mark.parametrize("unit", ENDLESS)
def test_p4_text_whose_values_never_end_is_replaced_whole_and_counted(unit: str) -> None:
    redactor = Redactor(RedactionConfig())
    assert redactor.redact_text(unit * 4_000) == "[REDACTED:unredactable]"
    assert redactor.redact_draft(_draft("", unit * 4_000))["redactions"] == {"unredactable": 1}


@pytest.mark.parametrize("unit", ENDLESS)
def test_text_with_few_values_that_never_end_stays(unit: str) -> None:
    assert Redactor(RedactionConfig()).redact_text(unit * 12) == unit * 12
