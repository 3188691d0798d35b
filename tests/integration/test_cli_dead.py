"""`failure-forwarder dead list`, `show` and `purge`: what was refused for good, for people and for scripts (P1, P6)."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import DeadLetter, Log
from locust_failure_forwarder.pipeline.log_files import claim
from support.cli import cli
from support.cli_logs import ANSWER, REFUSED, REMAINS, accounts, bury, failure_ids, letters_in, with_other_times
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log

NINE = 1_588_582_800.0
"""2020-05-04T09:00:00Z in epoch seconds."""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two logs: in `a` refused failures of nine and ten o'clock and an alert of eleven; in `b` a capture of now."""
    folder = tmp_path / "logs"
    events = with_other_times(sample_events(3, 1), NINE, NINE + 3600, NINE + 7200, NINE + 7200)
    path = write_log(folder, events, name="a", routes=[FAILURES, ALERTS, SLACK])
    bury(path, FAILURES, 2)
    bury(path, SLACK, 1, reason="404: channel_not_found")
    write_log(folder, sample_events(1, first=50), name="b", dead=[REMAINS])
    return folder


def _letters(folder: Path, *options: str) -> list[dict[str, Any]]:
    result = cli("dead", "list", folder, "--json", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["letters"]


def test_dead_list_shows_what_was_refused_and_why_the_newest_first(logs: Path) -> None:
    result = cli("dead", "list", logs)
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    words = " ".join(result.stdout.split())
    for shown in ("422: the", "POST /checkout", "failure-spike", "(no record)", "monitoring", "slack", "KiB"):
        assert shown in words
    times = [letter["captured_at"] for letter in _letters(logs)]
    assert times == sorted(times, reverse=True)
    assert times[-2:] == ["2020-05-04T10:00:00.000Z", "2020-05-04T09:00:00.000Z"]


def test_dead_list_as_json(logs: Path) -> None:
    (oldest,) = _letters(logs, "--until", "2020-05-04T09:30Z")
    (buried, *_) = letters_in(logs / "a.db")
    assert buried.letter.event is not None
    given_up_at = oldest.pop("given_up_at")
    assert given_up_at.endswith("Z")
    assert oldest == {
        "id": oldest["id"],
        "log": str(logs / "a.db"),
        "destination": "monitoring",
        "kind": "failures",
        "captured_at": "2020-05-04T09:00:00.000Z",
        "status": 422,
        "reason": REFUSED,
        "record_id": str(buried.letter.event.id),
        "subject": "POST /checkout",
        "bytes": len(buried.letter.body),
        "can_be_sent": True,
    }
    (remains,) = _letters(logs, "--reason", "Invalid RECORD")
    assert (remains["record_id"], remains["status"], remains["can_be_sent"]) == (None, None, False)
    assert remains["subject"] == "GET /broken (no record)"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ([], 4),
        (["--destination", "slack"], 1),
        (["--kind", "failures"], 3),
        (["--kind", "alerts", "--kind", "summaries"], 1),
        (["--since", "2020-05-04T09:30Z", "--until", "2020-05-04T10:00:00.001Z"], 1),
        (["--since", "10m"], 1),
        (["--reason", "channel"], 1),
        (["--reason", "no such reason"], 0),
        (["--limit", "3"], 3),
        (["--limit", "0"], 4),
    ],
)
def test_dead_list_takes_filters(logs: Path, options: list[str], count: int) -> None:
    assert len(_letters(logs, *options)) == count


def test_dead_list_says_how_many_it_does_not_show(logs: Path) -> None:
    assert "3 of 4, the newest first; --limit 0 shows all" in cli("dead", "list", logs, "--limit", "3").stdout
    assert " of 4" not in cli("dead", "list", logs).stdout


def test_dead_list_of_nothing(logs: Path, tmp_path: Path) -> None:
    assert cli("dead", "list", logs, "--reason", "xyz").stdout == "no dead letters that match\n"
    write_log(tmp_path / "others", sample_events(1))
    assert cli("dead", "list", tmp_path / "others").stdout == "no dead letters\n"
    missing = cli("dead", "list", tmp_path / "nothing")
    assert missing.exit_code == 1
    assert "is no folder; give the log.directory" in missing.stderr


def test_dead_list_of_a_destination_that_no_log_knows(logs: Path) -> None:
    result = cli("dead", "list", logs, "--destination", "slakc")
    assert result.exit_code == 2
    told = " ".join(result.stderr.replace("│", " ").split())
    assert "no destination `slakc`; there are: monitoring, slack" in told


def test_dead_list_names_a_log_that_cannot_be_read_and_shows_the_others(logs: Path) -> None:
    (logs / "0-strange.db").write_bytes(b"this is no log")
    result = cli("dead", "list", logs, "--json")
    assert result.exit_code == 1
    assert "0-strange.db is damaged, or no log of this program" in result.stderr
    assert len(json.loads(result.stdout)["letters"]) == 4


def test_dead_list_may_look_into_a_log_in_use(logs: Path) -> None:
    lock = claim(logs / "a.db")
    assert lock is not None
    found = _letters(logs)
    lock.release()
    assert len(found) == 4


