"""Who may have which log: locks tell who is alive. What the dead left is delivered; what the living own is not."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.errors import LogError
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.housekeeping import OpenLog, left_behind
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_forwarder.pipeline.log_files import OWNER_SUFFIX, claim, claim_orphan, is_claimed, is_owned
from locust_failure_forwarder.pipeline.replay import Listener, Replayed, replay_log
from locust_failure_forwarder.pipeline.selection import Selection
from locust_failure_forwarder.plugin import owner
from support.forwarder_process import KEY, ForwarderProcess, config
from support.frames import ids
from support.locust_run import until
from support.logs import ALERTS, FAILURES, sample_events, write_log

_HOLDER = """
import sys, time
from pathlib import Path
from locust_failure_forwarder.pipeline.log_files import claim
from locust_failure_forwarder.plugin.owner import hold
held = {"forwarder": lambda: claim(Path(sys.argv[2])), "locust": lambda: hold(sys.argv[2])}[sys.argv[1]]()
print(held is not None, flush=True)
time.sleep(60)
"""


@contextmanager
def _living(role: str, log_path: Path) -> Generator["subprocess.Popen[str]"]:
    """Another process that uses the log, as a forwarder process or as the Locust process that owns it."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, role, str(log_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "True\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _found(directory: Path, *wanted: RouteKey) -> list[str]:
    """Names of the logs to adopt; each is given back at once."""
    names: list[str] = []
    for opened in left_behind(directory, set(wanted or (FAILURES,))):
        assert isinstance(opened, OpenLog)
        names.append(opened.log.path.stem)
        assert is_claimed(opened.log.path), "nobody else can have it meanwhile"
        opened.log.close()
        opened.claim.release()
    return names


def _replay(directory: Path, path: Path) -> Replayed | None:
    settings = load_settings(config(directory, "http://127.0.0.1:9/"), {"MONITORING_API_KEY": KEY})
    listener = Listener(pytest.fail, pytest.fail)
    return asyncio.run(replay_log(path, settings, Selection(), None, time.monotonic(), listener))


def test_p2_the_next_test_delivers_what_a_dead_one_left_and_tells_of_what_is_damaged(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    left = write_log(tmp_path / "logs", sample_events(20), name="20260504T093100Z-left", delivered=5)
    write_log(tmp_path / "logs", [], name="20260504T093200Z-damaged").write_text("garbage")
    process.begin(config(tmp_path, monitoring.batch_url))
    until(lambda: "damaged.db.damaged" in process.said(), what="a word about the damaged log")
    until(
        lambda: "delivered what an earlier test had left in 20260504T093100Z-left.db" in process.said(), what="the end"
    )
    process.end()
    assert process.process.returncode == 0, process.stderr()
    assert "adopted 20260504T093100Z-left.db: 15 records" in process.said()
    assert sorted(monitoring.failures) == ids(range(6, 21))
    assert process.account()["captured"] == 0, "they belong to the accounts of the other log"
    assert (tmp_path / "logs" / "20260504T093200Z-damaged.db.damaged").read_text() == "garbage"
    log = Log.open(left)
    assert log.accounts() == {FAILURES: Account(captured=20, delivered=20)}
    log.close()


def test_logs_of_the_dead_with_something_pending_are_found_oldest_first(tmp_path: Path) -> None:
    write_log(tmp_path, sample_events(2), name="c")
    write_log(tmp_path, sample_events(2), name="a")
    write_log(tmp_path, sample_events(2), name="b-settled", delivered=2)
    write_log(tmp_path, sample_events(2), name="d-for-another", routes=[RouteKey("other", "failures")])
    write_log(tmp_path, sample_events(0, 1), name="e-alerts", routes=[ALERTS])
    assert _found(tmp_path) == ["a", "c"]
    assert _found(tmp_path, FAILURES, ALERTS) == ["a", "c", "e-alerts"]


@pytest.mark.parametrize("role", ["forwarder", "locust"])
def test_p2_the_log_of_a_living_process_is_left_alone_and_found_after_its_death(tmp_path: Path, role: str) -> None:
    path = write_log(tmp_path, sample_events(2), name="a")
    with _living(role, path) as process:
        assert _found(tmp_path) == []
        assert claim_orphan(path) is None
        assert (is_claimed(path), is_owned(path)) == (role == "forwarder", role == "locust")
        assert _replay(tmp_path, path) is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert _found(tmp_path) == ["a"]


def test_a_locust_process_keeps_its_log_while_its_forwarder_process_is_restarted(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(2), name="a")
    held = owner.hold(str(path))
    assert held is not None
    assert _found(tmp_path) == []
    again = claim(path)
    assert again is not None, "its own forwarder process may have it"
    again.release()
    os.close(held)
    assert _found(tmp_path) == ["a"]


def test_a_log_has_one_owner(tmp_path: Path) -> None:
    path = write_log(tmp_path, [], name="a")
    first = owner.hold(str(path))
    assert first is not None
    assert owner.hold(str(path)) is None
    os.close(first)
    assert owner.hold(str(tmp_path / "nowhere" / "a.db")) is None


def test_an_owner_that_cannot_be_asked_for_is_an_error_and_not_a_dead_one(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1), name="a")
    Path(f"{path}{OWNER_SUFFIX}").mkdir()
    with pytest.raises(LogError, match="cannot look who owns"):
        is_owned(path)
    assert _found(tmp_path) == []


def test_the_names_of_the_lock_are_the_same_in_both_processes() -> None:
    assert owner.SUFFIX == OWNER_SUFFIX
