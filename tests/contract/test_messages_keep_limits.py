"""Messages to Teams, Discord and PagerDuty, and alerts for Alertmanager, whatever names and texts a test comes up with.

Slack's are in `test_slack_rules_are_kept.py`.
"""

import json
import re
from typing import Any, Final

from hypothesis import given
from locust_failure_forwarder.destinations.base import Batch
from locust_failure_forwarder.events import Event
from support.destination_cases import Case
from support.hostile_records import alert_events, events
from support.samples import NOW

LINKS: Final = {
    "web_ui": "http://loadgen-1.example:8089/(x)?" + "ü" * 400,
    "dashboard": "https://grafana.example/d/x?from={from_ms}&to={to_ms}&var-run={run}&var-env={environment}",
}
WEBHOOK: Final = "https://chat.example/not-a-real-path"
TEAMS: Final = Case("teams", {"type": "teams", "webhook_url": WEBHOOK, "links": LINKS}).make()
DISCORD: Final = Case("discord", {"type": "discord", "webhook_url": WEBHOOK, "links": LINKS}).make()
KEY: Final = "notarealroutingkeynotarealroutin"
PAGERDUTY: Final = Case("pagerduty", {"type": "pagerduty", "routing_key": KEY, "links": LINKS}).make()
ALERTMANAGER: Final = Case("alertmanager", {"type": "alertmanager", "url": WEBHOOK, "links": LINKS}).make()


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def markup(text: str) -> str:
    """What Discord would still read as markup: escapes, code spans, and our own bold, bullets, times, links are out."""
    text = re.sub(r"\\[^0-9A-Za-z\s]|`[^`\n]*`", "", text)  # whichever begins first
    text = re.sub(r"<t:-?\d+:[dT]>|\*\*[A-Za-z0-9 ,.%/()]+\*\*", "", text)
    text = re.sub(r"\[(?:Dashboard|Locust)\]\(https?://[^()<>\s]*\)", "", text)
    return re.sub(r"\((?=staging|limit|at worst|critical|warning|info)|\(\d|\)", "", text)


@given(events())
def test_teams_cards_stay_small_and_know_no_markdown(sent: Event) -> None:
    request = TEAMS.encode(Batch(sent.kind, "teams", [sent]), NOW)
    assert len(request.body) <= 20_000
    (attachment,) = json.loads(request.body)["attachments"]
    card = attachment["content"]
    assert units(card["fallbackText"]) <= 1000
    for element in [*card["body"][1:], *card["body"][0]["items"]]:
        assert element["type"] == "RichTextBlock", "a TextBlock reads Markdown"
        assert element["inlines"], "Teams refuses a block without text"
        for run in element["inlines"]:
            assert run["type"] == "TextRun"
            assert run["text"]
            assert run["text"].isprintable()
    assert "entities" not in card["msteams"]


@given(events())
def test_discord_messages_keep_every_limit_and_mention_nobody(sent: Event) -> None:
    message: dict[str, Any] = json.loads(DISCORD.encode(Batch(sent.kind, "discord", [sent]), NOW).body)
    assert message["allowed_mentions"] == {"parse": []}
    assert 1 <= units(message["content"]) <= 2000
    (embed,) = message["embeds"]
    assert units(embed["description"]) <= 4096
    assert len(embed["fields"]) <= 25
    total = units(embed["description"]) + units(embed["footer"]["text"])
    for field in embed["fields"]:
        assert 1 <= units(field["name"]) <= 256
        assert 1 <= units(field["value"]) <= 1024
        total += units(field["name"]) + units(field["value"])
    assert 1 <= units(embed["footer"]["text"]) <= 2048
    assert total <= 6000
    for text in [message["content"], embed["description"], *(field["value"] for field in embed["fields"])]:
        assert not re.search(r"[`<>\[\]~|#_@]|\*", re.sub("@\u2060", "", markup(text)))
        assert "://" not in markup(text), "an address would become a link"


@given(alert_events())
def test_pagerduty_events_keep_every_limit(sent: Event) -> None:
    request = PAGERDUTY.encode(Batch("alerts", "pagerduty", [sent]), NOW)
    assert len(request.body) <= 512 * 1024
    body = json.loads(request.body)
    assert len(body["dedup_key"]) <= 255
    if body["event_action"] == "trigger":
        payload = body["payload"]
        assert 1 <= units(payload["summary"]) <= 1024
        assert payload["source"]
        assert payload["severity"] in ("critical", "error", "warning", "info")


@given(alert_events())
def test_alertmanager_gets_labels_it_takes_and_an_end_after_the_beginning(sent: Event) -> None:
    (encoded,) = json.loads(ALERTMANAGER.encode(Batch("alerts", "it", [sent]), NOW).body)
    assert {"alertname", "run_id", "episode_id", "severity"} <= encoded["labels"].keys()
    for name, value in encoded["labels"].items():
        assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name)
        assert value
    for name, value in encoded["annotations"].items():
        assert re.fullmatch(r"[a-z]+", name)
        assert value
    assert encoded["startsAt"] <= encoded["endsAt"]
