"""`failure-forwarder alerts simulate`: an earlier run's statistics against rules, without a load test."""

import json
import sqlite3
from contextlib import closing
from itertools import accumulate
from pathlib import Path

import pytest
from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_forwarder.pipeline.runs import RunBook
from support.cli import cli
from support.frames import NODE
from support.logs import ALERTS, FAILURES
from support.ratio_samples import BAD, BEGIN, GOOD
from support.samples import uuid7

RULES = "alerts: [{name: strict, above: 1%, over: 5s, resolve_after: 5s}, {name: lax, above: 90%}]\n"


def record(path: Path, runs: list[tuple[int, list[tuple[int, int]]]]) -> None:
    """Runs by a number for their id, and what happened in each of their seconds."""
    log = Log.create(path, [ALERTS])
    judge, book = Judge([], lambda text: text), RunBook(RunConfig(name="soak"), lambda text: text)
    for number, seconds in runs:
        run = book.begin(uuid7(number).bytes, NODE)
        judge.begin(BEGIN)
        sums = zip(accumulate(n for n, _ in seconds), accumulate(k for _, k in seconds), strict=True)
        for second, (requests, failures) in enumerate(sums, 1):
            row = ["GET", "/", requests, failures]
            counts = {"requests": requests, "failures": failures, "users": 5, "endpoints": [row], "errors": []}
            judge.sample(run, {"at": BEGIN + second, **counts})
        judge.end(run, BEGIN + len(seconds) + 1)
        log.append([], [], [ALERTS], kept=judge.take_kept())
    log.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "logs").mkdir()
    spike = [*[GOOD] * 60, *[BAD] * 5, *[GOOD] * 30]
    record(tmp_path / "logs" / "20260504T093100Z-a-1.db", [(0xAA, [GOOD] * 30), (0xBB, spike)])
    return tmp_path


def test_it_prints_what_would_have_been_told_and_when(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.db")}
    result = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].startswith("soak, run ")
    assert "0:01:34 long" in lines[1]
    assert lines[2] == "rules: strict, lax"
    assert " ".join(lines[3].split()) == "0:01:00 firing strict: 16% of 250 requests failed (limit 1%)"
    assert lines[4].split()[:2] == ["0:01:14", "resolved"]
    assert lines[5] == "1 alert in 2 messages"
    assert {path: path.read_bytes() for path in folder.rglob("*.db")} == before, "it only reads"


def test_what_failed_before_the_samples_that_are_left_fires_nothing(folder: Path) -> None:
    """A full log lets the oldest samples go; the counts of the first that is left are those of the whole run so far."""
    path = folder / "logs" / "20260504T093200Z-a-2.db"
    record(path, [(0xCC, [*[BAD] * 30, *[GOOD] * 60])])
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM samples WHERE at < ?", (BEGIN + 50,))
        db.commit()
    result = cli("alerts", "simulate", folder / "rules.yaml", path)
    assert result.exit_code == 0
    assert "0 alerts in 0 messages" in result.output.splitlines()
    assert "the log has lost the beginning of this run" in result.output


def test_a_run_whose_end_is_not_in_the_log_is_not_said_to_have_ended(folder: Path) -> None:
    log = Log.create(folder / "logs" / "20260504T093300Z-a-3.db", [ALERTS])
    judge, book = Judge([], lambda text: text), RunBook(RunConfig(name="soak"), lambda text: text)
    run = book.begin(uuid7(0xDD).bytes, NODE)
    judge.begin(BEGIN)
    row = ["GET", "/", 100, 50]
    judge.sample(run, {"at": BEGIN + 1, "requests": 100, "failures": 50, "users": 5, "endpoints": [row], "errors": []})
    log.append([], [], [ALERTS], kept=judge.take_kept())
    log.close()
    output = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs").output
    assert "log ends" in output
    assert "test ended" not in output


def test_an_id_that_several_runs_begin_with_is_refused(folder: Path) -> None:
    result = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs", "--run", "0")
    assert result.exit_code == 1
    assert "2 runs in" in result.output
    assert str(uuid7(0xAA)) in result.output.replace("\n", "")


def test_another_run_is_chosen_by_its_id(folder: Path) -> None:
    result = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs", "--run", str(uuid7(0xAA)))
    assert "0 alerts in 0 messages" in result.output.splitlines()


