"""Ctrl-C while `replay` or `dead replay` sends: nothing is lost or counted twice (P1, P2)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import API_KEY, AnyBatch, MonitoringApi
from locust_failure_forwarder.pipeline.log import Log
from support.cli import cli, config
from support.cli_logs import accounts, bury, failure_ids, letters_in
from support.logs import FAILURES, sample_events, write_log

RECORDS = 40


class _Hesitant:
    """A monitoring API that takes three batches, and holds back the answers of those after them until `go_on`."""

    def __init__(self) -> None:
        self._taken = 0
        self._lock = threading.Lock()
        self.hesitates = threading.Event()
        self.go_on = threading.Event()
        self.api = MonitoringApi(on_batch=self._on_batch)

    def _on_batch(self, batch: AnyBatch) -> None:
        with self._lock:
            self._taken += 1
            held = self._taken > 3
        if held:
            self.hesitates.set()
            self.go_on.wait(60)


def _delivered(path: Path) -> int:
    log = Log.open(path)
    try:
        return log.accounts()[FAILURES].delivered
    finally:
        log.close()


@pytest.fixture
def hesitant() -> Iterator[_Hesitant]:
    made = _Hesitant()
    with made.api:
        yield made
        made.go_on.set()


@pytest.mark.parametrize("command", [["replay"], ["dead", "replay"]])
def test_p1_ctrl_c_leaves_exact_accounts_and_the_next_replay_sends_the_rest(
    tmp_path: Path, hesitant: _Hesitant, command: list[str]
) -> None:
    path = write_log(tmp_path / "logs", sample_events(RECORDS))
    if command[0] == "dead":
        bury(path, FAILURES, RECORDS)
    configuration = config(tmp_path, hesitant.api.batch_url, batch="max_records: 4")
    process = subprocess.Popen(
        [sys.executable, "-m", "locust_failure_forwarder.cli", *command, path.parent, "-c", configuration],
        env={**os.environ, "MONITORING_API_KEY": API_KEY},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert hesitant.hesitates.wait(60)
    while _delivered(path) < 12:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "interrupted\n" in told
    assert "Traceback" not in told
    account = accounts(path)[FAILURES]
    assert account.captured == RECORDS
    assert account.delivered == 12, "what was answered counts, and nothing else"
    assert (account.pending, account.dead) == ((0, 28) if command[0] == "dead" else (28, 0))
    assert len(letters_in(path)) == account.dead

    hesitant.go_on.set()
    assert cli(*command, path.parent, "-c", configuration).exit_code == 0
    assert sorted(hesitant.api.failures) == failure_ids(range(1, RECORDS + 1))
    assert accounts(path)[FAILURES].delivered == RECORDS
