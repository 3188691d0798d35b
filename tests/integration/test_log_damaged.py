"""Damaged logs are recognised, set aside with every byte, never deleted, and the test goes on with a new one."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from locust_failure_forwarder.destinations import Settings, load_settings
from locust_failure_forwarder.errors import LogCorruptError, LogError
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.housekeeping import LOG_UNUSABLE, left_behind, open_again, open_sound
from locust_failure_forwarder.pipeline.log import Log, NewEvent
from locust_failure_forwarder.pipeline.log_files import claim, set_aside
from support.forwarder_process import KEY, config
from support.logs import ALERTS, FAILURES, sample_events, take, write_log

PAGE: Final = 4096


def _header(data: bytes) -> bytes:
    return b"\xde\xad" * 50 + data[100:]


def _middle(data: bytes) -> bytes:
    half = len(data) // PAGE // 2 * PAGE
    return data[:half] + b"\xde\xad" * PAGE + data[half + 2 * PAGE :]


def _cut_in_the_middle(data: bytes) -> bytes:
    return data[: len(data) // 2 + 17]


def _cut_in_the_header(data: bytes) -> bytes:
    return data[:50]


def _empty(data: bytes) -> bytes:
    return b""


DAMAGES: Final[list[Callable[[bytes], bytes]]] = [_header, _middle, _cut_in_the_middle, _cut_in_the_header, _empty]
damages = pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))


def _damaged(folder: Path, damage: Callable[[bytes], bytes], name: str = "20260504T093100Z-loadgen-1-4711") -> Path:
    path = write_log(folder, sample_events(300), name=name)
    path.write_bytes(damage(path.read_bytes()))
    return path


def _settings(folder: Path) -> Settings:
    return load_settings(config(folder, "http://127.0.0.1:9/"), {"MONITORING_API_KEY": KEY})


@damages
def test_damage_is_recognised_before_anything_is_read_or_changed(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = _damaged(tmp_path, damage)
    before = path.read_bytes()
    with pytest.raises(LogCorruptError, match=r"4711\.db is (damaged|no log of this program)"):
        open_sound(path)
    assert path.read_bytes() == before


@damages
def test_p1_the_process_that_takes_a_dead_ones_place_sets_a_damaged_log_aside_and_begins_a_new_one(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = _damaged(tmp_path / "logs", damage)
    before = path.read_bytes()
    accounts = {FAILURES: Account(300, 100, 20, {"buffer_full": 5})}
    opened = open_again(path, _settings(tmp_path), accounts, damaged=False)
    assert Path(f"{path}.damaged").read_bytes() == before
    assert not path.exists()
    assert opened.log.path.parent == path.parent
    assert opened.log.accounts() == {FAILURES: Account(300, 100, 20, {"buffer_full": 5, LOG_UNUSABLE: 175})}
    (remark,) = opened.remarks
    assert f"it was set aside as {path.name}.damaged, and a new log was begun" in remark
    _close(opened.log, opened.claim.release)


def test_a_log_that_failed_its_process_is_set_aside_even_if_it_looks_whole(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(3))
    before = path.read_bytes()
    opened = open_again(path, _settings(tmp_path), {FAILURES: Account(captured=3)}, damaged=True)
    assert Path(f"{path}.damaged").read_bytes() == before
    assert opened.log.accounts()[FAILURES] == Account(captured=3, dropped={LOG_UNUSABLE: 3})
    _close(opened.log, opened.claim.release)


def test_a_sound_log_is_taken_over_as_it_is(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(3))
    opened = open_again(path, _settings(tmp_path), {FAILURES: Account(captured=2)}, damaged=False)
    assert (opened.log.path, opened.remarks) == (path, ())
    assert opened.log.accounts()[FAILURES] == Account(captured=3), "the log knows better than the last status"
    _close(opened.log, opened.claim.release)


@damages
def test_a_damaged_log_that_was_left_behind_is_set_aside_with_a_remark_and_the_others_are_adopted(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged = [_damaged(tmp_path, damage, name=name) for name in ("a", "c")]
    before = [path.read_bytes() for path in damaged]
    write_log(tmp_path, sample_events(1), name="b")
    adopted: list[Path] = []
    remarks: list[str] = []
    for found in left_behind(tmp_path, {FAILURES}):
        if isinstance(found, str):
            remarks.append(found)
        else:
            adopted.append(found.log.path)
            _close(found.log, found.claim.release)
    assert adopted == [tmp_path / "b.db"]
    assert [remark.partition("; ")[2] for remark in remarks] == [
        "it was set aside as a.db.damaged",
        "it was set aside as c.db.damaged",
    ]
    assert [Path(f"{path}.damaged").read_bytes() for path in damaged] == before
    assert list(left_behind(tmp_path, {ALERTS})) == [], "and nobody takes them for logs again"


def test_what_was_set_aside_before_is_kept(tmp_path: Path) -> None:
    for number, name in enumerate(("a.db.damaged", "a.db.damaged-1", "a.db.damaged-2")):
        (tmp_path / "a.db").write_text(f"log {number}")
        (tmp_path / "a.db-wal").write_text(f"its write-ahead log {number}")
        assert set_aside(tmp_path / "a.db").name == name
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        f"a.db.damaged{suffix}{part}": f"{content} {number}"
        for number, suffix in enumerate(("", "-1", "-2"))
        for part, content in (("", "log"), ("-wal", "its write-ahead log"))
    }


def test_a_damaged_log_that_cannot_be_set_aside_stays_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _damaged(tmp_path, _header)

    def refuse(path: Path, target: str) -> Path:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "rename", refuse)
    (remark,) = left_behind(tmp_path, {FAILURES})
    assert isinstance(remark, str)
    assert remark.endswith(f"cannot set {path} aside: Operation not permitted")
    lock = claim(path)
    assert lock is not None, "and is not held"
    lock.release()


def test_p2_a_write_ahead_log_with_garbage_at_its_end_costs_the_last_commit_alone(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "a.db", [FAILURES])
    for event in sample_events(3):
        log.append([NewEvent(event.kind, event.id, event.origin, event.body)], [], [FAILURES])
    wal = (tmp_path / "a.db-wal").read_bytes()
    (tmp_path / "b.db").write_bytes((tmp_path / "a.db").read_bytes())
    (tmp_path / "b.db-wal").write_bytes(wal[:-100] + b"\xde\xad" * 50)
    log.close()
    again = open_sound(tmp_path / "b.db")
    assert [event.id for event in take(again, FAILURES).events] == [event.id for event in sample_events(2)]
    assert again.accounts() == {FAILURES: Account(captured=2)}
    again.close()


def test_a_log_whose_folder_is_gone_is_replaced(tmp_path: Path) -> None:
    accounts = {FAILURES: Account(captured=7, delivered=7), RouteKey("gone", "alerts"): Account(captured=1)}
    opened = open_again(tmp_path / "gone" / "a.db", _settings(tmp_path), accounts, damaged=False)
    assert opened.log.accounts() == {FAILURES: accounts[FAILURES]}
    assert "a new log was begun" in opened.remarks[-1]
    _close(opened.log, opened.claim.release)


def _close(log: Log, release: Callable[[], None]) -> None:
    log.close()
    release()


def test_a_log_that_cannot_be_locked_is_no_damage(tmp_path: Path) -> None:
    path = write_log(tmp_path, sample_events(1))
    Path(f"{path}.lock").mkdir()
    assert list(left_behind(tmp_path, {FAILURES})) == []
    with pytest.raises(LogError, match="cannot lock"):
        claim(path)
    assert path.exists()