def test_json_is_one_object_a_message(folder: Path) -> None:
    log = next(folder.rglob("*.db"))
    result = cli("alerts", "simulate", folder / "rules.yaml", log, "--json")
    messages = [json.loads(line) for line in result.output.splitlines()]
    assert [(m["rule"], m["state"], m["value"]) for m in messages] == [
        ("strict", "firing", 0.16),
        ("strict", "resolved", 0),
    ]


def refused(folder: Path, where: str, *more: str, rules: str = "rules.yaml") -> str:
    result = cli("alerts", "simulate", folder / rules, folder / where, *more)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


def test_what_is_no_run_is_said_in_a_line_with_what_to_give(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "text.db").write_text("no log")
    (folder / "unsampled").mkdir()
    Log.create(folder / "unsampled" / "a.db", [FAILURES]).close()
    for where, says in (
        ("nowhere", "nowhere does not exist; give the log of a run, or the folder of logs: log.directory of"),
        ("nowhere.db", "nowhere.db does not exist; give the log of a run"),
        ("empty", "empty holds no logs; give the log of a run"),
        ("text.db", "text.db is damaged, or no log of this program: file is not a database; give the log of a run"),
        ("rules.yaml", "rules.yaml is damaged, or no log of this program"),
        ("unsampled", "unsampled has no run with statistics; masters and local tests keep them, workers do not"),
    ):
        said = refused(folder, where)
        assert says in said
        assert said.count("\n") == 1


def test_a_run_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    said = refused(folder, "logs", "--run", "ffff")
    assert "has no run ffff with statistics; there are: " in said
    for number in (0xAA, 0xBB):
        assert f"{uuid7(number)} (soak)" in said


def test_the_two_names_the_other_way_round_are_told_apart(folder: Path) -> None:
    for given in ("logs", f"logs/{next(folder.rglob('*.db')).name}"):
        assert "holds no rules; first the file of rules, then the log" in refused(folder, "rules.yaml", rules=given)


def test_a_damaged_log_beside_others_is_left_out_and_named(folder: Path) -> None:
    (folder / "logs" / "20270101T000000Z-a-1.db").write_text("no log")
    result = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs")
    assert result.exit_code == 0
    assert result.stderr.startswith("left out: ")
    assert result.stdout.splitlines()[-1] == "1 alert in 2 messages"


def test_wrong_rules_are_told_as_in_a_configuration_p9(folder: Path) -> None:
    for text, says in (
        ("alerts: [{name: a, when: nothing}]\n", "rules.yaml:1:20: alerts[0].when: expected one of"),
        ("- {name: a}\n- {name: b, abov: 3%}\n", "rules.yaml:2:13: alerts[1].abov: unknown key"),
        ("alert: [{name: a}]\n", "rules.yaml:1:1: alert: unknown key\n      Did you mean `alerts`?"),
        ("", "rules.yaml: the file is empty\n      It needs at least `alerts`"),
    ):
        (folder / "rules.yaml").write_text(text)
        result = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs")
        assert result.exit_code == 2
        assert says in result.stderr


def test_a_bare_list_is_rules(folder: Path) -> None:
    (folder / "rules.yaml").write_text(
        "- {name: strict, above: 1%, over: 5s, resolve_after: 5s}\n- {name: lax, above: 90%}\n"
    )
    lines = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs").output.splitlines()
    assert lines[2] == "rules: strict, lax"
    assert lines[-1] == "1 alert in 2 messages"


def test_that_the_default_rules_are_taken_is_said(folder: Path) -> None:
    (folder / "rules.yaml").write_text("version: 1\n")
    lines = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs").output.splitlines()
    assert lines[2] == "rules: failure-spike, failure-rise, no-requests; the default ones"


def test_that_nothing_would_have_fired_is_said(folder: Path) -> None:
    (folder / "rules.yaml").write_text("- {name: lax, above: 90%}\n")
    assert "no rule would have fired" in cli("alerts", "simulate", folder / "rules.yaml", folder / "logs").output
    (folder / "rules.yaml").write_text("alerts: []\n")
    assert "has no rules" in cli("alerts", "simulate", folder / "rules.yaml", folder / "logs").output
