"""`failure-forwarder alerts test`: samples arrive, what came back is told, and no secret is printed (P4)."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.exchange import Reply, Request, text_reply
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.demo.slack import SlackReceiver
from support.cli import cli


@pytest.fixture
def slack() -> Iterator[SlackReceiver]:
    with SlackReceiver() as server:
        yield server


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    with MonitoringApi() as server:
        yield server


def write(folder: Path, destinations: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(f"version: 1\ndestinations:\n{destinations}")
    return path


class Patient(MonitoringApi):
    """Answers only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Semaphore(0)

    def respond(self, request: Request) -> Reply:
        self.may_answer.acquire(timeout=60)
        return super().respond(request)


def test_it_says_at_once_where_it_sends_to_and_each_outcome_as_it_comes(tmp_path: Path) -> None:
    with Patient() as server:
        path = write(
            tmp_path,
            f"  api: {{type: http, url: '{server.batch_url}', auth: {{bearer: '{API_KEY}'}}, send: [alerts],"
            " timeout: 20s}\n",
        )
        command = [sys.executable, "-m", "locust_failure_forwarder.cli", "alerts", "test", "--config", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("sending samples to api (http)")
            server.may_answer.release()  # if the line above came last, the first answer is late by now
            assert process.stdout.readline() == "✓ api, alert that fires: 200, accepted\n"
            server.may_answer.release()
            assert process.stdout.readline() == "✓ api, its end: 200, accepted\n"
        assert process.returncode == 0


def test_samples_have_environment_and_labels_of_the_real_run_without_its_secrets(
    tmp_path: Path, monitoring: MonitoringApi, slack: SlackReceiver
) -> None:
    """P4"""
    path = tmp_path / "config.yaml"
    path.write_text(
        "version: 1\n"
        "run: {name: checkout-soak, environment: staging,"
        " labels: {team: payments, test: 'no', password: not-a-real-password}}\n"
        "destinations:\n"
        f"  chat: {{type: slack, webhook_url: '{slack.webhook_url}', send: [alerts]}}\n"
        f"  api: {{type: http, url: '{monitoring.batch_url}', auth: {{bearer: '{API_KEY}'}}, send: [alerts]}}\n"
    )
    result = cli("alerts", "test", "--config", path)
    assert result.exit_code == 0, result.output
    alerts = list(monitoring.alerts.values())
    assert len(alerts) == 2
    for sent in alerts:
        assert (sent.run.name, sent.run.environment) == ("SAMPLE: nothing failed (checkout-soak)", "staging")
        assert sent.run.labels == {"team": "payments", "test": "true", "password": "[REDACTED:password]"}
    assert slack.messages[0].text.startswith("🔥 SAMPLE: nothing failed (checkout-soak) (staging): `sample`: 42 %")


class Echoing(LoopbackServer):
    """Refuses, and repeats what it was sent, as some servers do."""

    def respond(self, request: Request) -> Reply:
        return text_reply(
            400, f"no: {request.path} {request.headers.get('authorization')} {request.body.decode()[:40]}"
        )


def test_every_destination_gets_what_it_takes_and_every_answer_is_told(
    tmp_path: Path, slack: SlackReceiver, monitoring: MonitoringApi
) -> None:
    path = write(
        tmp_path,
        f"  chat: {{type: slack, webhook_url: '{slack.webhook_url}', mentions: {{critical: [channel]}}}}\n"
        f"  api: {{type: http, url: '{monitoring.batch_url}', auth: {{bearer: '{API_KEY}'}}, send: [alerts]}}\n"
        f"  records: {{type: http, url: '{monitoring.batch_url}', auth: {{bearer: '{API_KEY}'}}, send: [failures]}}\n",
    )
    result = cli("alerts", "test", "--config", path)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "sending samples to chat (slack), api (http); each answer may take 10 s at most",
        "- records: takes neither alerts nor summaries; nothing is sent",
    ]
    assert [line for line in lines if "chat, " in line] == [
        "✓ chat, alert that fires: 200, accepted",
        "✓ chat, its end: 200, accepted",
        "✓ chat, summary: 200, accepted",
    ]
    assert [line for line in lines if "api, " in line] == [
        "✓ api, alert that fires: 200, accepted",
        "✓ api, its end: 200, accepted",
    ]
    assert len(lines) == 7
    firing, resolved, summary = [message.text for message in slack.messages]
    assert (
        firing == "🔥 SAMPLE: nothing failed (locust): `sample`: 42 % of 410 requests failed (limit 5 %, before 0.4 %)"
    )
    assert resolved.startswith("✅ SAMPLE: nothing failed (locust): `sample` recovered after 1 min 35 s")
    assert summary.startswith("🏁 SAMPLE: nothing failed (locust) finished after 10 min")
    assert slack.refused == ()
    assert not monitoring.failures


