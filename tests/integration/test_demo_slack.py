"""The demo's Slack, on a real socket: answers as Slack does."""

import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest
from locust_failure_forwarder.demo.slack import SlackReceiver
from support.web import WEB


@pytest.fixture
def slack() -> Iterator[SlackReceiver]:
    with SlackReceiver() as server:
        yield server


def test_slack_says_ok_and_keeps_the_message(slack: SlackReceiver) -> None:
    payload = {"text": "hello", "blocks": [{"type": "divider"}]}

    answer = WEB.post(slack.webhook_url, json=payload)

    assert (answer.status_code, answer.content) == (200, b"ok")
    (message,) = slack.messages
    assert (message.payload, message.text) == (payload, "hello")
    assert abs(message.at.timestamp() - time.time()) < 5


def test_slack_shows_each_message_as_it_comes() -> None:
    texts: list[str] = []
    with SlackReceiver(on_message=lambda message: texts.append(message.text)) as slack:
        WEB.post(slack.webhook_url, json={"text": "one"})
        WEB.post(slack.webhook_url, json={})
    assert texts == ["one"]


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "invalid_payload"),
        ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, "invalid_payload"),
        ({"json": ["text"]}, "invalid_payload"),
        ({"content": b'{"text":"x"}', "headers": {"Content-Type": "text/plain"}}, "invalid_payload"),
        (
            {
                "content": gzip.compress(b'{"text":"x"}'),
                "headers": {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            },
            "invalid_payload",
        ),
        ({"json": {}}, "no_text"),
        ({"json": {"text": ""}}, "no_text"),
        ({"json": {"text": "x", "blocks": [{"type": "divider"}] * 51}}, "invalid_blocks"),
        ({"json": {"text": "x", "blocks": [{"type": "nonsense"}]}}, "invalid_blocks"),
        (
            {"json": {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 3001}}]}},
            "invalid_blocks",
        ),
    ],
)
def test_slack_refuses_what_slack_refuses(slack: SlackReceiver, sent: dict[str, Any], word: str) -> None:
    answer = WEB.post(slack.webhook_url, **sent)

    assert (answer.status_code, answer.text) == (400, word)
    assert slack.messages == ()
    (refusal,) = slack.refused
    assert refusal.error == word
    assert bool(refusal.reasons) is (word == "invalid_blocks")
    assert str(refusal).startswith(word)


def test_slack_knows_one_webhook(slack: SlackReceiver) -> None:
    answer = WEB.post(f"{slack.url}/services/T000/B000/other", json={"text": "x"})
    assert (answer.status_code, answer.text) == (404, "no_service")
    assert WEB.get(slack.webhook_url).status_code == 405


def test_slack_limits_its_rate_if_told(slack: SlackReceiver) -> None:
    slack.fault = lambda number: 429 if number == 2 else None
    slack.fault_headers = {"Retry-After": "1"}

    statuses = [WEB.post(slack.webhook_url, json={"text": "x"}).status_code for _ in range(3)]

    assert statuses == [200, 429, 200]
    assert len(slack.messages) == 2
    assert len(slack.raw_bodies) == 3
