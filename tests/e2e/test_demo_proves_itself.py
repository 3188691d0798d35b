"""The demo ends with 0 only if everything arrived and nothing leaked; it can end with 1."""

import subprocess
import sys
from pathlib import Path

import pytest
from locust_failure_forwarder.demo import findings
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.demo.run import Outcome
from locust_failure_forwarder.demo.secrets_planted import PLANTED
from locust_failure_forwarder.demo.slack import SlackReceiver


def test_p4_the_demo_delivers_everything_and_leaks_nothing(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "locust_failure_forwarder.cli",
        "demo",
        "--seconds",
        "10",
        "-o",
        str(tmp_path / "out"),
    ]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "✗" not in result.stdout
    assert "planted secrets found in plain text: none" in result.stdout
    assert "failure-spike" in result.stdout
    assert (tmp_path / "out" / "received.jsonl").stat().st_size > 0


def _outcome(**changes: object) -> Outcome:
    fields: dict[str, object] = {
        "counted": 5, "arrived": 5, "duplicates": 0, "secrets": (), "reports": (), "locust_code": 0
    }  # fmt: skip
    return Outcome(**fields | changes)  # pyright: ignore[reportArgumentType] - a table of faults


@pytest.mark.parametrize(
    "fault",
    [
        {"arrived": 4},
        {"arrived": 6},
        {"counted": 0, "arrived": 0},
        {"duplicates": 1},
        {"secrets": ("x",)},
        {"locust_code": 1},
    ],
)
def test_the_verdict_falls_with_any_fault(fault: dict[str, object]) -> None:
    assert _outcome().good
    assert not _outcome(**fault).good


def test_a_planted_secret_is_found_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "locust.log").write_text(
        f"[vm/INFO/locust_failure_forwarder] oops {PLANTED[0]}\nlocust's own: {PLANTED[1]}\n"
    )
    with MonitoringApi() as monitoring, SlackReceiver() as slack:
        found = list(findings.planted_secrets_in(tmp_path, monitoring, slack))
    assert found == [f"our log lines: …{PLANTED[0][-4:]}"]
