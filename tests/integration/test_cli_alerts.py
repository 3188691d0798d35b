"""`failure-forwarder alerts simulate`: an earlier run's statistics against rules, without a load test."""

import json
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
    assert " ".join(lines[2].split()) == "0:01:00 firing strict: 16% of 250 requests failed (limit 1%)"
    assert lines[3].split()[:2] == ["0:01:14", "resolved"]
    assert lines[4] == "1 alert in 2 messages"
    assert {path: path.read_bytes() for path in folder.rglob("*.db")} == before, "it only reads"


def test_another_run_is_chosen_by_its_id(folder: Path) -> None:
    result = cli("alerts", "simulate", folder / "rules.yaml", folder / "logs", "--run", str(uuid7(0xAA)))
    assert result.output.splitlines()[-1] == "0 alerts in 0 messages"


def test_json_is_one_object_a_message(folder: Path) -> None:
    log = next(folder.rglob("*.db"))
    result = cli("alerts", "simulate", folder / "rules.yaml", log, "--json")
    messages = [json.loads(line) for line in result.output.splitlines()]
    assert [(m["rule"], m["state"], m["value"]) for m in messages] == [
        ("strict", "firing", 0.16),
        ("strict", "resolved", 0),
    ]


@pytest.mark.parametrize("kind", ["no run", "no samples", "no file", "wrong rules"])
def test_what_cannot_be_done_is_said_in_a_line(folder: Path, kind: str) -> None:
    rules, where, more = folder / "rules.yaml", folder / "logs", list[str]()
    if kind == "no run":
        more = ["--run", "ffff"]
    elif kind == "no samples":
        where = folder / "empty"
        where.mkdir()
        Log.create(where / "a.db", [FAILURES]).close()
    elif kind == "no file":
        where = folder / "nowhere.db"
    else:
        rules.write_text("alerts: [{name: a, when: nothing}]\n")
    result = cli("alerts", "simulate", rules, where, *more)
    assert result.exit_code == (2 if kind == "wrong rules" else 1)
    assert "Traceback" not in result.output
    assert result.stderr.count("\n") <= 3
