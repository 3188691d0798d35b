"""One look at all texts of a record says of each what a look at that text alone says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from locust_failure_forwarder.config.models import PatternConfig, RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.redaction.keys import KeyNames
from locust_failure_forwarder.redaction.linear import Finder
from locust_failure_forwarder.redaction.text import MAX_LENGTH, TextRedactor

TEXT = TextRedactor(KeyNames())
PARTS = ["password", "=", ":", " ", "\n", '"', "token", "x", "4111111111111111", "@", "a.b", "?", "code", "://", "é"]
TEXTS = st.lists(st.lists(st.sampled_from(PARTS), max_size=6).map("".join), max_size=6)


@given(TEXTS)
@example(["password", "=x"])
@example(["password=x", "password=y", "harmless"])
@example(["", "", "token: 1", ""])
@example([])
def test_p4_what_is_called_clean_in_one_look_is_clean_when_looked_at_alone(texts: list[str]) -> None:
    for text, clean in zip(texts, TEXT.clean(texts), strict=True):
        assert not (clean and TEXT.may_hold_secret(text)), text


def test_one_text_with_a_secret_costs_the_others_no_closer_look() -> None:
    assert TEXT.clean(["fine", "password=n0t", "fine too", "token=n0t", "fine"]) == [True, False, True, False, True]


@pytest.mark.parametrize("text", ["密码", "x" * (MAX_LENGTH + 1)], ids=["not ASCII", "too long"])
def test_p4_what_one_look_cannot_judge_is_not_called_clean(text: str) -> None:
    assert TEXT.clean(["fine", text]) == [True, False]


def test_p4_under_patterns_of_the_user_nothing_is_called_clean() -> None:
    assert TextRedactor(KeyNames(), [PatternConfig(re2="EMP")]).clean(["fine"]) == [False]


def test_p4_a_look_that_fails_leaves_every_value_to_be_judged_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: TextRedactor, texts: list[str]) -> list[bool]:
        raise RuntimeError

    monkeypatch.setattr(TextRedactor, "clean", broken)
    draft = {
        "request": {"url": "/x?token=n0t", "name": "/x", "headers": {"x-echo": "password=n0t"}, "body": None},
        "response": None,
        "error": {"message": "fine", "traceback": None},
        "context": {},
    }
    redacted = Redactor(RedactionConfig()).redact_draft(draft)
    assert "n0t" not in repr(redacted)
    assert redacted["error"]["message"] == "fine"


@pytest.mark.parametrize("source", [b"", b"a=1, b=22", b"=", b"a=1", b"xa=1x\na=2"])
def test_a_search_finds_the_same_whichever_way_the_library_offers(
    source: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    finder = Finder(r"\b([a-z])=(\d+)|(=)")
    found = list(finder.find_all(source))
    monkeypatch.setattr(finder, "_match", None)
    assert list(finder.find_all(source)) == found
    assert list(finder.find_all_in_text(source.decode())) == found
