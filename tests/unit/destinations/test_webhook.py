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


def problems(folder: Path, body: str, more: str = "") -> tuple[Problem, ...]:
    file = folder / "config.yaml"
    lines = indent(dedent(body), "      ")
    file.write_text(
        "version: 1\ndestinations:\n  it:\n    type: webhook\n    url: https://api.example.com/x\n"
        f"{more}    body: |\n{lines}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {"TOKEN": "not-a-real-token", "WORD": "notarealword"})
    assert {problem.key for problem in caught.value.problems} == {"destinations.it.body"}
    return caught.value.problems


def problem(folder: Path, body: str, more: str = "") -> Problem:
    (problem,) = problems(folder, body, more)
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
        ('{\n"text": {{ headlin }}\n}', 8, "no such value: `headlin`", "Did you mean `headline`?"),
        ('{\n\n"text": "{{ alert.rul }}"\n}', 9, "no such value: `rul`", "Did you mean `rule`?"),
        ('{"text": "{{ alert.rule }}"}', 7, "for a summary, there is no such value: `rule`", "{% if alert %}"),
        ('{\n"text": {{ alert. }}\n}', 8, "this is not Jinja's syntax", "Expressions are {{"),
        ('{\n"text": {{ kind | uper }}\n}', 8, "no such filter: `uper`", "Did you mean `upper`?"),
        ("{\n{% fro x in y %}\n}", 8, "no such tag, or one that does not belong here: `fro`", "Did you mean `for`?"),
        ("{\n{% if alert %}\n}", 8, "a block is opened and never closed", "needs its {% end"),
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


SECRET_IN_A_TEMPLATE = (
    "{{ ${WORD} }}",
    "{{ ${TOKEN} }}",
    "{{ 'x' | ${WORD} }}",
    "{{ 'x' | ${TOKEN} }}",
    "{% ${WORD} %}",
    '"{{ "x" ${TOKEN} }}"',
    '{"a": ${TOKEN}}',
    "{{ kind.${WORD} }}",
    "{{ kind.${TOKEN} }}",
    "{{ kind is ${WORD} }}",
    "{{ alert.${WORD} }}",
    "{{ alert.run.${WORD} }} {{ WORD }}",
    "{{ alert['not-a-real-text'] }}",
    "{{ alert['notarealtext'] }}",
    "{{ (alert or summary)['notarealtext'] }}",
    "{{ secrets['notarealtext'] }}",
    "{{ 'notarealtext'.nothing }}",
)


@pytest.mark.parametrize("body", SECRET_IN_A_TEMPLATE)
def test_the_message_repeats_neither_what_comes_from_the_environment_nor_a_text(tmp_path: Path, body: str) -> None:
    """P4: both may be secret."""
    for found in problems(tmp_path, body):
        assert "not-a-real" not in f"{found.message} {found.hint}"
        assert "notareal" not in f"{found.message} {found.hint}"


def told(found: tuple[Problem, ...]) -> list[tuple[int | None, int | None, str]]:
    return [(problem.line, problem.column, problem.message) for problem in found]


def test_all_mistakes_of_a_template_come_at_once_with_line_and_column(tmp_path: Path) -> None:
    """P9"""
    body = """\
        {"a": {{ headlin }}, "b": "{{ alert.rul if alert }}", "c": {{ (alert or summary).run.nme }}
         "d": {{ kind | uper }}, "e": {{ kind is oddd }},
         "g": {{ (alert or summary).top_errors[0].message }},
         "f": {{ (alert or summary).failures / (alert or summary).requests }},
         "h": {{ alert.state if alert is defined and alert }}, "i": {{ nothing | default("x") }}
        }"""
    assert told(problems(tmp_path, body)) == [
        (7, 16, "no such value: `headlin`"),
        (7, 43, "no such value: `rul`"),
        (7, 92, "for a firing alert, there is no such value: `nme`"),
        (8, 8, "for a firing alert, what it renders is no JSON (Expecting ',' delimiter)"),
        (8, 23, "no such filter: `uper`"),
        (8, 48, "no such test: `oddd`"),
        (9, None, "for a firing alert without a single request, there is no such value"),
        (10, None, "for a firing alert without a single request, it fails (ZeroDivisionError)"),
    ]


def test_a_name_that_is_wrong_where_no_sample_comes_is_told_all_the_same(tmp_path: Path) -> None:
    """P9"""
    body = """\
        {% for e in (alert or summary).top_errors if e.count > 10000 %}{{ e.nothing }}{{ later }}{% endfor %}
        {% if kind == "never" %}{{ alrt }}{{ alert.run.envirnment }}{{ summary.run.labels.any }}{% endif %}1"""
    assert told(problems(tmp_path, body)) == [
        (7, 88, "no such value: `later`"),
        (8, 34, "no such value: `alrt`"),
        (8, 54, "no such value: `envirnment`"),
    ]


def test_no_column_is_told_where_a_variable_of_the_environment_has_moved_it(tmp_path: Path) -> None:
    """P9: the same template has a column where nothing was put in."""
    body = '["${TOKEN} {{ headlin }}",\n {{ headlin }}]'
    assert told(problems(tmp_path, body)) == [
        (7, None, "no such value: `headlin`"),
        (8, 11, "no such value: `headlin`"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{% set x = 1 %}{% macro m(y) %}{{ y }}{% endmacro %}{"a": {{ x }}, "b": "{{ m(2) }}"}',
        "[{% for k, v in (alert or summary).items() %}{{ k }},{% endfor %}{{ range(3) | list }}]",
        '{"a": {{ links | length }}, "b": {{ (alert or summary).run.labels.team | default("none") }}}',
        '{"a": "{{ nothing | d("x") }}", "b": {{ nothing is undefined }}}',
        '{%- raw -%} {"a": "{{ x }}"} {%- endraw -%}',
        "{# {{ x }} #}1",
    ],
)
def test_what_means_something_is_not_refused(body: str) -> None:
    assert webhook(body)


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
