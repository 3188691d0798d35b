"""Any API that takes JSON: what a template renders is JSON; one that cannot work is refused, with its line."""

import json
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
from hypothesis import given
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.destinations.base import Batch, Delivered, HttpResponse
from locust_failure_forwarder.destinations.webhook import WebhookConfig, WebhookDestination
from locust_failure_forwarder.errors import ConfigError, Problem
from locust_failure_forwarder.events import Event
from support.hostile_records import events
from support.samples import NOW, alert, event, run, summary

EVERYWHERE = """{
    "{{ headline }}": "{{ details }}", "both": "a {{ headline }} \\" {{ details }} z", "kind": {{ kind }},
    "record": {{ alert or summary }}, "name": {{ (alert or summary).run.name }},
    "list": [{% for e in (alert or summary).top_errors %}{"m": "{{ e.message }}", "n": {{ e.count }}},{% endfor %} 0],
    {% set joined %}<{{ (alert or summary).run.name }}>{% endset %}"joined": "{{ joined }}", "value": {{ joined }},
    "raw": {{ (alert or summary).run.name | tojson }}, "token": "{{ secrets.token }}"
}"""


def webhook(body: str, **config: Any) -> WebhookDestination:
    fields: dict[str, Any] = {"type": "webhook", "url": "https://api.example.com/x", "body": body}
    return WebhookDestination("it", WebhookConfig.model_validate(fields | config))


def rendered(destination: WebhookDestination, sent: Event) -> Any:
    return json.loads(destination.encode(Batch(sent.kind, "it", [sent]), NOW).body)


