"""The commands as a user meets them: what they print, where, how they exit (0 done, 1 not done, 2 wrong usage)."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.cli import app
from locust_failure_forwarder.commands import replay
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from locust_failure_forwarder.demo.slack import SlackReceiver
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter, Log, NewEvent
from locust_failure_forwarder.pipeline.log_files import claim
from locust_failure_forwarder.pipeline.replay import Replayed, replay_log
from locust_failure_schemas import FailureRecord
from locust_failure_schemas.json_schema import json_schemas
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log
from support.samples import failure, uuid7
from typer.testing import CliRunner, Result

NOBODY = "http://127.0.0.1:9/"  # the discard port, where nobody listens


def cli(*arguments: object, stdin: bytes = b"", key: str = API_KEY) -> Result:
    """Run a command in this process, as in a terminal of 80 columns whose output goes to a file."""
    result = CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=stdin, env={"MONITORING_API_KEY": key, "COLUMNS": "80"}
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    with MonitoringApi() as server:
        yield server


@pytest.fixture
def slack() -> Iterator[SlackReceiver]:
    with SlackReceiver() as server:
        yield server


def config(folder: Path, monitoring_url: str = NOBODY, slack_url: str = "", extra: str = "") -> Path:
    path = folder / "config.yaml"
    slack_lines = f"  slack: {{type: slack, webhook_url: {slack_url}, send: [alerts]}}\n" if slack_url else ""
    path.write_text(
        "version: 1\n"
        "destinations:\n"
        f"  monitoring: {{type: http, url: '{monitoring_url}', auth: {{bearer: '${{MONITORING_API_KEY}}'}},\n"
        "    batch: {max_age: 60s}}\n"
        f"{slack_lines}{extra}"
    )
    return path


# -- help -------------------------------------------------------------------------------------------------------------


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
                "Exit codes: 0 done, 1 not done",
                "2 wrong",
            ],
        ),
        (["demo"], ["--seconds", "--output"]),
        (["check"], ["CONFIG", "--send-test"]),
        (["redact"], ["--config", "stdin"]),
        (["schema"], ["NAME"]),
        (["status"], ["DIRECTORY", "--json", "log.directory", ".locust-failures", "Exit code 1"]),
        (["replay"], ["--config", "--deadline", "DIRECTORY", "Exit code 1"]),
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


# -- check ------------------------------------------------------------------------------------------------------------


def test_check_says_what_a_configuration_comes_to_and_no_secret(tmp_path: Path) -> None:
    path = config(tmp_path, f"{NOBODY}?key=not-a-real-token", "https://127.0.0.1:9/services/not-a-real-token")
    result = cli("check", path)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"✓ {path} is valid", "a long path is not broken over two lines"
    assert "  run: locust" in lines
    assert "  monitoring: http, gets failures, alerts, summaries" in lines
    assert "  slack: slack, gets alerts" in lines
    assert "  alert failure-spike: more than 5% of at least 20 requests failed within 10 s" in lines
    assert "  log: .locust-failures, at most 256 MiB for each process" in lines
    assert "--send-test" in lines[-1]
    assert "not-a-real-token" not in result.output
    assert API_KEY not in result.output


def test_check_shows_names_as_they_are(tmp_path: Path) -> None:
    path = config(tmp_path, extra="run: {name: 'soak [/] [red]x', environment: '[bold]'}\n")
    assert "  run: soak [/] [red]x ([bold])" in cli("check", path).stdout.splitlines()


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
    assert "✗ monitoring: 401, not accepted: 401: the destination refuses our credentials" in result.stdout
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
    assert "✗ slack: 200, not accepted: 200: the answer is not Slack's" in result.stdout


# -- redact -----------------------------------------------------------------------------------------------------------


def _line(**changes: object) -> bytes:
    value = json.loads(failure().model_dump_json()) | changes
    return json.dumps(value).encode() + b"\n"


def test_redact_masks_records_line_by_line() -> None:
    line = _line(context={"password": "not-a-real-password", "tenant": "acme"})
    result = cli("redact", stdin=line + b"\n" + _line(sequence=2))
    assert result.exit_code == 0, result.stderr
    first, second = (FailureRecord.model_validate_json(text) for text in result.stdout.splitlines())
    assert first.context["tenant"] == "acme"
    assert first.redactions["password"] >= 1
    assert "not-a-real-password" not in result.output
    assert second.sequence == 2
    assert result.stderr == ""
    assert cli("redact", stdin=result.stdout_bytes).stdout == result.stdout, "what is redacted stays as it is"


def test_redact_takes_further_rules_from_a_configuration(tmp_path: Path) -> None:
    path = config(tmp_path, extra="redaction: {keys: [loyalty-number], keep: [password]}\n")
    line = _line(context={"loyaltyNumber": "not-a-real-number"})
    assert "not-a-real-number" in cli("redact", stdin=line).stdout
    assert "not-a-real-number" not in cli("redact", "--config", path, stdin=line).stdout


def test_redact_with_a_bad_configuration(tmp_path: Path) -> None:
    assert cli("redact", "-c", tmp_path / "nothing.yaml").exit_code == 2


def test_redact_of_nothing_is_nothing() -> None:
    result = cli("redact")
    assert (result.exit_code, result.output) == (0, "")


SECRET = "not-a-real-secret"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (SECRET.encode() + b"\n", "not JSON"),
        (b'{"id": "\xff"}\n', "not JSON"),
        (b'"' + SECRET.encode() + b'"\n', "Input should be an object"),
        (_line(id=SECRET), "id: Input should be a valid UUID"),
        (_line(**{SECRET: 1}), "holds a key that a FailureRecord does not have"),
        (_line(error={SECRET: 1}), "error.type: Field required"),
        (_line(elapsed_ms=SECRET), "elapsed_ms: Input should be a valid number"),
        (_line(redactions={SECRET: 0}), "redactions: Input should be greater than or equal to 1"),
        (_line(request={"method": "GET", "name": "/", "headers": {SECRET: 1}}), "request.headers: Input should be"),
    ],
)
def test_redact_names_a_bad_line_without_repeating_it_and_goes_on(bad: bytes, problem: str) -> None:
    result = cli("redact", stdin=_line() + bad + _line(sequence=3))
    assert result.exit_code == 1
    (told,) = result.stderr.splitlines()
    assert told.startswith(f"line 2 is no FailureRecord: {problem}")
    assert [FailureRecord.model_validate_json(text).sequence for text in result.stdout.splitlines()] == [1, 3]
    assert SECRET not in result.output


# -- schema -----------------------------------------------------------------------------------------------------------


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


# -- status -----------------------------------------------------------------------------------------------------------


def test_status_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    result = cli("status", tmp_path / "nothing")
    assert result.exit_code == 1
    assert "nothing is no folder; give the log.directory of the configuration" in result.stderr


def test_status_of_an_empty_folder(tmp_path: Path) -> None:
    result = cli("status", tmp_path)
    assert (result.exit_code, result.stdout) == (0, f"no logs in {tmp_path}\n")


def _row(output: str, route: RouteKey) -> list[str]:
    (line,) = [line for line in output.splitlines() if line.startswith(f" {route} ")]
    return line.split()[1:]


def test_status_is_good_when_everything_was_delivered(tmp_path: Path) -> None:
    write_log(tmp_path, sample_events(3), delivered=3)
    result = cli("status", tmp_path)
    assert result.exit_code == 0
    assert f"1 log in {tmp_path}" in result.stdout
    assert _row(result.stdout, FAILURES) == ["3", "3", "0", "0", "0"]


def test_status_adds_up_all_logs_and_says_why_records_are_not_delivered(tmp_path: Path) -> None:
    dead = [DeadLetter("failures", "invalid record: status: Field required", b"{}")]
    write_log(tmp_path, sample_events(1500, 2), name="a", routes=[FAILURES, ALERTS, SLACK], dead=dead, delivered=5)
    path = write_log(tmp_path, sample_events(1), name="b", dead=dead)
    log = Log.open(path)
    log.count_dropped(FAILURES, {"buffer_full": 1_234_567, "capture_error": 1})
    log.close()
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    assert "2 logs in" in result.stdout
    assert _row(result.stdout, FAILURES) == ["1,236,071", "5", "1,496", "2", "1,234,568"]
    assert _row(result.stdout, SLACK) == ["2", "0", "2", "0", "0"]
    assert "monitoring/failures dropped: buffer_full 1,234,567, capture_error 1\n" in result.stdout
    assert "monitoring/failures dead: invalid record: status: Field required (2)\n" in result.stdout


def test_status_shows_long_and_odd_names_whole(tmp_path: Path) -> None:
    odd = RouteKey("a-destination-of-some-sixty-letters-" + "x" * 24, "failures")
    folder = tmp_path / "logs [red]"
    write_log(folder, sample_events(1), routes=[odd], dead=[DeadLetter("failures", "422: [bold] [/]", b"{}")])
    result = cli("status", folder)
    assert "[red]" in result.stdout
    assert "422: [bold] [/] (1)" in result.stdout
    assert str(odd) in "".join(line.split()[0] for line in result.stdout.splitlines() if " " in line and line.split())
    assert "…" not in result.stdout


@pytest.mark.parametrize(
    "trouble",
    [
        {"dead": [DeadLetter("failures", "invalid record: name", b"{}")], "delivered": 1},
        {"delivered": 0},
    ],
)
def test_status_fails_if_anything_is_dead_or_pending(tmp_path: Path, trouble: dict[str, object]) -> None:
    write_log(tmp_path, sample_events(1), **trouble)  # pyright: ignore[reportArgumentType] - see the parameters
    assert cli("status", tmp_path).exit_code == 1


def test_status_fails_if_anything_was_dropped(tmp_path: Path) -> None:
    log = Log.open(write_log(tmp_path, []))
    log.count_dropped(FAILURES, {"log_error": 1})
    log.close()
    assert cli("status", tmp_path).exit_code == 1


def test_status_as_json(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(3), dead=[DeadLetter("failures", "422: refused", b"{}")], delivered=1)
    result = cli("status", tmp_path, "--json")
    assert result.exit_code == 1
    account: dict[str, object] = {"captured": 4, "delivered": 1, "pending": 2, "dead": 1, "dropped": {}, "note": None}
    route = {"destination": "monitoring", "kind": "failures", **account}
    assert json.loads(result.stdout) == {
        "directory": str(tmp_path),
        "routes": [{**route, "dead_reasons": {"422: refused": 1}}],
        "logs": [{"path": str(path), "in_use": False, "error": None, "mismatches": [], "routes": [route]}],
    }


def test_status_names_what_it_cannot_read_and_reads_the_rest(tmp_path: Path) -> None:
    write_log(tmp_path, sample_events(1), delivered=1)
    (tmp_path / "strange.db").write_bytes(b"this is no log")
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    assert _row(result.stdout, FAILURES) == ["1", "1", "0", "0", "0"]
    assert f"unreadable: {tmp_path}/strange.db is no log of this program" in result.stdout
    (strange,) = [log for log in json.loads(cli("status", tmp_path, "--json").stdout)["logs"] if log["error"]]
    assert strange["path"] == str(tmp_path / "strange.db")


def test_status_says_which_log_is_in_use(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1), delivered=1)
    lock = claim(path)
    assert lock is not None
    result = cli("status", tmp_path)
    lock.release()
    assert result.exit_code == 0
    assert f"in use: {path.name} (a running test is still writing or sending)" in result.stdout


def test_p1_status_holds_the_accounts_against_the_events_themselves(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(3), delivered=1)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE routes SET delivered = 3")
    db.close()
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    assert f"MISMATCH in {path.name}: monitoring/failures: the accounts say 0 pending, the log holds 2" in result.stdout


# -- replay -----------------------------------------------------------------------------------------------------------


def _accounts(path: Path) -> dict[RouteKey, Account]:
    log = Log.open(path)
    try:
        return log.accounts()
    finally:
        log.close()


def test_replay_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    result = cli("replay", tmp_path / "nothing", "-c", config(tmp_path))
    assert result.exit_code == 1
    assert "is no folder" in result.stderr


def test_replay_with_a_bad_configuration(tmp_path: Path) -> None:
    assert cli("replay", tmp_path, "-c", tmp_path / "nothing.yaml").exit_code == 2
    assert cli("replay", tmp_path).exit_code == 2


def test_replay_of_nothing(tmp_path: Path, monitoring: MonitoringApi) -> None:
    write_log(tmp_path, sample_events(2), delivered=2)
    result = cli("replay", tmp_path, "-c", config(tmp_path, monitoring.batch_url))
    assert result.exit_code == 0
    assert result.stderr == "nothing is pending\n"
    assert monitoring.requests == ()


def test_p2_replay_delivers_what_is_pending_in_every_log_with_the_same_ids(
    tmp_path: Path, monitoring: MonitoringApi, slack: SlackReceiver
) -> None:
    logs = tmp_path / "logs"
    routes = [FAILURES, ALERTS, SLACK]
    first = write_log(logs, sample_events(20, 1), name="a", routes=routes, delivered=5)
    second = write_log(logs, sample_events(10, first=101), name="b")
    result = cli("replay", logs, "-c", config(tmp_path, monitoring.batch_url, slack.webhook_url))
    assert result.exit_code == 0, result.stderr
    expected = [*range(6, 21), *range(101, 111)]
    assert list(monitoring.failures) == [uuid7(0x1_0000_0000 + sequence) for sequence in expected]
    assert monitoring.duplicates == 0
    assert len(monitoring.alerts) == len(slack.messages) == 1
    assert "after the replay" in result.stderr
    assert _row(result.stderr, FAILURES) == ["30", "30", "0", "0", "0"]
    assert _accounts(first)[FAILURES] == Account(captured=20, delivered=20)
    assert _accounts(second)[FAILURES] == Account(captured=10, delivered=10)
    again = cli("replay", logs, "-c", tmp_path / "config.yaml")
    assert again.stderr == "nothing is pending\n"


def test_replay_keeps_everything_while_the_destination_is_down(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(3))
    result = cli("replay", path.parent, "-c", config(tmp_path), "--deadline", "0.5")
    assert result.exit_code == 1
    assert "monitoring/failures: not delivered yet, everything is kept: connection refused" in result.stderr
    assert f"3 records are still pending; nothing is lost, all stays in {path.parent}" in result.stderr
    assert _accounts(path)[FAILURES] == Account(captured=3)


def test_replay_reports_a_destination_that_is_no_longer_configured_and_sends_the_rest(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    gone = RouteKey("datalake", "failures")
    path = write_log(tmp_path / "logs", sample_events(2), routes=[FAILURES, gone])
    result = cli("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    assert result.exit_code == 1
    assert "2 records are pending for datalake/failures, but" in result.stderr
    assert "sends no failures to `datalake`" in result.stderr
    assert len(monitoring.failures) == 2
    assert _accounts(path)[gone] == Account(captured=2)


def test_replay_does_not_bury_what_a_destination_of_the_same_name_no_longer_takes(
    tmp_path: Path, slack: SlackReceiver
) -> None:
    was_http = RouteKey("slack", "failures")
    path = write_log(tmp_path / "logs", sample_events(1, 1), routes=[was_http, SLACK])
    result = cli("replay", path.parent, "-c", config(tmp_path, slack_url=slack.webhook_url))
    assert result.exit_code == 1
    assert "1 record is pending for slack/failures, but" in result.stderr
    assert len(slack.messages) == 1
    assert _accounts(path)[was_http] == Account(captured=1)


def test_replay_leaves_a_log_in_use_alone(tmp_path: Path, monitoring: MonitoringApi) -> None:
    logs = tmp_path / "logs"
    used = write_log(logs, sample_events(2), name="used")
    write_log(logs, sample_events(1, first=50), name="resting")
    lock = claim(used)
    assert lock is not None
    result = cli("replay", logs, "-c", config(tmp_path, monitoring.batch_url))
    lock.release()
    assert result.exit_code == 1
    assert "used.db is in use by a running test; left alone" in result.stderr
    assert "2 records are still pending" in result.stderr
    assert list(monitoring.failures) == [uuid7(0x1_0000_0000 + 50)]
    assert _accounts(used)[FAILURES] == Account(captured=2)


def test_replay_delivers_the_logs_beside_one_that_cannot_be_read(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(2))
    (path.parent / "0-strange.db").write_bytes(b"this is no log")
    arguments = ("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    for pending in (True, False):
        result = cli(*arguments)
        assert result.exit_code == 1
        assert "0-strange.db is no log of this program" in result.stderr
        assert ("nothing is pending" in result.stderr) is not pending
    assert len(monitoring.failures) == 2


def test_replay_goes_on_beside_a_log_that_fails_while_it_is_sent(
    tmp_path: Path, monitoring: MonitoringApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    write_log(logs, sample_events(2), name="a-failing")
    write_log(logs, sample_events(1, first=50), name="b-good")

    async def failing(path: Path, *arguments: Any) -> Replayed | None:
        if path.name == "a-failing.db":
            raise sqlite3.OperationalError("disk I/O error")
        return await replay_log(path, *arguments)

    monkeypatch.setattr(replay, "replay_log", failing)
    result = cli("replay", logs, "-c", config(tmp_path, monitoring.batch_url))
    assert result.exit_code == 1
    assert "a-failing.db cannot be used: disk I/O error" in result.stderr
    assert "2 records are still pending" in result.stderr
    assert len(monitoring.failures) == 1


def test_the_progress_of_a_replay_counts_what_is_left_in_the_whole_log(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    path = write_log(tmp_path / "logs", sample_events(3), routes=[FAILURES, RouteKey("datalake", "failures")])
    settings = load_settings(config(tmp_path, monitoring.batch_url), {"MONITORING_API_KEY": API_KEY})
    shown: list[int] = []
    result = asyncio.run(replay_log(path, settings, time.monotonic() + 10, print, print, shown.append))
    assert result is not None
    assert shown[0] == 6
    assert sum(account.pending for account in result.accounts.values()) == 3
    assert shown == sorted(shown, reverse=True)


def test_p6_replay_isolates_an_event_that_cannot_be_encoded(tmp_path: Path, slack: SlackReceiver) -> None:
    good = sample_events(0, 1)
    path = write_log(tmp_path / "logs", good, routes=[SLACK])
    log = Log.open(path)
    log.append([NewEvent("alerts", uuid7(99), good[0].origin, b'{"a later version": true}')], [], [SLACK])
    log.close()
    result = cli("replay", path.parent, "-c", config(tmp_path, slack_url=slack.webhook_url))
    assert result.exit_code == 0, result.stderr
    assert len(slack.messages) == 1
    assert (
        "slack/alerts: 1 refused for good, kept as dead letters: cannot be encoded (ValidationError)" in result.stderr
    )
    assert _accounts(path)[SLACK] == Account(captured=2, delivered=1, dead=1)
