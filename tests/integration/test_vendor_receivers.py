"""The receivers that stand in for vendors refuse what the vendors refuse, in their words, and keep what they take."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from support import vendor_oncall
from support.vendor import Vendor
from support.vendor_discord import Discord
from support.vendor_oncall import OnCall
from support.vendor_pagerduty import KEY, PagerDuty
from support.vendor_teams import SIGNATURE, Teams
from support.web import WEB

CARD: Final[dict[str, Any]] = {
    "type": "AdaptiveCard",
    "version": "1.4",
    "fallbackText": "🔥",
    "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "🔥"}]}],
    "actions": [],
}
TRIGGER: Final[dict[str, Any]] = {
    "routing_key": KEY,
    "event_action": "trigger",
    "dedup_key": "episode",
    "payload": {"summary": "🔥", "source": "checkout", "severity": "critical", "timestamp": "2026-05-04T09:31:00Z"},
}
MESSAGE: Final[dict[str, Any]] = {
    "content": "🔥",
    "embeds": [{"description": "x", "fields": [], "footer": {"text": "x"}}],
}


def _message(card: dict[str, Any], **attachment: Any) -> dict[str, Any]:
    usual = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [{**usual, **attachment}]}


def _embed(**changes: Any) -> dict[str, Any]:
    return {**MESSAGE, "embeds": [{**MESSAGE["embeds"][0], **changes}]}


@pytest.fixture(params=[PagerDuty, Teams, Discord, OnCall])
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    with request.param() as server:
        yield server


@pytest.fixture
def pagerduty() -> Iterator[PagerDuty]:
    with PagerDuty() as server:
        yield server


@pytest.fixture
def teams() -> Iterator[Teams]:
    with Teams() as server:
        yield server


@pytest.fixture
def discord() -> Iterator[Discord]:
    with Discord() as server:
        yield server


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'"text"'])
def test_what_is_no_message_at_all_is_refused(vendor: Vendor, body: bytes) -> None:
    url = f"{vendor.url}{vendor.path}?sig={SIGNATURE}"
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {vendor_oncall.TOKEN}",
        "Idempotency-Key": "1",
    }
    assert WEB.request(vendor.method, url, content=body, headers=headers).status_code == 400
    assert vendor.refused
    assert WEB.request(vendor.method, vendor.url + "/elsewhere", content=body, headers=headers).status_code == 404


def test_what_is_too_large_is_refused(vendor: Vendor) -> None:
    answer = WEB.request(vendor.method, f"{vendor.url}{vendor.path}", content=b"x" * (vendor.max_bytes + 1))
    assert answer.status_code == 413


# -- PagerDuty -----------------------------------------------------------------------------------------------------


def test_pagerduty_keeps_the_state_of_incidents(pagerduty: PagerDuty) -> None:
    def send(event: dict[str, Any]) -> tuple[int, str]:
        answer = WEB.post(pagerduty.url + pagerduty.path, json=event)
        return answer.status_code, answer.json()["dedup_key"]

    end = {"routing_key": KEY, "event_action": "resolve", "dedup_key": "episode"}
    assert send({**end, "dedup_key": "unknown"}) == (202, "unknown")
    assert pagerduty.incidents == {}, "the end of no incident is dropped"
    assert send(TRIGGER) == send(TRIGGER) == (202, "episode")
    assert pagerduty.open == ["episode"]
    assert send(end) == (202, "episode")
    assert (pagerduty.open, pagerduty.incidents) == ([], {"episode": "resolved"})


@pytest.mark.parametrize(
    ("changes", "payload", "error"),
    [
        ({"routing_key": "another"}, {}, "Invalid routing key"),
        ({"event_action": "fire"}, {}, "'event_action' is invalid"),
        ({"dedup_key": "x" * 256}, {}, "'dedup_key' is invalid"),
        ({"severity": "critical"}, {}, "1 fields"),
        ({"links": [{"text": "no address"}]}, {}, "'links'"),
        ({}, {"summary": ""}, "'payload.summary'"),
        ({}, {"summary": "x" * 1025}, "'payload.summary'"),
        ({}, {"source": None}, "'payload.source'"),
        ({}, {"severity": "fatal"}, "'payload.severity'"),
        ({}, {"timestamp": "yesterday"}, "'payload.timestamp'"),
        ({}, {"custom_details": "text"}, "'payload.custom_details'"),
        ({}, {"group": 5}, "'payload.group'"),
    ],
)
def test_pagerduty_refuses(pagerduty: PagerDuty, changes: dict[str, Any], payload: dict[str, Any], error: str) -> None:
    event = {**TRIGGER, "payload": {**TRIGGER["payload"], **payload}, **changes}
    answer = WEB.post(pagerduty.url + pagerduty.path, json=event)
    assert answer.status_code == 400
    (said,) = answer.json()["errors"]
    assert said.startswith(error)
    assert pagerduty.events == []


# -- Teams ---------------------------------------------------------------------------------------------------------


def test_teams_accepts_without_a_word(teams: Teams) -> None:
    answer = WEB.post(teams.webhook_url, json=_message(CARD))
    assert (answer.status_code, answer.content) == (202, b"")
    assert teams.headlines() == ["🔥"]


_RUN: Final = {"type": "TextRun", "text": "x"}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "message"},
        _message(CARD, contentType="text/plain"),
        {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}],
        },
        _message({**CARD, "type": "Card"}),
        _message({**CARD, "version": "1.5"}),
        _message({**CARD, "body": []}),
        _message({**CARD, "body": ["text"]}),
        _message({**CARD, "body": [{"type": "RichTextBlock", "inlines": []}]}),
        _message({**CARD, "body": [{"type": "RichTextBlock", "inlines": [{**_RUN, "text": ""}]}]}),
        _message({**CARD, "body": [{"type": "RichTextBlock", "inlines": [{**_RUN, "weight": "heavy"}]}]}),
        _message({**CARD, "body": [{"type": "Container", "style": "red", "items": [_RUN]}]}),
        _message({**CARD, "body": [{"type": "Marquee", "text": "x"}]}),
        _message({**CARD, "actions": [{"type": "Action.OpenUrl", "title": "x", "url": "javascript:x"}]}),
        _message({**CARD, "actions": [{"type": "Action.OpenUrl", "url": "https://x.example"}]}),
    ],
)
def test_teams_refuses(teams: Teams, message: dict[str, Any]) -> None:
    answer = WEB.post(teams.webhook_url, json=message)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "TriggerInputSchemaMismatch")
    assert len(teams.refused) == 1
    assert teams.cards == []


def test_teams_refuses_an_address_without_its_signature(teams: Teams) -> None:
    assert WEB.post(teams.url + teams.path, json=_message(CARD)).status_code == 400


# -- Discord -------------------------------------------------------------------------------------------------------


def test_discord_says_what_it_saved_to_those_who_wait(discord: Discord) -> None:
    waiting = WEB.post(discord.webhook_url + "?wait=true", json=MESSAGE)
    assert (waiting.status_code, waiting.json()["content"]) == (200, "🔥")
    assert waiting.json()["id"]
    assert WEB.post(discord.webhook_url, json=MESSAGE).status_code == 204


def test_discord_takes_five_messages_at_once_and_no_more(discord: Discord) -> None:
    discord.window = 60.0
    answers = [WEB.post(discord.webhook_url, json=MESSAGE) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [204] * 5 + [429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    wait = answers[-1].json()["retry_after"]
    assert 0 < wait <= 60.0
    assert int(answers[-1].headers["Retry-After"]) >= wait


@pytest.mark.parametrize(
    "message",
    [
        {"content": "", "embeds": []},
        {"content": "x" * 2001},
        {"content": "🔥" * 1001},
        {"content": 5},
        {"content": "x", "embeds": [MESSAGE["embeds"][0]] * 11},
        {"content": "x", "embeds": ["text"]},
        _embed(description="x" * 4097),
        _embed(color=0x1000000),
        _embed(footer={"text": ""}),
        _embed(fields=[{"name": "x", "value": "x"}] * 26),
        _embed(fields=[{"name": "x", "value": ""}]),
        _embed(fields=[{"name": "", "value": "x"}]),
        _embed(fields=[{"name": "x", "value": "x" * 1025}]),
        _embed(description="x" * 4000, fields=[{"name": "x", "value": "x" * 1000}] * 2),
    ],
)
def test_discord_refuses(discord: Discord, message: dict[str, Any]) -> None:
    answer = WEB.post(
        discord.webhook_url + "?wait=true", content=json.dumps(message), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert len(discord.refused) == 1
    assert discord.messages == []


# -- the wait ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "header", "said"),
    [
        (PagerDuty, "Retry-After", None),
        (Teams, "Retry-After", "60"),
        (Discord, "Retry-After", "60"),
        (OnCall, "RateLimit", '"default";r=0;t=60'),
    ],
)
def test_one_that_limits_our_rate_takes_nothing_until_it_said(
    kind: type[Vendor], header: str, said: str | None
) -> None:
    with kind(limited_for=60.0) as server:
        answers = [WEB.request(server.method, server.url + server.path, content=b"{}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert (server.limited, server.refused) == (2, [])
    assert answers[0].headers.get(header) == said
