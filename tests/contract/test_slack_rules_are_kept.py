"""No message breaks Slack's rules, whatever names, errors and numbers a test run comes up with."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.demo.slack_rules import violations
from locust_failure_forwarder.destinations.base import Batch
from locust_failure_forwarder.destinations.slack import SlackConfig, SlackDestination
from locust_failure_forwarder.events import Event
from support.hostile_records import events
from support.samples import NOW, alert, event

SLACK = SlackDestination(
    "slack",
    SlackConfig.model_validate(
        {"type": "slack", "webhook_url": "https://hooks.slack.example/services/not-a-real-path"}
    ),
)


def payload(sent: Event, *, plain: bool) -> dict[str, Any]:
    return json.loads(SLACK.encode(Batch(sent.kind, "slack", [sent]), NOW, plain=plain).body)


@given(events(), st.booleans())
def test_hostile_names_and_texts_never_break_a_rule_or_call_anyone(sent: Event, plain: bool) -> None:
    body = payload(sent, plain=plain)
    assert violations(body) == []
    for text in _texts(body):
        without_dates = re.sub(r"<!date\^-?\d+\^\{date_short_pretty\} \{time_secs\}\|[-0-9: ]+ UTC>", "", text)
        assert "<" not in without_dates
        assert ">" not in without_dates
        assert not re.search(r"@(?!\u2060)", without_dates)
        assert not re.search(r"&(?!amp;|lt;|gt;)", without_dates)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items: list[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any JSON
    return [text for item in items for text in _texts(item)]


LINKED = SlackDestination(
    "slack",
    SlackConfig.model_validate(
        {
            "type": "slack",
            "webhook_url": "https://hooks.slack.example/services/not-a-real-path",
            "mentions": {"critical": ["here", "U012AB3CD"], "warning": ["S012AB3CD"]},
            "links": {
                "web_ui": "http://loadgen-1.example:8089/" + "&" * 400,
                "dashboard": "https://grafana.example/d/x?from={from_ms}&to={to_ms}&var-run={run}",
            },
        }
    ),
)
OURS = re.compile(
    r"<!date\^-?\d+\^\{date_short_pretty\} \{time_secs\}\|[-0-9: ]+ UTC>|<!here>|<@U012AB3CD>|<!subteam\^S012AB3CD>"
    r"|<https?://[^<>|]*\|(?:Dashboard|Locust)>"
)


@given(events(), st.booleans())
def test_links_and_mentions_of_the_configuration_are_the_only_ones(sent: Event, plain: bool) -> None:
    body = json.loads(LINKED.encode(Batch(sent.kind, "slack", [sent]), NOW, plain=plain).body)
    assert violations(body) == []
    for text in _texts(body):
        assert not re.search(r"[<>]|@(?!\u2060)|&(?!amp;|lt;|gt;)", OURS.sub("", text))


def test_a_firing_alert_calls_whom_its_severity_names_and_a_resolved_one_nobody() -> None:
    def text(**changes: Any) -> str:
        sent = event("alerts", record=alert(**changes))
        return json.loads(LINKED.encode(Batch("alerts", "slack", [sent]), NOW).body)["text"]

    assert text(severity="critical").endswith("(limit 5 %) <!here> <@U012AB3CD>")
    assert text(severity="warning").endswith(" <!subteam^S012AB3CD>")
    assert text(severity="info").endswith("(limit 5 %)")
    assert "<" not in text(severity="critical", state="resolved", resolution="recovered")


def test_markup_is_ours_alone_and_nothing_is_unfurled() -> None:
    body = payload(event("alerts"), plain=False)
    assert body["unfurl_links"] is False
    for block in body["attachments"][0]["blocks"]:
        for text in [block.get("text"), *block.get("fields", []), *block.get("elements", [])]:
            assert text is None or text["verbatim"] is True


def test_the_plain_form_is_text_and_nothing_else() -> None:
    body = payload(event("alerts"), plain=True)
    assert "attachments" not in body
    assert "blocks" not in body
    assert body["text"].startswith(payload(event("alerts"), plain=False)["text"])


def test_the_probe_keeps_the_rules_too() -> None:
    assert violations(json.loads(SLACK.probe(NOW).body)) == []
