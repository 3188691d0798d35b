"""P1 and P3 when failures come faster than anything can take them: the newest are dropped, and every one is counted."""

import re
from pathlib import Path

from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.ledger import printed_accounts
from support.locust_run import INSTALL, config_for, locust
from support.target import Target

BURST = 12_000
FLOOD = f"""
from locust import User, task
from locust.exception import StopUser

class Flood(User):
    @task
    def burst(self):
        # Without a pause for any other greenlet, the one that writes the pipe included.
        for number in range({BURST}):
            self.environment.events.request.fire(
                request_type="flood", name="burst", response_time=1, response_length=0, exception=ValueError(number)
            )
        raise StopUser()
"""


def test_p3_a_burst_beyond_the_buffer_is_dropped_counted_and_seen_as_a_gap(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    arguments = ("--headless", "-u", "1", "-t", "4s")
    config = config_for(monitoring.batch_url, deadline="30s")
    with locust(tmp_path, target.url, config, INSTALL + FLOOD, arguments) as run:
        output = run.wait()
    assert run.process.returncode == 0, output
    assert run.failures() == BURST
    (line,) = [line for line in printed_accounts(output) if "monitoring/failures" in line]
    captured, delivered, pending, dead, dropped = map(
        int, re.findall(r"(?:captured|delivered|pending|dead|dropped) (\d+)", line)
    )
    assert captured == BURST
    assert captured == delivered + pending + dead + dropped
    assert (pending, dead) == (0, 0), line
    assert dropped > 0
    assert f"(buffer_full {dropped})" in line
    assert len(monitoring.failures) == delivered
    sequences = {record.sequence for record in monitoring.failures.values()}
    assert sequences == set(range(1, delivered + 1)), "the oldest are kept; the gap is at the end"
    assert f"{dropped} failures were dropped before they reached the forwarder process: buffer_full" in output
