"""The commands as a user meets them: help, `run`, `check`, `schema`. Exit codes: 0 done, 1 not done, 2 wrong usage."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from locust_failure_forwarder.demo.slack import SlackReceiver
from locust_failure_forwarder.version import VERSION
from locust_failure_schemas.json_schema import json_schemas
from support.cli import NOBODY, cli, config


@pytest.mark.parametrize(
    ("command", "mentions"),
    [
        (
            [],
            [
                "run",
                "demo",
                "check",
                "redact",
                "schema",
                "status",
                "replay",
                "dead",
                "Exit codes: 0 done, 1 not done",
                "2 wrong",
            ],
        ),
        (["demo"], ["--seconds", "--output"]),
        (["check"], ["CONFIG", "--send-test"]),
        (["redact"], ["--config", "stdin"]),
        (["schema"], ["NAME"]),
        (["status"], ["DIRECTORY", "--json", "log.directory", ".locust-failures", "Exit code 1"]),
        (
            ["replay"],
            ["--config", "--destination", "--kind", "--since", "--until", "--rate", "--deadline", "DIRECTORY", "stays"],
        ),
        (["dead"], ["list", "show", "replay", "purge", "refused for good"]),
        (["dead", "list"], ["--reason", "--limit", "--json", "--full", "--since", "such as 2h"]),
        (["dead", "show"], ["ID", "DIRECTORY"]),
        (["dead", "replay"], ["--config", "--reason", "--rate", "--deadline", "Exit code 1"]),
        (["dead", "purge"], ["--yes", "--reason", "counting"]),
    ],
)
def test_help_says_what_a_command_takes(command: list[str], mentions: list[str]) -> None:
    result = cli(*command, "--help")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    for mention in mentions:
        assert mention in text
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_without_a_command_the_help_is_shown_and_with_a_wrong_one_an_error() -> None:
    assert "Usage:" in cli().output
    assert cli().exit_code == 2
    wrong = cli("replya")
    assert wrong.exit_code == 2
    assert "replya" in wrong.stderr


def test_the_reader_of_our_output_may_go_before_its_end() -> None:
    command = f"{sys.executable} -m locust_failure_forwarder.cli schema failure-batch | head -1"
    result = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True)
    assert result.stdout == "{\n"
    assert result.stderr == ""


def test_run_hands_its_arguments_to_locust() -> None:
    command = [sys.executable, "-m", "locust_failure_forwarder.cli", "run", "--version"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0
    assert result.stdout.startswith("locust ")


def test_check_says_what_a_configuration_comes_to_and_no_secret(tmp_path: Path) -> None:
    path = config(tmp_path, f"{NOBODY}?key=not-a-real-token", "https://127.0.0.1:9/services/not-a-real-token")
    result = cli("check", path)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"✓ {path} is valid", "a long path is not broken over two lines"
    assert "  run: locust" in lines
    assert "  monitoring: http, gets failures, alerts, summaries" in lines
    assert "  slack: slack, gets alerts" in lines
    assert (
        "  alert failure-spike (warning, default): more than 5% of at least 20 requests failed, beyond chance, "
        "within 10 s; not while failure-rise fires" in lines
    )
    assert "  log: .locust-failures, at most 256 MiB for each process" in lines
    assert "--send-test" in lines[-1]
    assert "not-a-real-token" not in result.output
    assert API_KEY not in result.output


def test_check_shows_names_as_they_are(tmp_path: Path) -> None:
    path = config(tmp_path, extra="run: {name: 'soak [/] [red]x', environment: '[bold]'}\n")
    assert "  run: soak [/] [red]x ([bold])" in cli("check", path).stdout.splitlines()


def test_p4_check_shows_a_run_as_its_records_will_name_it(tmp_path: Path) -> None:
    path = config(tmp_path, extra='run: {name: soak token=not-a-real-token-1, environment: "password=not-a-real-2"}\n')
    shown = cli("check", path).stdout.splitlines()
    assert "  run: soak token=[REDACTED:token] (password=[REDACTED:password])" in shown


FULL = """\
version: 1
run: {name: checkout-soak, environment: staging, labels: {team: payments, password: not-a-real-password}}
redaction: {keys: [ssn], patterns: ['card-\\d{4}'], keep: [a, b], mode: hash, hash_key: not-a-real-key-of-hashes,
  modes: {email: drop}, off: [phone], i_accept_leaking_credentials: [otp]}
destinations:
  chat:
    type: slack
    webhook_url: https://hooks.slack.test/services/not-a-real-path
    mentions: {critical: [here, S012AB3CD], info: [U012AB3CD]}
    links: {web_ui: "http://loadgen-1.test:8089/x", dashboard: "https://grafana.test/d?from={from_ms}&k=not-a-real-k"}
alerts:
  - {name: slow, when: slow_requests, percentile: p99, above: 1.5s, over: 1m, per: endpoint, for: 30s, unless: [many]}
  - {name: many, when: failures_per_second, above: 20, severity: critical}
