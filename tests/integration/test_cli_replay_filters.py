"""`failure-forwarder replay` of a part: what is left out stays pending, and is sent by a later replay (P1, P2)."""

import time
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.demo.slack import SlackReceiver
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_schemas import FailureBatch
from support.cli import cli, config
from support.cli_logs import accounts, failure_ids, with_other_times
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log

HOUR = 3600.0
NINE = 1_588_582_800.0
"""2020-05-04T09:00:00Z in epoch seconds."""


def _times(path: Path) -> None:
    """Six failures, one an hour from nine o'clock on, and an alert after the third."""
    events = with_other_times(sample_events(6), *(NINE + n * HOUR for n in range(6)))
    alerts = with_other_times(sample_events(0, 1), NINE + 2 * HOUR)
    write_log(path, [*events[:3], *alerts, *events[3:]], routes=[FAILURES, ALERTS, SLACK])


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (["--since", "2020-05-04T11:00Z"], [3, 4, 5, 6]),
        (["--until", "2020-05-04T11:00Z"], [1, 2]),
        (["--since", "2020-05-04T10:00:00Z", "--until", "2020-05-04T12:30:00+00:00"], [2, 3, 4]),
        (["--since", "2020-05-04T11:00:00.001Z", "--until", "2020-05-04T13:00Z"], [4]),
    ],
)
def test_p2_replay_sends_what_was_captured_in_a_time_and_keeps_the_rest(
    tmp_path: Path, monitoring: MonitoringApi, options: list[str], sent: list[int]
) -> None:
    logs = tmp_path / "logs"
    _times(logs)
    (path,) = logs.glob("*.db")
    configuration = config(tmp_path, monitoring.batch_url)
    result = cli("replay", logs, "-c", configuration, "--kind", "failures", *options)
    assert result.exit_code == 0, result.stderr
    assert sorted(monitoring.failures) == failure_ids(sent)
    assert accounts(path)[FAILURES] == Account(captured=6, delivered=len(sent))
    assert accounts(path)[ALERTS] == Account(captured=1)
    rest = cli("replay", logs, "-c", configuration, "--kind", "failures")
    assert rest.exit_code == 0, rest.stderr
    assert sorted(monitoring.failures) == failure_ids(range(1, 7))
    assert monitoring.duplicates == 0
    assert accounts(path)[FAILURES] == Account(captured=6, delivered=6)


@pytest.mark.parametrize("options", [["--since", "2020-05-05"], ["--until", "2020-05-04T09:00Z"], ["--since", "1h"]])
def test_replay_of_a_time_in_which_nothing_was_captured(
    tmp_path: Path, monitoring: MonitoringApi, options: list[str]
) -> None:
    logs = tmp_path / "logs"
    _times(logs)
    (path,) = logs.glob("*.db")
    result = cli("replay", logs, "-c", config(tmp_path, monitoring.batch_url), "--kind", "failures", *options)
    assert result.exit_code == 0
    assert result.stderr == "nothing that you asked for is pending\n"
    assert monitoring.requests == ()
    assert accounts(path)[FAILURES] == Account(captured=6)


def test_replay_of_the_last_hours(tmp_path: Path, monitoring: MonitoringApi) -> None:
    now = time.time()
    path = write_log(tmp_path / "logs", with_other_times(sample_events(2), now - 3 * HOUR, now - HOUR))
    result = cli("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url), "--since", "2h")
    assert result.exit_code == 0, result.stderr
    assert sorted(monitoring.failures) == failure_ids([2])
    assert accounts(path)[FAILURES] == Account(captured=2, delivered=1)


def test_a_time_that_begins_after_a_batch_that_a_crash_interrupted(tmp_path: Path, monitoring: MonitoringApi) -> None:
    logs = tmp_path / "logs"
    _times(logs)
    (path,) = logs.glob("*.db")
    log = Log.open(path)
    assert log.take(FAILURES, 4, 2**30) is not None  # taken, and never settled
    log.close()
    configuration = config(tmp_path, monitoring.batch_url)
    options = ("--since", "2020-05-04T11:00Z", "--until", "2020-05-04T14:00Z", "--kind", "failures")
    assert cli("replay", logs, "-c", configuration, *options).exit_code == 0
    assert sorted(monitoring.failures) == failure_ids([3, 4, 5])
    assert accounts(path)[FAILURES] == Account(captured=6, delivered=3)
    assert cli("replay", logs, "-c", configuration, "--kind", "failures").exit_code == 0
    assert sorted(monitoring.failures) == failure_ids(range(1, 7))
    assert monitoring.duplicates == 0


def test_replay_of_one_destination(tmp_path: Path, monitoring: MonitoringApi, slack: SlackReceiver) -> None:
    logs = tmp_path / "logs"
    path = write_log(logs, sample_events(2, 1), routes=[FAILURES, ALERTS, SLACK])
    configuration = config(tmp_path, monitoring.batch_url, slack.webhook_url)
    assert cli("replay", logs, "-c", configuration, "--destination", "slack").exit_code == 0
    assert len(slack.messages) == 1
    assert monitoring.requests == ()
    assert accounts(path)[ALERTS] == Account(captured=1)
    both = ("--destination", "monitoring", "--destination", "slack")
    assert cli("replay", logs, "-c", configuration, *both).exit_code == 0
    assert len(monitoring.failures) == 2
    assert len(monitoring.alerts) == 1


def test_replay_of_several_kinds(tmp_path: Path, monitoring: MonitoringApi) -> None:
    summaries = RouteKey("monitoring", "summaries")
    path = write_log(tmp_path / "logs", sample_events(2, 2), routes=[FAILURES, ALERTS, summaries])
    options = ("--kind", "alerts", "--kind", "summaries")
    assert cli("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url), *options).exit_code == 0
    assert len(monitoring.alerts) == 2
    assert accounts(path)[FAILURES] == Account(captured=2)


def test_p7_replay_at_a_rate_sends_no_more_at_once_than_in_a_second(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(25))
    result = cli("replay", path.parent, "-c", config(tmp_path, monitoring.batch_url), "--rate", "20")
    assert result.exit_code == 0, result.stderr
    sizes = [len(batch.failures) for batch in monitoring.batches if isinstance(batch, FailureBatch)]
    assert sizes == [20, 5]
    assert len(monitoring.failures) == 25
    assert accounts(path)[FAILURES] == Account(captured=25, delivered=25)


def test_replay_of_a_destination_that_the_configuration_does_not_have(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(1))
    result = cli("replay", path.parent, "-c", config(tmp_path), "--destination", "datalake")
    assert result.exit_code == 2
    told = " ".join(result.stderr.replace("│", " ").split())
    assert "has no destination `datalake`; there are: monitoring" in told


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "yesterday"], "or an age such as 90m, 2h or 7d"),
        (["--since", "1h", "--until", "2h"], "--since has to be earlier than --until"),
        (["--kind", "errors"], "'failures', 'alerts', 'summaries'"),
        (["--rate", "0"], "--rate"),
        (["--rate", "fast"], "--rate"),
        (["--deadline", "-1"], "--deadline"),
    ],
)
def test_a_wrong_option_says_what_was_expected(tmp_path: Path, options: list[str], expected: str) -> None:
    path = write_log(tmp_path / "logs", sample_events(1))
    result = cli("replay", path.parent, "-c", config(tmp_path), *options)
    assert result.exit_code == 2
    assert expected in " ".join(result.stderr.replace("│", " ").split())
    assert accounts(path)[FAILURES] == Account(captured=1)
