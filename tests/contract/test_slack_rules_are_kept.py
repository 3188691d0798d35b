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
from locust_failure_schemas import EndpointCount, ErrorCount
from support.samples import NOW, alert, event, node, run, summary

SLACK = SlackDestination(
    "slack",
    SlackConfig.model_validate(
        {"type": "slack", "webhook_url": "https://hooks.slack.example/services/not-a-real-path"}
    ),
)

HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="&<>`@*_~|!# \n\u202e😀", max_size=60),
    st.sampled_from(["<!channel>", "@here", "<@U1>", "&" * 5000, "😀" * 5000, "\n" * 5000, "`" * 5000, "<" * 5000]),
)
COUNT = st.integers(min_value=0, max_value=2**63)
ENDPOINT = st.builds(EndpointCount, method=HOSTILE, name=HOSTILE, requests=COUNT, failures=COUNT)
ERROR = st.builds(
    ErrorCount, method=HOSTILE, name=HOSTILE, message=HOSTILE, count=st.integers(min_value=1, max_value=2**63)
)
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "run": st.builds(run, name=HOSTILE.filter(bool), environment=st.none() | HOSTILE, labels=st.just({})),
    "node": st.builds(node, host=HOSTILE),
    "requests": COUNT,
    "failures": COUNT,
    "top_endpoints": st.lists(ENDPOINT, max_size=5).map(tuple),
    "top_errors": st.lists(ERROR, max_size=5).map(tuple),
}
ALERTS = st.builds(
    alert,
    rule=HOSTILE.filter(bool),
    state=st.sampled_from(["firing", "resolved"]),
    resolution=st.sampled_from([None, "recovered", "test_ended", "other"]),
    severity=st.sampled_from(["info", "warning", "critical"]),
    value=st.floats(min_value=0, max_value=1),
    window_s=st.floats(min_value=1e-6, max_value=1e9),
    users=COUNT,
    **SHARED,
)
SUMMARIES = st.builds(
    summary,
    users_peak=COUNT,
    user_errors=COUNT,
    alerts_fired=COUNT,
    duration_s=st.floats(min_value=0, max_value=1e9),
    **SHARED,
)


def payload(sent: Event, *, plain: bool) -> dict[str, Any]:
    return json.loads(SLACK.encode(Batch(sent.kind, "slack", [sent]), NOW, plain=plain).body)


@given(
    st.one_of(ALERTS.map(lambda a: event("alerts", record=a)), SUMMARIES.map(lambda s: event("summaries", record=s))),
    st.booleans(),
)
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