def problem(folder: Path, body: str, more: str = "") -> Problem:
    file = folder / "config.yaml"
    lines = indent(dedent(body), "      ")
    file.write_text(
        "version: 1\ndestinations:\n  it:\n    type: webhook\n    url: https://api.example.com/x\n"
        f"{more}    body: |\n{lines}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {"TOKEN": "not-a-real-token"})
    (problem,) = caught.value.problems
    assert problem.key == "destinations.it.body"
    return problem


HOSTILE_TEMPLATE = webhook(EVERYWHERE, secrets={"token": 'not-a-real-"token'})


@given(events())
def test_whatever_a_name_or_text_contains_the_body_is_json_of_the_same_shape(sent: Event) -> None:
    body = rendered(HOSTILE_TEMPLATE, sent)
    record = json.loads(sent.body)
    assert body["record"] == record
    assert body["name"] == body["raw"] == record["run"]["name"]
    assert body["joined"] == body["value"]
    assert [error["m"] for error in body["list"][:-1]] == [error["message"] for error in record["top_errors"]]
    assert body["token"] == 'not-a-real-"token'
    assert len(body) == 10


def test_values_stand_as_text_in_quotes_and_as_themselves_without() -> None:
    body = webhook(
        '{"n": {{ alert.users }}, "t": "{{ alert.users }} users", "b": {{ alert.state == "firing" }}}', send=["alerts"]
    )
    assert rendered(body, event("alerts")) == {"n": 50, "t": "50 users", "b": True}


def test_nothing_is_an_empty_text_in_quotes_and_null_without() -> None:
    body = webhook('["{{ alert.run.environment }}", {{ alert.run.environment }}]', send=["alerts"])
    assert rendered(body, event("alerts", record=alert(run=run(environment=None)))) == ["", None]


def test_shares_and_durations_can_be_written_for_people() -> None:
    body = webhook('"{{ alert.value | percent }} within {{ alert.window_s | duration }}"', send=["alerts"])
    assert rendered(body, event("alerts")) == "42 % within 10 s"


def test_one_template_serves_both_kinds() -> None:
    body = webhook('{"text": "{% if alert %}{{ alert.rule }}{% else %}{{ summary.requests }}{% endif %}"}')
    assert rendered(body, event("alerts"))["text"] == "failure-spike"
    assert rendered(body, event("summaries", record=summary()))["text"] == "24000"


def test_it_is_signed_if_asked_to() -> None:
    signature = {"standard_webhooks": "whsec_bm90LWEtcmVhbC1zaWduaW5nLXNlY3JldC1hdC1hbGw="}
    request = webhook("{{ kind }}", signature=signature).probe(NOW)
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= {name.lower() for name in request.headers}


def test_a_page_is_an_answer_like_any_other() -> None:
    answer = HttpResponse(200, {"content-type": "text/html"}, b"<p>thanks</p>")
    assert webhook("{{ kind }}").read(answer, NOW) == Delivered()


@pytest.mark.parametrize(
    ("body", "line", "message", "hint"),
    [
        ('{\n"text": {{ headlin }}\n}', 8, "for a firing alert, there is no such value", "Did you mean `headline`?"),
        ('{\n\n"text": "{{ alert.rul }}"\n}', 9, "there is no such value", "Did you mean `rule`?"),
        ('{"text": "{{ alert.rule }}"}', 7, "for a summary, there is no such value", "{% if alert %}"),
        ('{\n"text": {{ alert. }}\n}', 8, "this is not Jinja's syntax", "Expressions are {{"),
        ('{\n"text": {{ kind | uper }}\n}', 8, "no such filter", "Did you mean `upper`?"),
        ("{\n{% fro x in y %}\n}", 8, "no such tag", "Did you mean `for`?"),
        ("{\n{% if alert %}\n}", None, "a block is opened and never closed", "needs its {% end"),
        ('{\n"text": "{{ kind }}",\n}', 9, "what it renders is no JSON", "none after the last"),
        ('{\n"text": {{ kind }} fires\n}', 8, "what it renders is no JSON", "within quotes for a part of a text"),
        ("{{ kind.__class__.__mro__ }}", 7, "the sandbox does not allow this", ""),
        (
            '{\n"share": {{ (alert or summary).failures / (alert or summary).requests }}\n}',
            8,
            "for a firing alert without a single request, it fails (ZeroDivisionError)",
            "An {% if %}",
        ),
        ('"{{ "x" * 300000 }}"', 6, "longer than 256 KiB", ""),
        ("plain text", 7, "what it renders is no JSON", ""),
        ("{{ details.items }}", 7, "", ""),
        ("NaN", 6, "what it renders is no JSON", ""),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_file_line_and_what_to_do(
    tmp_path: Path, body: str, line: int | None, message: str, hint: str
) -> None:
    """P9"""
    found = problem(tmp_path, body)
    assert message in found.message
    assert hint in found.hint
    assert line is None or found.line == line, found


def test_the_message_never_repeats_the_template(tmp_path: Path) -> None:
    """P4: what is written into it from the environment may be secret."""
    for body in (
        "{{ ${TOKEN} }}",
        "{{ 'x' | ${TOKEN} }}",
        "{% ${TOKEN} %}",
        '"{{ "x" ${TOKEN} }}"',
        '{"a": ${TOKEN}}',
        "{{ kind.${TOKEN} }}",
        "{{ kind is ${TOKEN} }}",
    ):
        found = problem(tmp_path, body)
        assert "not-a-real" not in f"{found.message} {found.hint}", body


def test_the_line_is_told_within_the_value_where_its_lines_are_not_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{\n"text": {{ headlin }}\n}')
    file = tmp_path / "config.yaml"
    for written in ('"${file:body.json}"', '"{\\n\\"text\\": {{ headlin }}}\n    "'):
        file.write_text(
            "version: 1\ndestinations:\n  it:\n    type: webhook\n    url: https://api.example.com/x\n"
            f"    body: {written}\n"
        )
        with pytest.raises(ConfigError) as caught:
            load_settings(file, {})
        (found,) = caught.value.problems
        assert found.line == 6
        assert found.message.startswith("in its line 2: ")
