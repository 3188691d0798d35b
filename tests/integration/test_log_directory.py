"""Where a process's own log goes: into log.directory, or into a temporary folder if that takes none, and it says so."""

import tempfile
from pathlib import Path

import pytest
from locust_failure_forwarder.destinations import Settings, load_settings
from locust_failure_forwarder.errors import LogError
from locust_failure_forwarder.pipeline import housekeeping
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.housekeeping import OpenLog, open_again, open_new_log, route_keys
from locust_failure_forwarder.pipeline.log import Log
from support.forwarder_process import KEY, config
from support.logs import FAILURES, sample_events, write_log


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] - autouse
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def _settings(tmp_path: Path, directory: str | Path) -> Settings:
    path = config(tmp_path, "http://127.0.0.1:9/")
    path.write_text(path.read_text().replace(f"{tmp_path}/logs", str(directory)))
    return load_settings(path, {"MONITORING_API_KEY": KEY})


def _close(opened: OpenLog) -> None:
    opened.log.close()
    opened.claim.release()


def test_two_processes_on_one_folder_have_a_log_each(tmp_path: Path) -> None:
    settings = _settings(tmp_path, tmp_path / "logs")
    first, second = open_new_log(settings), open_new_log(settings)
    assert first.log.path != second.log.path
    assert first.log.path.parent == second.log.path.parent == tmp_path / "logs"
    assert first.remarks == second.remarks == ()
    for opened in (first, second):
        assert list(opened.log.accounts()) == route_keys(settings) == [FAILURES]
        _close(opened)


def test_the_second_process_on_one_file_gets_its_own(tmp_path: Path) -> None:
    settings = _settings(tmp_path, tmp_path / "logs")
    first = open_new_log(settings)
    second = open_again(first.log.path, settings, {}, damaged=False)
    assert second.log.path != first.log.path
    assert second.remarks == (f"{first.log.path.name} is in use; a new log was begun",)
    _close(first)
    _close(second)


@pytest.mark.parametrize("directory", ["file/logs", "/proc/nothing/logs", "/proc/self/logs"])
def test_a_folder_that_takes_no_log_is_replaced_by_a_temporary_one_and_it_says_so(
    tmp_path: Path, directory: str
) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / directory
    opened = open_new_log(_settings(tmp_path, folder))
    assert opened.log.path.parent.parent == tmp_path / "temporary"
    (remark,) = opened.remarks
    assert remark.startswith(f"log.directory: cannot use the log folder {folder}: ")
    assert f"using {opened.log.path.parent} instead" in remark
    assert "`failure-forwarder replay` has to be told that folder" in remark
    _close(opened)


def test_without_a_temporary_folder_either_it_is_an_error_that_names_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(LogError, match=r"cannot use the log folder .*; nor will a temporary folder do: ") as caught:
        open_new_log(_settings(tmp_path, tmp_path / "file" / "logs"))
    assert str(tmp_path / "file" / "logs") in str(caught.value)


def test_a_log_that_could_not_be_made_leaves_no_file_that_looks_like_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(Log):
        @classmethod
        def create(cls, path: Path, routes: object) -> Log:
            path.touch()
            if path.parent == tmp_path / "logs":
                raise LogError("database or disk is full")
            path.unlink()
            return Log.create(path, [RouteKey("monitoring", "failures")])

    monkeypatch.setattr(housekeeping, "Log", FullDisk)
    opened = open_new_log(_settings(tmp_path, tmp_path / "logs"))
    assert "log.directory: database or disk is full; using " in opened.remarks[0]
    assert [path.name for path in (tmp_path / "logs").iterdir()] == [".gitignore"]
    _close(opened)


def test_a_log_of_a_later_version_is_kept_and_a_new_one_begun(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs", sample_events(1))
    log = Log.open(path)
    log.connection.execute("PRAGMA user_version=99")
    log.close()
    before = path.read_bytes()
    opened = open_again(path, _settings(tmp_path, tmp_path / "logs"), {}, damaged=False)
    assert opened.log.path != path
    assert "has format 99" in opened.remarks[0]
    assert path.read_bytes() == before
    _close(opened)
