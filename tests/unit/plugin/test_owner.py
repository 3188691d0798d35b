"""Whose log it is, shown by a lock. P2: a log is not adopted while its test goes on."""

import os
import stat
from pathlib import Path

import pytest
from locust_failure_forwarder.plugin.owner import SUFFIX, hold


@pytest.fixture
def log(tmp_path: Path) -> str:
    return str(tmp_path / "a.db")


def test_a_log_has_one_owner_at_a_time(log: str) -> None:
    first = hold(log)
    assert first is not None
    assert hold(log) is None
    os.close(first)
    second = hold(log)
    assert second is not None
    os.close(second)


def test_two_logs_have_an_owner_each(log: str) -> None:
    owners = [hold(log), hold(f"{log}.other")]
    assert None not in owners
    for owner in owners:
        os.close(owner or -1)


def test_the_file_is_for_its_user_alone_and_no_process_inherits_the_lock(log: str) -> None:
    owner = hold(log)
    assert owner is not None
    assert stat.S_IMODE(Path(log + SUFFIX).stat().st_mode) == 0o600
    assert not os.get_inheritable(owner)
    os.close(owner)


def test_p3_a_folder_that_cannot_be_written_costs_the_lock_and_nothing_else(tmp_path: Path) -> None:
    assert hold(str(tmp_path / "missing" / "a.db")) is None
