"""`failure-forwarder dead replay`: dead letters go out once more with the same ids; the accounts follow (P1, P2)."""

import sqlite3
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.demo.slack import SlackReceiver
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log_files import claim
from locust_failure_schemas import FailureBatch
from support.cli import cli, config, row
from support.cli_logs import ANSWER, REFUSED, REMAINS, accounts, bury, failure_ids, letters_in
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log


def test_p1_delivered_letters_leave_and_count_as_delivered(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(30))
    bury(path, FAILURES, 20)
    result = cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url, batch="max_records: 8"))
    assert result.exit_code == 0, result.stderr
    assert sorted(monitoring.failures) == failure_ids(range(1, 21))
    assert monitoring.duplicates == 0
    assert letters_in(path) == []
    assert accounts(path)[FAILURES] == Account(captured=30, delivered=20), "what is pending is left to `replay`"
    assert row(result.stderr, FAILURES) == ["30", "20", "10", "0", "0"]
    assert result.stderr.endswith("20 dead letters delivered\n")
    again = cli("dead", "replay", path.parent, "-c", tmp_path / "config.yaml")
    assert (again.exit_code, again.stderr) == (0, "there are no dead letters to send\n")


def test_p2_a_letter_is_sent_from_the_log_it_lies_in_even_if_its_event_is_gone(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    path = write_log(tmp_path / "logs", sample_events(2))
    bury(path, FAILURES, 2)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM events")
    db.close()
    assert cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url)).exit_code == 0
    assert sorted(monitoring.failures) == failure_ids([1, 2])
    (batch,) = monitoring.batches
    assert batch.run.name == "checkout-soak"
    assert batch.node.worker_id == "loadgen-1_6d1f0c"


def test_p6_what_is_refused_again_stays_with_the_new_reason_and_answer(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    path = write_log(tmp_path / "logs", sample_events(8))
    bury(path, FAILURES, 8, bodies={5: b'{"of":"no use"}'})
    result = cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    assert result.exit_code == 1
    assert sorted(monitoring.failures) == failure_ids([1, 2, 3, 4, 5, 7, 8])
    assert monitoring.duplicates == 0
    (kept,) = letters_in(path)
    assert (kept.id, kept.letter.status) == (6, 400)
    assert kept.letter.reason == "400: the destination cannot read this batch"
    assert kept.letter.answer not in (None, ANSWER)
    assert kept.letter.event is not None
    assert kept.letter.body == b'{"of":"no use"}'
    assert accounts(path)[FAILURES] == Account(captured=8, delivered=7, dead=1)
    assert "7 dead letters delivered\n1 refused again: kept, with the new reason (`dead list`)\n" in result.stderr


def test_p7_a_letter_is_tried_once_in_a_replay(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(1))
    bury(path, FAILURES, 1)
    monitoring.fault = lambda _: 422
    assert cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url)).exit_code == 1
    assert len(monitoring.requests) == 1


def test_letters_stay_as_they_are_while_the_destination_is_down(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(3))
    bury(path, FAILURES, 3)
    before = letters_in(path)
    result = cli("dead", "replay", path.parent, "-c", config(tmp_path), "--deadline", "1.5")
    assert result.exit_code == 1
    assert "monitoring/failures: not delivered yet, everything is kept: connection refused" in result.stderr
    assert "0 dead letters delivered\n3 not answered: kept as they were\n" in result.stderr
    assert letters_in(path) == before
    assert accounts(path)[FAILURES] == Account(captured=3, dead=3)


