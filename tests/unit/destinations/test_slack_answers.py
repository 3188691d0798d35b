"""What Slack's answers mean. Slack tells success by the body `ok`, and its errors by single words."""

import pytest
from locust_failure_forwarder.destinations.base import (
    Batch,
    Delivered,
    HttpResponse,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from locust_failure_forwarder.destinations.slack import SlackConfig, SlackDestination
from pydantic import ValidationError
from support.samples import NOW, event

URL = "https://hooks.slack.example/services/not-a-real-path"


def slack() -> SlackDestination:
    return SlackDestination("slack", SlackConfig.model_validate({"type": "slack", "webhook_url": URL}))


def read(status: int, body: bytes = b"", **headers: str) -> Verdict:
    return slack().read(HttpResponse(status, headers, body), NOW)


def test_200_ok_is_delivered() -> None:
    assert read(200, b"ok") == Delivered()


@pytest.mark.parametrize("body", [b"", b"OK", b"okay", b'{"ok":true}', b"<html>sign in</html>", b"no_text"])
def test_200_with_another_body_is_not(body: bytes) -> None:
    verdict = read(200, body)
    assert isinstance(verdict, Retry)
    assert "not Slack's" in verdict.reason


@pytest.mark.parametrize("status", [201, 202, 204, 299])
def test_another_2xx_is_not_delivered(status: int) -> None:
    assert isinstance(read(status, b"ok"), Retry)


@pytest.mark.parametrize("word", ["invalid_blocks", "invalid_blocks_format", "invalid_attachments", "invalid_payload"])
def test_a_refused_form_is_simplified(word: str) -> None:
    verdict = read(400, word.encode())
    assert isinstance(verdict, Simplify)
    assert word in verdict.reason


@pytest.mark.parametrize("body", [b"no_text", b"user_not_found", b"", b"invalid_blocks: canary", b"\xff\xfe"])
def test_another_400_is_rejected_whole(body: bytes) -> None:
    verdict = read(400, body)
    assert isinstance(verdict, Rejected)
    assert not verdict.splittable
    assert "canary" not in verdict.reason


@pytest.mark.parametrize(
    ("status", "word"),
    [(403, "action_prohibited"), (404, "no_service"), (404, "channel_not_found"), (410, "channel_is_archived")],
)
def test_a_closed_door_waits_for_a_person_and_says_slacks_word(status: int, word: str) -> None:
    verdict = read(status, word.encode())
    assert isinstance(verdict, Retry)
    assert verdict.needs_repair
    assert word in verdict.reason


def test_an_unknown_word_is_not_quoted() -> None:
    """P4"""
    verdict = read(403, b"not-a-real-token")
    assert isinstance(verdict, Retry)
    assert "not-a-real-token" not in verdict.reason


def test_a_rate_limit_waits_as_long_as_slack_says() -> None:
    """P7"""
    verdict = read(429, b"rate_limited", **{"retry-after": "30"})
    assert isinstance(verdict, Retry)
    assert verdict.after == 30.0
    assert not verdict.needs_repair


def test_trouble_of_slack_is_retried() -> None:
    verdict = read(500, b"rollup_error")
    assert isinstance(verdict, Retry)
    assert not verdict.needs_repair


def test_failures_are_refused_with_what_to_do() -> None:
    """P9"""
    with pytest.raises(ValidationError) as caught:
        SlackConfig.model_validate({"type": "slack", "webhook_url": URL, "send": ["alerts", "failures"]})
    (problem,) = caught.value.errors()
    assert problem["loc"] == ("send", 1)
    assert "would flood the channel; send alerts here" in problem["msg"]


def test_a_failure_is_never_encoded() -> None:
    with pytest.raises(ValueError, match="failures are not sent to people"):
        slack().encode(Batch("failures", "slack", [event("failures")]), NOW)