def test_what_was_refused_is_told_with_the_answer_and_without_secrets(tmp_path: Path) -> None:
    """P4"""
    with Echoing() as server:
        path = write(
            tmp_path,
            f"  hook: {{type: webhook, url: '{server.url}/not-a-real-path-of-a-hook', send: [alerts],"
            " auth: {bearer: not-a-real-token},"
            " secrets: {key: not-a-real-key}, body: '[{{ secrets.key }}, {{ kind }}]'}\n"
            f"  pager: {{type: pagerduty, routing_key: notarealroutingkeynotarealroutin, url: '{server.url}/v2'}}\n",
        )
        result = cli("alerts", "test", "--config", path)
    assert result.exit_code == 1
    assert "✗ hook, alert that fires: not accepted: 400: the destination cannot read this batch" in result.stdout
    assert "    the answer begins: no: " in result.stdout
    assert "✗ pager, its end: " in result.stdout
    for secret in ("not-a-real", "notarealroutingkey"):
        assert secret not in result.output


def test_where_nobody_listens_each_sample_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "  chat: {type: discord, webhook_url: 'http://127.0.0.1:9/not-a-real-path'}\n")
    result = cli("alerts", "test", "--config", path)
    assert result.exit_code == 1
    assert result.stdout.count("no answer: connection refused") == 3
    assert "not-a-real" not in result.output


def test_a_destination_that_hangs_is_given_up_after_its_timeout(tmp_path: Path) -> None:
    with Patient() as server:
        path = write(tmp_path, f"  api: {{type: http, url: '{server.batch_url}', send: [summaries], timeout: 100ms}}\n")
        for command in (["alerts", "test", "--config", path], ["check", path, "--send-test"]):
            result = cli(*command)
            assert result.exit_code == 1
            last = result.stdout.splitlines()[-1]
            assert last.endswith(": no answer within 0.1 s")
            assert last.count("no answer") == 1
        server.may_answer.release(2)


def test_one_destination_can_be_chosen(tmp_path: Path, slack: SlackReceiver) -> None:
    path = write(
        tmp_path,
        f"  chat: {{type: slack, webhook_url: '{slack.webhook_url}', send: [summaries]}}\n"
        "  other: {type: discord, webhook_url: 'http://127.0.0.1:9/x'}\n",
    )
    result = cli("alerts", "test", "--config", path, "--destination", "chat")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1:] == ["✓ chat, summary: 200, accepted"]
    unknown = cli("alerts", "test", "--config", path, "--destination", "chad")
    assert unknown.exit_code == 2
    assert "chat, other" in unknown.output


def test_a_destination_that_is_chosen_and_takes_no_alerts_says_so(tmp_path: Path, slack: SlackReceiver) -> None:
    path = write(
        tmp_path,
        f"  chat: {{type: slack, webhook_url: '{slack.webhook_url}'}}\n"
        "  records: {type: http, url: 'http://127.0.0.1:9/', send: [failures]}\n",
    )
    result = cli("alerts", "test", "--config", path, "--destination", "records")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["- records: takes neither alerts nor summaries; nothing is sent"]


def test_a_configuration_without_alerts_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "  records: {type: http, url: 'http://127.0.0.1:9/', send: [failures]}\n")
    result = cli("alerts", "test", "--config", path)
    assert result.exit_code == 1
    assert "no destination takes alerts or summaries" in result.stdout