def test_letters_stay_as_they_are_while_the_credentials_are_refused(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(3))
    bury(path, FAILURES, 3)
    result = cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url), key="not-a-real-key")
    assert result.exit_code == 1
    assert "401: the destination refuses our credentials" in result.stderr
    assert {letter.letter.reason for letter in letters_in(path)} == {REFUSED}
    assert len(monitoring.requests) == 1, "a person is needed; asking again is of no use"


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--destination", "slack"], [FAILURES, FAILURES, ALERTS]),
        (["--kind", "failures"], [ALERTS, SLACK]),
        (["--reason", "CHANNEL"], [FAILURES, FAILURES, ALERTS]),
        (["--until", "2020-01-01"], [FAILURES, FAILURES, ALERTS, SLACK]),
    ],
)
def test_only_the_letters_that_were_asked_for_are_sent(
    tmp_path: Path, monitoring: MonitoringApi, slack: SlackReceiver, options: list[str], left: list[RouteKey]
) -> None:
    path = write_log(tmp_path / "logs", sample_events(2, 1), routes=[FAILURES, ALERTS, SLACK])
    bury(path, FAILURES, 2)
    bury(path, ALERTS, 1)
    bury(path, SLACK, 1, reason="404: channel_not_found")
    configuration = config(tmp_path, monitoring.batch_url, slack.webhook_url)
    result = cli("dead", "replay", path.parent, "-c", configuration, *options)
    assert result.exit_code == 0, result.stderr
    assert [letter.key for letter in letters_in(path)] == left
    assert ("no dead letters to send that you asked for" in result.stderr) is (len(left) == 4)


def test_p1_captures_that_never_became_records_are_counted_and_kept(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(1), dead=[REMAINS, REMAINS])
    arguments = ("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    alone = cli(*arguments)
    assert alone.exit_code == 1
    assert "2 captures never became valid records and cannot be sent: see `dead show`" in alone.stderr
    bury(path, FAILURES, 1)
    result = cli(*arguments)
    assert result.exit_code == 1
    assert "1 dead letter delivered\n2 captures never became valid records" in result.stderr
    assert accounts(path)[FAILURES] == Account(captured=3, delivered=1, dead=2)
    assert len(letters_in(path)) == 2


def test_letters_of_a_destination_that_is_no_longer_configured_are_reported(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    gone = RouteKey("datalake", "failures")
    path = write_log(tmp_path / "logs", sample_events(1), routes=[FAILURES, gone])
    bury(path, FAILURES, 1)
    bury(path, gone, 1)
    result = cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url))
    assert result.exit_code == 1
    assert "1 dead letter for datalake/failures not sent: " in result.stderr
    assert "sends no failures to `datalake`" in result.stderr
    assert len(monitoring.failures) == 1
    assert accounts(path)[gone] == Account(captured=1, dead=1)


def test_a_log_in_use_and_a_damaged_one_are_left_alone(tmp_path: Path, monitoring: MonitoringApi) -> None:
    logs = tmp_path / "logs"
    used = write_log(logs, sample_events(1), name="used")
    good = write_log(logs, sample_events(1, first=9), name="good")
    bury(used, FAILURES, 1)
    bury(good, FAILURES, 1)
    (logs / "0-strange.db").write_bytes(b"this is no log")
    lock = claim(used)
    assert lock is not None
    result = cli("dead", "replay", logs, "-c", config(tmp_path, monitoring.batch_url))
    lock.release()
    assert result.exit_code == 1
    assert "used.db is in use: a test is running" in result.stderr
    assert "0-strange.db is damaged" in result.stderr
    assert (logs / "0-strange.db").exists(), "only a test that starts sets a damaged log aside"
    assert sorted(monitoring.failures) == failure_ids([9])
    assert accounts(used)[FAILURES] == Account(captured=1, dead=1)


def test_p7_letters_are_sent_at_a_rate(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = write_log(tmp_path / "logs", sample_events(25))
    bury(path, FAILURES, 25)
    result = cli("dead", "replay", path.parent, "-c", config(tmp_path, monitoring.batch_url), "--rate", "20")
    assert result.exit_code == 0, result.stderr
    assert [len(b.failures) for b in monitoring.batches if isinstance(b, FailureBatch)] == [20, 5]


def test_dead_replay_with_a_bad_configuration_or_folder(tmp_path: Path) -> None:
    assert cli("dead", "replay", tmp_path, "-c", tmp_path / "nothing.yaml").exit_code == 2
    assert cli("dead", "replay", tmp_path).exit_code == 2
    result = cli("dead", "replay", tmp_path / "nothing", "-c", config(tmp_path))
    assert result.exit_code == 1
    assert "is no folder" in result.stderr