def test_dead_show_prints_the_record_and_the_answer(logs: Path) -> None:
    (oldest,) = _letters(logs, "--until", "2020-05-04T09:30Z")
    result = cli("dead", "show", oldest["id"], logs)
    assert result.exit_code == 0
    for shown in (REFUSED, ANSWER, '"name": "/checkout"', "monitoring/failures", oldest["record_id"]):
        assert shown in result.stdout
    (whole,) = json.loads(cli("dead", "show", oldest["id"], logs, "--json").stdout)
    assert whole["answer"] == ANSWER
    assert whole["record"]["id"] == str(failure_ids([1])[0])
    assert cli("dead", "show", oldest["record_id"], logs).stdout == result.stdout, "the record's id will do"


def test_dead_list_full_prints_every_letter_whole(logs: Path) -> None:
    result = cli("dead", "list", logs, "--full")
    assert result.stdout.count("record:") >= 4
    assert result.stdout.count(ANSWER) == 3
    assert "it never became a valid record, and cannot be sent" in result.stdout
    assert all("record" in letter for letter in _letters(logs, "--full"))


def test_dead_show_of_what_is_not_there(logs: Path) -> None:
    result = cli("dead", "show", "abcde-1", logs)
    assert result.exit_code == 2
    assert result.stderr == f"no dead letter `abcde-1` in {logs}; `dead list` shows their ids\n"


def test_nothing_in_a_dead_letter_steers_the_terminal(tmp_path: Path) -> None:
    escape = "\x1b[2J"
    body = json.dumps({"method": "GET", "name": f"/x{escape}"}).encode()
    path = write_log(tmp_path, [], dead=[DeadLetter("failures", f"odd{escape}\nreason", body, answer=f"a{escape}\nb")])
    for command in (("list",), ("list", "--full")):
        shown = cli("dead", *command, tmp_path).stdout
        assert "\x1b" not in shown
        assert "\\x1b" in shown
    assert "\x1b" not in cli("status", path.parent).stdout


def test_a_dead_letter_that_is_no_json_is_shown_all_the_same(tmp_path: Path) -> None:
    write_log(tmp_path, [], dead=[DeadLetter("failures", "could not be processed: KeyError", b"\xff not JSON")])
    assert "(unreadable)" in cli("dead", "list", tmp_path).stdout
    assert "not JSON" in cli("dead", "list", tmp_path, "--full").stdout


# -- purge -------------------------------------------------------------------------------------------------------


def test_dead_purge_without_yes_only_says_what_it_would_delete(logs: Path) -> None:
    result = cli("dead", "purge", logs, "--kind", "failures")
    assert result.exit_code == 1
    assert "monitoring/failures: 3 dead letters\n" in result.stderr
    assert "nothing was deleted; --yes deletes these for good" in result.stderr
    assert len(_letters(logs)) == 4


def test_p1_purged_letters_still_count_as_dead(logs: Path) -> None:
    before = accounts(logs / "a.db")
    result = cli("dead", "purge", logs, "--kind", "failures", "--until", "2020-05-04T12:00Z", "--yes")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "2 dead letters deleted; the accounts go on counting what was dead as dead\n"
    assert accounts(logs / "a.db") == before
    assert before[FAILURES] == Account(captured=3, dead=2)
    assert [letter.key for letter in letters_in(logs / "a.db")] == [SLACK]
    assert len(letters_in(logs / "b.db")) == 1
    told = cli("status", logs).stdout
    assert "monitoring/failures dead: 2 letters no longer kept: purged, or beyond log.max_dead_letters" in told
    assert "MISMATCH" not in told
    routes = json.loads(cli("status", logs, "--json").stdout)["routes"]
    assert {(route["dead"], route["dead_kept"]) for route in routes if route["kind"] == "failures"} == {(3, 1)}


def test_p4_what_was_purged_is_not_left_in_the_file(tmp_path: Path) -> None:
    remains = DeadLetter("failures", "invalid record: name", b'{"name":"' + b"traceless" * 1000 + b'"}')
    path = write_log(tmp_path, sample_events(1), dead=[remains])
    size = path.stat().st_size
    assert cli("dead", "purge", tmp_path, "--yes").exit_code == 0
    assert b"traceless" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert path.stat().st_size < size


def test_dead_purge_leaves_a_log_in_use_alone(logs: Path) -> None:
    lock = claim(logs / "a.db")
    assert lock is not None
    result = cli("dead", "purge", logs, "--yes")
    lock.release()
    assert result.exit_code == 1
    assert "a.db is in use: a test is running" in result.stderr
    assert "1 dead letter deleted" in result.stderr
    assert len(letters_in(logs / "a.db")) == 3


def test_dead_purge_of_nothing(logs: Path) -> None:
    result = cli("dead", "purge", logs, "--reason", "xyz", "--yes")
    assert (result.exit_code, result.stderr) == (0, "no dead letters that match\n")


def test_dead_purge_keeps_everything_if_the_log_cannot_be_written(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Log) -> object:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Log, "transaction", full)
    result = cli("dead", "purge", logs, "--yes")
    monkeypatch.undo()
    assert result.exit_code == 1
    assert "left alone: a.db cannot be used: database or disk is full" in result.stderr
    assert len(_letters(logs)) == 4
