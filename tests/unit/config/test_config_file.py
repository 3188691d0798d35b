"""Reading the file: every way it can be no text, and what is told then."""

import os
from pathlib import Path

import pytest
from locust_failure_forwarder.config.places import Place
from locust_failure_forwarder.config.source import MAX_BYTES, read_source
from locust_failure_forwarder.errors import ConfigError, Problem


def unreadable(path: Path) -> Problem:
    with pytest.raises(ConfigError) as caught:
        read_source(path, "shown.yaml")
    assert caught.value.source == "shown.yaml"
    assert caught.value.__context__ is None
    (problem,) = caught.value.problems
    return problem


def test_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    problem = unreadable(tmp_path / "nope.yaml")
    assert problem.message == "the file does not exist"
    assert problem.hint == f"Looked for {tmp_path / 'nope.yaml'}."


def test_directory_is_refused(tmp_path: Path) -> None:
    assert unreadable(tmp_path).message == "the file is a directory"


def test_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert unreadable(tmp_path / "pipe").message == "the file is not a regular file"


def test_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("version: 1\n")

    def deny(*_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)  # file modes do not stop root, who runs tests in containers
    assert unreadable(file).message == "the file may not be read: permission denied"


def test_input_output_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("version: 1\n")

    def fail(*_: object) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    assert unreadable(file).message == "the file cannot be read: Input/output error"


def test_name_that_no_file_can_have_is_refused() -> None:
    assert unreadable(Path("a\0b")).message == "the file has a name that no file can have"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_file_in_another_encoding_is_refused_with_the_place(tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(mark + "a: é\nb: caf".encode() + b"\xe9\n")
    problem = unreadable(file)
    assert (problem.message, problem.line, problem.column) == ("the file is not UTF-8 text", 2, 7)


def test_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    source = read_source(file, "config.yaml")
    assert source.data == {"a": 1}
    assert source.places[("a",)] == Place(1, 1)


def test_file_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    assert unreadable(file).message == "the file is larger than 256 KiB"
