"""`failure-forwarder status`: what was captured and what became of it (P1), for people and for scripts."""

import json
import sqlite3
from pathlib import Path

import pytest
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter
from locust_failure_forwarder.pipeline.log_files import claim
from support.cli import cli, row
from support.cli_logs import drop
from support.logs import ALERTS, FAILURES, SLACK, sample_events, write_log


def test_status_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    result = cli("status", tmp_path / "nothing")
    assert result.exit_code == 1
    assert "nothing is no folder; give the log.directory of the configuration" in result.stderr


def test_status_of_an_empty_folder(tmp_path: Path) -> None:
    result = cli("status", tmp_path)
    assert (result.exit_code, result.stdout) == (0, f"no logs in {tmp_path}\n")


def test_status_is_good_when_everything_was_delivered(tmp_path: Path) -> None:
    write_log(tmp_path, sample_events(3), delivered=3)
    result = cli("status", tmp_path)
    assert result.exit_code == 0
    assert f"1 log in {tmp_path}" in result.stdout
    assert row(result.stdout, FAILURES) == ["3", "3", "0", "0", "0"]


def test_status_adds_up_all_logs_and_says_why_records_are_not_delivered(tmp_path: Path) -> None:
    dead = [DeadLetter("failures", "invalid record: status: Field required", b"{}")]
    write_log(tmp_path, sample_events(1500, 2), name="a", routes=[FAILURES, ALERTS, SLACK], dead=dead, delivered=5)
    path = write_log(tmp_path, sample_events(1), name="b", dead=dead)
    drop(path, FAILURES, {"buffer_full": 1_234_567, "capture_error": 1})
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    assert "2 logs in" in result.stdout
    assert row(result.stdout, FAILURES) == ["1,236,071", "5", "1,496", "2", "1,234,568"]
    assert row(result.stdout, SLACK) == ["2", "0", "2", "0", "0"]
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
    drop(write_log(tmp_path, []), FAILURES, {"log_error": 1})
    assert cli("status", tmp_path).exit_code == 1


def test_status_as_json(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(3), dead=[DeadLetter("failures", "422: refused", b"{}")], delivered=1)
    result = cli("status", tmp_path, "--json")
    assert result.exit_code == 1
    account: dict[str, object] = {"captured": 4, "delivered": 1, "pending": 2, "dead": 1, "dropped": {}, "note": None}
    route = {"destination": "monitoring", "kind": "failures", **account}
    assert json.loads(result.stdout) == {
        "directory": str(tmp_path),
        "routes": [{**route, "dead_kept": 1, "dead_reasons": {"422: refused": 1}}],
        "logs": [
            {
                "path": str(path),
                "in_use": False,
                "error": None,
                "mismatches": [],
                "routes": [{**route, "dead_kept": 1, "waits_since": "2026-05-04T09:31:00.000Z", "state": None}],
            }
        ],
        "damaged": [],
    }


def test_status_names_what_it_cannot_read_and_reads_the_rest(tmp_path: Path) -> None:
    write_log(tmp_path, sample_events(1), delivered=1)
    (tmp_path / "strange.db").write_bytes(b"this is no log")
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    assert row(result.stdout, FAILURES) == ["1", "1", "0", "0", "0"]
    assert f"unreadable: {tmp_path}/strange.db is damaged, or no log of this program" in result.stdout
    (strange,) = [log for log in json.loads(cli("status", tmp_path, "--json").stdout)["logs"] if log["error"]]
    assert strange["path"] == str(tmp_path / "strange.db")


def test_status_says_which_log_is_in_use(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1), delivered=1)
    lock = claim(path)
    assert lock is not None
    result = cli("status", tmp_path)
    lock.release()
    assert result.exit_code == 0
    assert f"in use: {path.name} (a test is running, or its last failures are still being sent)" in result.stdout


def test_p1_status_holds_the_accounts_against_the_events_themselves(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(3), delivered=1)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE routes SET delivered = 3")
    db.close()
    result = cli("status", tmp_path)
    assert result.exit_code == 1
    assert f"MISMATCH in {path.name}: monitoring/failures: the accounts say 0 pending, the log holds 2" in result.stdout
