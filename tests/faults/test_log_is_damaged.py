"""P1 and P3 when the log's file is damaged in the middle of a test: set aside, and everything is accounted for."""

import os
import re
from pathlib import Path

import psutil
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.pipeline.log_files import list_logs
from support.ledger import printed_accounts
from support.locust_run import config_for, locust, until
from support.target import Target


def _overwrite(path: Path) -> None:
    """Garbage over the first pages of the file and of what lies beside it, as a disk that fails leaves it."""
    for file in (path, Path(f"{path}-wal")):
        with file.open("r+b") as stream:
            stream.write(os.urandom(min(64 * 1024, file.stat().st_size)))


def test_p1_p3_a_log_damaged_in_the_middle_of_a_test_is_set_aside_and_the_test_goes_on(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    arguments = ("--headless", "-u", "2", "-r", "50", "-t", "7s")
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), arguments=arguments) as run:
        until(lambda: len(monitoring.failures) > 20, what="some failures")
        (path,) = list_logs(tmp_path / ".locust-failures")
        _overwrite(path)
        for child in psutil.Process(run.process.pid).children():
            child.kill()
        before = len(monitoring.failures)
        until(lambda: len(monitoring.failures) > before + 20, what="failures through the new log")
        output = run.wait()
    assert run.process.returncode == 0, output
    assert "is damaged" in output
    assert f"set aside as {path.name}.damaged" in output
    assert Path(f"{path}.damaged").exists()
    assert list_logs(tmp_path / ".locust-failures") != [path]
    (line,) = [line for line in printed_accounts(output) if "monitoring/failures" in line]
    captured, delivered, pending, dead, dropped = (
        int(number) for number in re.findall(r"(?:captured|delivered|pending|dead|dropped) (\d+)", line)
    )
    assert captured == delivered + pending + dead + dropped, line
    assert (pending, dead) == (0, 0), line
    assert captured == run.failures(), line
    assert f"log_unusable {dropped}" in line
    # What was delivered within the last second before the damage is known to nobody, and counts as lost.
    assert delivered <= len(monitoring.failures) <= delivered + dropped
