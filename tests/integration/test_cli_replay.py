"""`failure-forwarder replay`: what earlier tests left is delivered with the same ids (P2), or kept."""

import asyncio
import io
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.commands import replay
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from locust_failure_forwarder.demo.slack import SlackReceiver
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import Log, NewEvent
from locust_failure_forwarder.pipeline.log_files import claim
from locust_failure_forwarder.pipeline.replay import Listener, Replayed, replay_log
from locust_failure_forwarder.pipeline.selection import Selection
from rich.console import Console
from support.cli import cli, config, row
from support.cli_logs import accounts
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log
from support.samples import uuid7


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
    assert sorted(monitoring.failures) == [uuid7(0x1_0000_0000 + sequence) for sequence in expected]
    assert monitoring.duplicates == 0
    assert len(monitoring.alerts) == len(slack.messages) == 1
    assert "after the replay" in result.stderr
    assert row(result.stderr, FAILURES) == ["30", "30", "0", "0", "0"]
    assert accounts(first)[FAILURES] == Account(captured=20, delivered=20)
    assert accounts(second)[FAILURES] == Account(captured=10, delivered=10)
    again = cli("replay", logs, "-c", tmp_path / "config.yaml")
    assert again.stderr == "nothing is pending\n"


def test_replay_keeps_everything_while_the_destination_is_down(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(3))
    result = cli("replay", path.parent, "-c", config(tmp_path), "--deadline", "3")
    assert result.exit_code == 1
    assert "monitoring/failures: not delivered yet, everything is kept: connection refused" in result.stderr
    assert f"3 records are still pending; nothing is lost, all stays in {path.parent}" in result.stderr
    assert accounts(path)[FAILURES] == Account(captured=3)


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
    assert accounts(path)[gone] == Account(captured=2)


def test_replay_does_not_bury_what_a_destination_of_the_same_name_no_longer_takes(
    tmp_path: Path, slack: SlackReceiver
) -> None:
    was_http = RouteKey("slack", "failures")
    path = write_log(tmp_path / "logs", sample_events(1, 1), routes=[was_http, SLACK])
    result = cli("replay", path.parent, "-c", config(tmp_path, slack_url=slack.webhook_url))
    assert result.exit_code == 1
    assert "1 record is pending for slack/failures, but" in result.stderr
    assert len(slack.messages) == 1
    assert accounts(path)[was_http] == Account(captured=1)


def test_replay_leaves_a_log_in_use_alone(tmp_path: Path, monitoring: MonitoringApi) -> None:
    logs = tmp_path / "logs"
    used = write_log(logs, sample_events(2), name="used")
    write_log(logs, sample_events(1, first=50), name="resting")
    lock = claim(used)
    assert lock is not None
    result = cli("replay", logs, "-c", config(tmp_path, monitoring.batch_url))
    lock.release()
    assert result.exit_code == 1
    assert (
        "used.db is in use: a test is running, or its last failures are still being sent; left alone" in result.stderr
    )
    assert "1 log left alone" in result.stderr
    assert sorted(monitoring.failures) == [uuid7(0x1_0000_0000 + 50)]
    assert accounts(used)[FAILURES] == Account(captured=2)


def test_replay_delivers_the_logs_beside_one_that_cannot_be_read(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(2))
    (path.parent / "0-strange.db").write_bytes(b"this is no log")
    arguments = ("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    for pending in (True, False):
        result = cli(*arguments)
        assert result.exit_code == 1
        assert "0-strange.db is damaged, or no log of this program" in result.stderr
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
    assert "1 log left alone" in result.stderr
    assert len(monitoring.failures) == 1


def test_replay_reports_a_log_that_turns_out_damaged_on_the_way_and_sends_the_others(
    tmp_path: Path, monitoring: MonitoringApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    bad = write_log(logs, sample_events(2), name="a-bad")
    write_log(logs, sample_events(1, first=50), name="b-good")
    settle = Log.settle

    def damaged(self: Log, *arguments: Any) -> int:
        if self.path == bad:
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        return settle(self, *arguments)

    monkeypatch.setattr(Log, "settle", damaged)
    result = cli("replay", logs, "-c", config(tmp_path, monitoring.batch_url))
    assert result.exit_code == 1
    assert "left alone: a-bad.db cannot be used: the log is damaged" in result.stderr
    assert bad.exists(), "only a test that starts sets a damaged log aside"
    assert uuid7(0x1_0000_0000 + 50) in monitoring.failures


def test_on_a_terminal_a_bar_shows_the_progress_and_goes_away(
    tmp_path: Path, monitoring: MonitoringApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_log(tmp_path / "logs", sample_events(20))
    screen = io.StringIO()

    def terminal(*, stderr: bool) -> Console:
        assert stderr
        return Console(file=screen, force_terminal=True, width=80, color_system=None)

    monkeypatch.setattr(replay, "console", terminal)
    assert cli("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url)).exit_code == 0
    bar, _, rest = screen.getvalue().rpartition("20/20")
    assert "sending" in bar
    assert "\x1b[2K" in rest, "the line is erased"
    assert "sending" not in rest.partition("\x1b[2K")[2]


def test_the_progress_of_a_replay_counts_what_is_left_to_send(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(3), routes=[FAILURES, RouteKey("datalake", "failures")])
    settings = load_settings(config(tmp_path, monitoring.batch_url), {"MONITORING_API_KEY": API_KEY})
    shown: list[int] = []
    listener = Listener(print, print, shown.append)
    result = asyncio.run(replay_log(path, settings, Selection(), None, time.monotonic() + 30, listener))
    assert result is not None
    assert shown[0] == 3, "what no destination is configured for is not counted"
    assert shown[-1] == result.left == 0
    assert result.unknown == {RouteKey("datalake", "failures"): 3}
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
    assert accounts(path)[SLACK] == Account(captured=2, delivered=1, dead=1)
