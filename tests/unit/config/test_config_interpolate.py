"""`${NAME}` and `${file:…}`: what is resolved, and what is told of what cannot be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.interpolate import MAX_FILE_BYTES, STAND_IN, interpolate
from locust_failure_forwarder.config.places import Finding

HERE = Path()


def resolve(text: str, env: dict[str, str] | None = None, folder: Path = HERE) -> object:
    outcome = interpolate({"key": text}, env or {}, folder)
    assert not outcome.findings
    return outcome.data["key"]


def missing(text: str, env: dict[str, str] | None = None, folder: Path = HERE) -> Finding:
    outcome = interpolate({"key": text}, env or {}, folder)
    (finding,) = outcome.findings
    assert finding.path == ("key",)
    assert outcome.data["key"] == STAND_IN
    assert outcome.broken == {("key",)}
    return finding


def test_variables_are_resolved_anywhere_in_a_text() -> None:
    env = {"HOST": "api.example.com", "_2": "b"}
    assert resolve("https://${HOST}/${_2}/$x/$", env) == "https://api.example.com/b/$x/$"


def test_values_are_resolved_at_any_depth_and_keys_are_not() -> None:
    data = {"a": {"${A}": ["x", {"b": "${A}"}, 5, None, True]}}
    outcome = interpolate(data, {"A": "1"}, HERE)
    assert outcome.data == {"a": {"${A}": ["x", {"b": "1"}, 5, None, True]}}
    assert data == {"a": {"${A}": ["x", {"b": "${A}"}, 5, None, True]}}


def test_what_a_variable_holds_is_not_looked_into() -> None:
    assert resolve("${A}", {"A": "${B} $${"}) == "${B} $${"


@given(st.text())
def test_escaped_text_is_itself(text: str) -> None:
    assert resolve(text.replace("${", "$${")) == text


def test_missing_variable_is_named() -> None:
    finding = missing("x${MONITORING_API_KEY}y")
    assert finding.message == "environment variable `MONITORING_API_KEY` is not set"
    assert finding.hint == "Set it before the start: export MONITORING_API_KEY=…"


def test_variable_of_a_similar_name_is_suggested() -> None:
    finding = missing("${MONITORING_APIKEY}", {"MONITORING_API_KEY": "not-a-real-token"})
    assert finding.hint.startswith("`MONITORING_API_KEY` is set; was it meant?")
    assert "not-a-real-token" not in finding.hint


def test_empty_variable_counts_as_missing_and_says_so() -> None:
    assert missing("${A}", {"A": ""}).message == "environment variable `A` is set, but empty, which counts as missing"


def test_variable_with_bytes_that_are_no_text_is_refused() -> None:
    assert missing("${A}", {"A": "\udcff"}).message == "environment variable `A` is not UTF-8 text"


def test_each_missing_variable_of_a_text_is_told_once() -> None:
    outcome = interpolate({"key": "${A}${B}${A}"}, {}, HERE)
    assert [finding.message for finding in outcome.findings] == [
        "environment variable `A` is not set",
        "environment variable `B` is not set",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${A", "`${` without its `}`"),
        ("${", "`${` without its `}`"),
        ("${{A}}", "`${` without its `}`"),
        ("${}", "the text inside `${}` is not the name of a variable"),
        ("${not-a-real-token}", "the text inside `${}` is not the name of a variable"),
        ("${1A}", "the text inside `${}` is not the name of a variable"),
        ("${ A }", "the text inside `${}` is not the name of a variable"),
        ("${file:}", "the text inside `${}` is not the name of a variable"),
        ("${A:-not-a-real-token}", "default values inside `${}` are not supported"),
        ("${A:?x}", "default values inside `${}` are not supported"),
    ],
)
def test_malformed_reference_is_told_without_its_text(text: str, message: str) -> None:
    finding = missing(text, {"A": "x"})
    assert finding.message == message
    assert finding.hint == "Write ${NAME} or ${file:/path}; for a literal ${ write $${."


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"s", "s"), (b"s\n", "s"), (b"s\r\n", "s"), (b"s\n\n", "s\n"), (b"s\r", "s\r"), (b" s ", " s ")],
)
def test_file_is_read_without_one_trailing_newline(tmp_path: Path, content: bytes, value: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    assert resolve(f"${{file:{tmp_path / 'secret'}}}") == value


def test_relative_file_starts_at_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "secret").write_text("s")
    assert resolve("Bearer ${file:sub/secret}", folder=tmp_path) == "Bearer s"


def test_missing_file_is_named(tmp_path: Path) -> None:
    finding = missing("${file:nope}", folder=tmp_path)
    assert finding.message == "file `nope` does not exist"
    assert finding.hint == "Relative paths start at the folder of this configuration file."
    assert missing("${file:/nope/nope}").hint == ""


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_empty_file_counts_as_missing_and_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    assert missing("${file:secret}", folder=tmp_path).message == "file `secret` is empty, which counts as missing"


def test_directory_and_large_and_binary_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    assert missing("${file:.}", folder=tmp_path).message == "file `.` is a directory"
    assert missing("${file:large}", folder=tmp_path).message == "file `large` is larger than 64 KiB"
    assert missing("${file:binary}", folder=tmp_path).message == "file `binary` is not UTF-8 text"
