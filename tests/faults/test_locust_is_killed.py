"""P2, P3 and P5 when processes die: Locust by SIGKILL, the forwarder process by SIGKILL, the destination by silence."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
from locust_failure_forwarder.demo.exchange import Reply, Request
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_forwarder.pipeline.log_files import list_logs
from locust_failure_forwarder.wire import Decoder, FrameType
from support.ledger import printed_accounts
from support.locust_run import HTTP_USER, INSTALL, config_for, locust, until
from support.target import Target

FOREVER = ("--headless", "-u", "5", "-r", "50")
FAILURES = RouteKey("monitoring", "failures")

WRITTEN = """
from locust_failure_forwarder.plugin.child import Child
import os
_write_frames = Child.write
_sent = open("written.bin", "ab", buffering=0)
def _keep(self, data):
    _write_frames(self, data)
    os.write(_sent.fileno(), data)
Child.write = _keep
"""
"""Appended to the locustfile: keeps a copy of what was written to the pipe, after it was written."""


class _Silent(MonitoringApi):
    """Takes the connection and the request, and never answers."""

    def respond(self, request: Request) -> Reply:
        self.pause(60)
        return super().respond(request)


def _forwarder_of(locust_pid: int) -> psutil.Process:
    found: list[psutil.Process] = []
    until(lambda: found.extend(_forwarders_of(locust_pid)) or found, what="a forwarder process")
    return found[-1]


def _forwarders_of(locust_pid: int) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for child in psutil.Process(locust_pid).children():
        with suppress(psutil.Error):
            if "locust_failure_forwarder.pipeline" in child.cmdline():
                found.append(child)
    return found


def _written_ids(directory: Path) -> set[bytes]:
    frames = Decoder().feed((directory / "written.bin").read_bytes())
    return {frame.payload["id"] for frame in frames if frame.type == FrameType.FAILURE}


def test_p2_a_sigkill_of_locust_loses_nothing_that_was_written_to_the_pipe(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), INSTALL + WRITTEN + HTTP_USER, FOREVER) as run:
        until(lambda: len(monitoring.failures) > 50, what="some failures")
        forwarder = _forwarder_of(run.process.pid)
        run.process.send_signal(signal.SIGKILL)
        run.wait()
        psutil.wait_procs([forwarder], timeout=15)
    assert not forwarder.is_running(), "the forwarder process drains and ends by itself"
    written = _written_ids(tmp_path)
    assert len(written) > 50
    assert {record_id.bytes for record_id in monitoring.failures} >= written
    assert not monitoring.duplicates


def test_p2_p3_a_sigkill_of_the_forwarder_process_costs_no_record_and_the_test_goes_on(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    arguments = ("--headless", "-u", "5", "-r", "50", "-t", "8s")
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), INSTALL + HTTP_USER, arguments) as run:
        may_come_again = 0
        for dead in range(3):
            until(lambda least=50 * (dead + 1): len(monitoring.failures) > least, what="some failures")
            victim = _forwarder_of(run.process.pid)
            victim.kill()
            victim.wait(timeout=5)
            _forwarder_of(run.process.pid)  # the next one; what the last one sent has been taken by now
            may_come_again += len(monitoring.failures)
        output = run.wait()
    assert run.process.returncode == 0, output
    assert output.count("has ended unexpectedly (exit code -9)") == 3, output
    assert {record.sequence for record in monitoring.failures.values()} == set(range(1, run.failures() + 1)), output
    (path,) = list_logs(tmp_path / ".locust-failures")
    log = Log.open(path)
    account = log.accounts()[FAILURES]
    log.close()
    assert account == Account(captured=run.failures(), delivered=run.failures()), (
        "the same log, and nothing twice in it"
    )
    assert f"captured {run.failures()} = delivered {run.failures()} + pending 0 + dead 0 + dropped 0" in output
    # How much is under way at a death depends on the machine, but it is no more than had arrived until then.
    assert monitoring.duplicates <= may_come_again
    (summary,) = monitoring.summaries.values()
    assert sum(summary.categories.values()) == run.failures(), "the counts of before the deaths are taken up"


def test_p1_p3_when_it_dies_again_and_again_the_test_goes_on_and_every_failure_is_counted(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    arguments = ("--headless", "-u", "2", "-r", "50", "-t", "10s")
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), INSTALL + HTTP_USER, arguments) as run:
        until(lambda: len(monitoring.failures) > 50, what="some failures")
        killed = 0
        while run.process.poll() is None and killed < 6:
            for process in _forwarders_of(run.process.pid):
                process.kill()
                process.wait(timeout=5)
                killed += 1
            time.sleep(0.01)
        output = run.wait()
    assert run.process.returncode == 0, output
    assert output.count("is not started again") == 1, output
    assert "were dropped before they reached the forwarder process: forwarder_down" in output
    (line,) = [line for line in printed_accounts(output) if FAILURES.destination + "/failures" in line]
    numbers = [int(n) for n in re.findall(r"(?:captured|delivered|pending|dead|dropped) (\d+)", line)]
    assert numbers[0] == sum(numbers[1:]) == run.failures(), line
    # What it had committed is still there, and no more is claimed than is there.
    (path,) = list_logs(tmp_path / ".locust-failures")
    log = Log.open(path)
    account = log.accounts()[FAILURES]
    assert account.pending == log.unsettled(FAILURES)
    assert account.captured >= len(monitoring.failures)
    log.close()
    # What was committed but not yet acknowledged when the last one died counts as dropped although it is on disk:
    # nobody was left to say so. That is one group of commits at the most.
    assert 0 <= numbers[4] - (run.failures() - account.captured) <= 50


def test_p5_a_destination_that_never_answers_delays_the_exit_by_the_deadline_alone(
    tmp_path: Path, target: Target
) -> None:
    with _Silent() as silent:
        config = config_for(silent.batch_url, deadline="2s")
        arguments = ("--headless", "-u", "5", "-r", "50", "-t", "2s")
        with locust(tmp_path, target.url, config, arguments=arguments) as run:
            output = run.wait()
    assert run.process.returncode == 0, output
    stopped = _time_of(output, "limit reached")
    assert _time_of(output, "captured") - stopped < 2.0 + 1.0 + 1.0, output
    assert re.search(r"still pending: \d+, kept in .*failure-forwarder replay", output), output
    (path,) = list_logs(tmp_path / ".locust-failures")
    log = Log.open(path)
    assert log.accounts()[FAILURES].captured == log.unsettled(FAILURES) == run.failures()
    log.close()

    with MonitoringApi() as recovered:
        (tmp_path / "later.yaml").write_text(config_for(recovered.batch_url))
        command = [sys.executable, "-m", "locust_failure_forwarder.cli", "replay", "-c", "later.yaml"]
        environment = os.environ | {"MONITORING_API_KEY": "demo-not-a-real-key"}
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        assert len(recovered.failures) == run.failures()
        assert not recovered.duplicates


def _time_of(output: str, text: str) -> float:
    """Seconds of the day of the last log line that holds `text`."""
    found = re.findall(rf"\[\S+ (\d\d):(\d\d):(\d\d),(\d\d\d)\].*{text}", output)
    hours, minutes, seconds, millis = map(int, found[-1])
    return hours * 3600 + minutes * 60 + seconds + millis / 1000
