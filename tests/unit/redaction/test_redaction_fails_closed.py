"""P4 when things go wrong: a value that cannot be judged is replaced whole, and nothing ever raises."""

import time
from typing import Any

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.redaction.marks import UNREDACTABLE, Tally
from locust_failure_forwarder.redaction.text import MAX_LENGTH, TextRedactor

REDACTOR = Redactor(RedactionConfig())
N = 64_000


def draft(text: Any) -> dict[str, Any]:
    return {
        "request": {"url": text, "name": text, "headers": {"a": text, "authorization": text}, "body": text},
        "response": {"headers": {"set-cookie": text}, "body": text},
        "error": {"message": text, "traceback": text},
        "context": {"a": text},
    }


def nested(depth: int, leaf: Any = "x") -> Any:
    for _ in range(depth):
        leaf = {"a": leaf}
    return leaf


@pytest.mark.parametrize("text", ["password=\ud800", "\udfff", '{"password":"\ud800"}'])
def test_lone_surrogates_replace_the_field_whole(text: str) -> None:
    redacted = REDACTOR.redact_draft(draft(text))
    assert redacted["error"]["message"] == UNREDACTABLE
    assert redacted["request"]["body"] == UNREDACTABLE
    assert redacted["request"]["headers"]["a"] == UNREDACTABLE
    assert redacted["context"] == {"unredactable": UNREDACTABLE}
    assert redacted["redactions"]["unredactable"] >= 8


def test_too_long_text_is_replaced_whole() -> None:
    assert REDACTOR.redact_text("x" * MAX_LENGTH) == "x" * MAX_LENGTH
    assert REDACTOR.redact_text("x" * (MAX_LENGTH + 1)) == UNREDACTABLE
    redacted = REDACTOR.redact_draft(draft('{"a":"' + "x" * 1_000_000 + '"}'))
    assert redacted["response"]["body"] == UNREDACTABLE


def test_too_deep_json_is_replaced_whole() -> None:
    assert REDACTOR.redact_value(nested(60)) == nested(60)
    assert REDACTOR.redact_value(nested(70)) == UNREDACTABLE
    deep = '{"password":' * 100 + '"n0t-real"' + "}" * 100
    assert REDACTOR.redact_text(deep) == UNREDACTABLE


def test_what_is_no_json_is_replaced_whole() -> None:
    assert REDACTOR.redact_value({"a": object()}) == UNREDACTABLE  # type: ignore[dict-item] # pyright: ignore[reportArgumentType] - the case
    assert REDACTOR.redact_value({"a": b"password=n0t-real"}) == UNREDACTABLE  # type: ignore[dict-item] # pyright: ignore[reportArgumentType] - the case


def test_a_bug_in_a_rule_costs_the_field_and_not_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: TextRedactor, text: str, tally: Tally) -> str:
        tally.note("token", text)
        raise RuntimeError(text)

    monkeypatch.setattr(TextRedactor, "redact", broken)
    redacted = Redactor(RedactionConfig()).redact_draft(draft("got token=n0t-real here"))
    assert "n0t-real" not in repr(redacted)
    assert redacted["redactions"]["unredactable"] >= 4


HOSTILE = {
    "brackets": "[" * N,
    "braces": '{"a":' * (N // 5),
    "stems": "pass" * (N // 4),
    "keys": "password=" * (N // 9),
    "open quotes": 'password="' * (N // 10),
    "quotes": '"' * N,
    "backslashes": 'password:"' + "\\" * N,
    "escaped quotes": 'password:"' + '\\"' * (N // 2),
    "blanks": "key" + " " * N + "x",
    "at signs": "a@" * (N // 2),
    "dots": "a@b" + ".c" * (N // 2),
    "digits": "4" * N,
    "digit groups": "4111 " * (N // 5),
    "iban starts": "DE89 " * (N // 5),
    "pem starts": "-----BEGIN PRIVATE KEY-----" * (N // 27),
    "jwt starts": "eyJ" * (N // 3),
    "urls": "http://a?b=%70&" * (N // 15),
    "one query": "http://a?" + "b=%70assword%3Dx&" * (N // 17),
    "percent": "a=%" + "25" * (N // 2),
    "userinfo": "://" + "a:" * (N // 2),
    "elements": "<password>" * (N // 10),
    "cookies": "Cookie: " + "a=b;" * (N // 4),
    "cookie name": "Cookie: " + "a" * N,
    "parts": 'name="password"\r\n' * (N // 17),
    "attributes": '"password"' + ' a="b"' * (N // 6),
    "masks": "token=[REDACTED:token]x@y.zz " * (N // 29),
    "invisible": "pass\u200bword=" * (N // 10),
    "chinese": "密码是" * (N // 3),
    "chinese digits": "密4111 " * (N // 6),
    "chinese keys": "密-----BEGIN PRIVATE KEY-----" * (N // 28),
    "nul": "\x00" * N,
    "json strings": '{"a":"' + '\\"password\\":\\"' * (N // 15) + '"}',
    "escapes": '{"' + "\\u0070" * (N // 6),
    "signs": "Authorization: Digest " + 'a="b",' * (N // 6),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_of_64000_characters_never_raises_and_costs_a_bounded_time(case: str) -> None:
    """The bound is generous for slow machines; quadratic rules need minutes here."""
    started = time.process_time()
    Redactor(RedactionConfig()).redact_draft(draft(HOSTILE[case]))
    assert time.process_time() - started < 10
