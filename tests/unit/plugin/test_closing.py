"""What the master of `--processes` waits for at the end, and what ends the wait."""

import math
import subprocess
import sys
import time
from collections.abc import Iterator

import gevent
import psutil
import pytest
from locust_failure_forwarder.plugin.closing import await_forked_workers
from support.children import LOGGER


@pytest.fixture
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def _others(worker: "subprocess.Popen[bytes]") -> set[int]:
    """Processes that other tests have started here."""
    return {child.pid for child in psutil.Process().children()} - {worker.pid}


def test_it_waits_for_a_worker_that_goes_on_until_an_interrupt(
    worker: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waits: list[float] = []

    def interrupted(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(gevent, "sleep", interrupted)
    await_forked_workers(_others(worker), math.inf)
    assert len(waits) == 3
    assert worker.poll() is None
    assert [record.getMessage() for record in caplog.records if record.name == LOGGER] == [
        "interrupted; the workers go on by themselves, until their own deadlines"
    ]


def test_it_waits_neither_for_its_own_children_nor_beyond_the_deadline(
    worker: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: float) -> None:
        raise AssertionError("nothing is to be waited for")

    monkeypatch.setattr(gevent, "sleep", never)
    others = _others(worker)
    await_forked_workers(others, time.monotonic() - 1)
    await_forked_workers({*others, worker.pid}, math.inf)
    worker.kill()
    worker.wait()
    await_forked_workers(others, math.inf)
