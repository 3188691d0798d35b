"""A file with real destinations, through the loader: what users read when it is wrong (P9)."""

from pathlib import Path
from textwrap import dedent

import pytest
from locust_failure_forwarder.destinations import build, load_settings
from locust_failure_forwarder.destinations.alertmanager import AlertmanagerConfig
from locust_failure_forwarder.errors import ConfigError

ENV = {"API_KEY": "not-a-real-token", "WEBHOOK": "https://hooks.slack.example/services/not-a-real-path"}


def load_error(folder: Path, text: str) -> str:
    file = folder / "config.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, ENV)
    return str(caught.value)


def test_a_file_with_both_destinations_is_loaded_and_built(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        dedent("""\
            version: 1
            destinations:
              monitoring: {type: http, url: "https://api.example.com/x", auth: {bearer: "${API_KEY}"}}
              slack: {type: slack, webhook_url: "${WEBHOOK}"}
            """),
        encoding="utf-8",
    )
    settings = load_settings(file, ENV)
    built = {name: build(name, config) for name, config in settings.destinations.items()}
    assert built["monitoring"].config.send == ("failures", "alerts", "summaries")
    assert built["slack"].config.send == ("alerts", "summaries")
    assert [rule.name for rule in settings.rules] == ["failure-spike", "failure-rise", "no-requests"]
    assert "not-a-real" not in repr(settings)


@pytest.mark.parametrize(
    ("destination", "place", "words"),
    [
        ('{type: slack, webhook_url: "${WEBHOOK}", send: [alerts, failures]}', ".send[1]", "would flood the channel"),
        ('{type: slack, webhook_url: "${WEBHOOK}", send: [all]}', ".send[0]", "alerts"),
        (
            '{type: alertmanager, url: "https://a.example", expire_after: 31d}',
            ".expire_after",
            "must be at most 30d",
        ),
        (
            '{type: alertmanager, url: "https://a.example", labels: {a-b: x}}',
            ".labels.a-b",
            "this key: expected letters, digits and `_`, and no digit first",
        ),
        (
            '{type: webhook, url: "https://a.example", body: "1", secrets: {a-b: x}}',
            ".secrets.a-b",
            "this key: expected letters, digits and `_`, and no digit first",
        ),
        ('{type: teams, url: "https://a.example"}', ".url", "Did you mean `webhook_url`?"),
        ("{type: slack, webhook_url: hooks}", ".webhook_url", "must begin with https://"),
        ('{type: http, url: "ftp://api.example.com"}', ".url", "must begin with https://"),
        ('{type: http, url: "https://a.example", auth: {}}', ".auth", "exactly one of: bearer, basic, header"),
        ('{type: http, url: "https://a.example", auth: {token: x}}', ".auth.token", "bearer, basic, header"),
        ('{type: http, url: "https://a.example", headers: {Host: x}}', ".headers.Host", "set by the forwarder"),
        ('{type: http, url: "https://a.example", headers: {A: "a", a: "b"}}', ".headers", "given twice"),
        (
            '{type: http, url: "https://a.example", compression: gzip, signature: {standard_webhooks: bm90LWE=}}',
            "",
            "signature and compression exclude each other",
        ),
        (
            '{type: http, url: "https://a.example", headers: {authorization: x}, auth: {bearer: "${API_KEY}"}}',
            "",
            "auth and headers set the same header",
        ),
        (
            '{type: http, url: "https://a.example", signature: {standard_webhooks: "not base64"}}',
            ".signature.standard_webhooks",
            "in base64, with or without the prefix whsec_",
        ),
    ],
)
def test_the_message_names_the_key_and_the_cause(tmp_path: Path, destination: str, place: str, words: str) -> None:
    message = load_error(tmp_path, f"version: 1\ndestinations:\n  it: {destination}\n")
    assert f"destinations.it{place}: " in message
    assert words in message
    assert "not-a-real" not in message


def test_labels_at_alertmanager_mean_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "version: 1\ndestinations:\n"
        "  am: {type: alertmanager, url: 'https://a.example', labels: {build: 5, live: true}}\n"
    )
    destination = load_settings(file, ENV).destinations["am"]
    assert isinstance(destination, AlertmanagerConfig)
    assert destination.labels == {"build": "5", "live": "true"}
