"""P9: a configuration that cannot be used ends Locust before a user is spawned, with one clear message."""

import sys
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.ledger import assert_exact
from support.locust_run import config_for, free_port, locust
from support.target import Target

BAD = """\
version: 1
destinations:
  monitoring:
    type: http
    url: https://monitoring.example.com/
    auth: {bearer: "${NO_SUCH_KEY}"}
    bach: {max_age: 1s}
"""


@pytest.mark.parametrize("processes", [(), ("--processes", "2")])
def test_p9_one_message_with_every_problem_and_no_user(
    tmp_path: Path, target: Target, processes: tuple[str, ...]
) -> None:
    arguments = ("--headless", "-u", "5", "-t", "5s", *processes)
    if processes:
        port = str(free_port())
        arguments += ("--master-bind-port", port, "--master-port", port)
    with locust(tmp_path, target.url, BAD, arguments=arguments) as run:
        output = run.wait()
    assert run.process.returncode == 2, output
    assert output.count("2 problems in the configuration") == 1, output
    assert (
        "config.yaml:6:12: destinations.monitoring.auth.bearer: environment variable `NO_SUCH_KEY` is not set" in output
    )
    assert "Did you mean `batch`?" in output
    assert "Traceback" not in output
    assert "Ramping to" not in output
    assert not run.counts()
    assert not (tmp_path / ".locust-failures").exists()


def test_p9_a_file_that_is_not_there(tmp_path: Path, target: Target) -> None:
    with locust(tmp_path, target.url, "") as run:
        (tmp_path / "config.yaml").unlink()
        output = run.wait()
    assert run.process.returncode == 2, output
    assert "config.yaml" in output
    assert "Traceback" not in output


def test_p3_a_log_folder_that_cannot_be_written_does_not_stop_the_test(
    tmp_path: Path, target: Target, monitoring: MonitoringApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    config = config_for(monitoring.batch_url, extra="log: {directory: taken/logs}\n")
    with locust(tmp_path, target.url, config) as run:
        output = run.wait()
    assert run.process.returncode == 0, output
    assert "cannot use the log folder" in output
    assert f"using {tmp_path / 'temporary'}/locust-failures-" in output
    assert_exact(run, monitoring, output)
    assert "Traceback" not in output


def test_run_without_a_configuration_says_that_nothing_is_forwarded(tmp_path: Path, target: Target) -> None:
    command = (
        sys.executable, "-P", "-c", "import sys; from locust_failure_forwarder.plugin.__main__ import main; "
        "sys.argv.remove('--failure-config'); sys.argv.remove('config.yaml'); main()",
    )  # fmt: skip
    with locust(tmp_path, target.url, "", command=command, arguments=("--headless", "-t", "1s")) as run:
        output = run.wait()
    assert "no --failure-config: failures are not forwarded" in output