"""


def test_check_shows_scope_severity_mentions_links_and_what_of_redaction_is_not_the_default(tmp_path: Path) -> None:
    """P4: of an address the host, of a label what a record will have."""
    path = tmp_path / "config.yaml"
    path.write_text(FULL)
    result = cli("check", path)
    assert result.exit_code == 0, result.output
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[1].startswith("run: checkout-soak (staging); labels team=payments, password=[REDACTED:password:")
    assert lines[2:6] == [
        "chat: slack, gets alerts, summaries; critical calls here, S012AB3CD; info calls U012AB3CD; "
        "links to web UI at loadgen-1.test:8089 and dashboard at grafana.test",
        "alert slow (warning, each endpoint by itself): p99 of the response times above 1.5 s within 1 min, for 30 s; "
        "not while many fires",
        "alert many (critical): more than 20 failures a second within 10 s",
        "redaction: 1 further name; 1 pattern; 2 names or places kept; mode hash; email: drop; "
        "hashes with a key of your own; phone stays",
    ]
    assert "not-a-real" not in result.output


def test_check_and_redact_warn_of_credentials_that_leave_as_each_start_does(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(FULL)
    warning = "warning: redaction is switched off for credentials (otp): they are written to disk and sent as they are"
    assert warning in cli("check", path).stdout
    redacted = cli("redact", "--config", path)
    assert redacted.exit_code == 0
    assert redacted.stdout == ""
    assert redacted.stderr.startswith(warning)


def test_check_says_why_there_are_no_alerts(tmp_path: Path) -> None:
    path = config(tmp_path, extra="alerts: []\n")
    assert "  no alerts: `alerts` is an empty list" in cli("check", path).stdout.splitlines()
    path.write_text("version: 1\ndestinations: {m: {type: http, url: 'http://127.0.0.1:9/', send: [failures]}}\n")
    assert "  no alerts: no destination takes them" in cli("check", path).stdout.splitlines()


def test_check_of_a_bad_configuration_names_every_problem(tmp_path: Path) -> None:
    result = cli("check", config(tmp_path, extra="lag: {}\nflush: {deadline: soon}\n"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "2 problems in the configuration" in result.stderr
    assert "config.yaml:5:1: lag" in result.stderr
    assert "config.yaml:6:9: flush.deadline" in result.stderr


def test_check_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = cli("check", tmp_path / "nothing.yaml")
    assert result.exit_code == 2
    assert "the file does not exist" in result.stderr


def test_send_test_reaches_every_destination(tmp_path: Path, monitoring: MonitoringApi, slack: SlackReceiver) -> None:
    result = cli("check", config(tmp_path, monitoring.batch_url, slack.webhook_url), "--send-test")
    assert result.exit_code == 0, result.output
    assert "✓ monitoring: 200, accepted" in result.stdout
    assert "✓ slack: 200, accepted" in result.stdout
    (record,) = monitoring.failures.values()
    assert "test" in record.error.message.lower()
    (message,) = slack.messages
    assert "test message" in message.text.lower()


def test_send_test_with_the_wrong_key_says_so_in_plain_words(
    tmp_path: Path, monitoring: MonitoringApi, slack: SlackReceiver
) -> None:
    path = config(tmp_path, monitoring.batch_url, slack.webhook_url)
    result = cli("check", path, "--send-test", key="not-a-real-key")
    assert result.exit_code == 1
    assert "✗ monitoring: not accepted: 401: the destination refuses our credentials" in result.stdout
    assert "✓ slack: 200, accepted" in result.stdout, "the others are asked all the same"
    assert "not-a-real-key" not in result.output
    assert slack.webhook_url not in result.output


def test_send_test_where_nobody_listens(tmp_path: Path) -> None:
    result = cli("check", config(tmp_path), "--send-test")
    assert result.exit_code == 1
    assert "✗ monitoring: no answer: connection refused" in result.stdout


def test_send_test_where_something_else_than_slack_answers(tmp_path: Path, monitoring: MonitoringApi) -> None:
    monitoring.fault = lambda _: 200
    result = cli("check", config(tmp_path, monitoring.batch_url, monitoring.url), "--send-test")
    assert result.exit_code == 1
    assert "✗ slack: not accepted: 200: the answer is not Slack's" in result.stdout


def test_schema_lists_and_prints_every_schema() -> None:
    names = cli("schema").stdout.split()
    assert names == list(json_schemas())
    for name in names:
        result = cli("schema", name)
        assert result.exit_code == 0
        assert json.loads(result.stdout) == json_schemas()[name]


def test_schema_of_an_unknown_name_tells_the_known_ones() -> None:
    result = cli("schema", "failures")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "no schema is named failures; there are: failure-record, " in result.stderr


def test_the_version_is_printed() -> None:
    result = cli("--version")
    assert (result.exit_code, result.stdout) == (0, f"failure-forwarder {VERSION}\n")
