"""Reading YAML: data, places, and every way a file can be no configuration."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.places import Finding, Place
from locust_failure_forwarder.config.source import MAX_BYTES, Source, parse, read_source
from locust_failure_forwarder.errors import ConfigError, Problem


def parsed(text: str) -> Source:
    outcome = parse(text)
    assert isinstance(outcome, Source)
    return outcome


def refused(text: str) -> Finding:
    outcome = parse(text)
    assert isinstance(outcome, Finding)
    return outcome


def unreadable(path: Path) -> Problem:
    with pytest.raises(ConfigError) as caught:
        read_source(path, "shown.yaml")
    assert caught.value.source == "shown.yaml"
    assert caught.value.__context__ is None
    (problem,) = caught.value.problems
    return problem


def test_every_key_and_entry_has_its_place_counted_from_one() -> None:
    source = parsed("a: 1\nb:\n  c: [x, y]\n  d:\n    - e: 2\n")
    assert source.data == {"a": 1, "b": {"c": ["x", "y"], "d": [{"e": 2}]}}
    assert source.places == {
        (): Place(1, 1),
        ("a",): Place(1, 1),
        ("b",): Place(2, 1),
        ("b", "c"): Place(3, 3),
        ("b", "c", 0): Place(3, 7),
        ("b", "c", 1): Place(3, 10),
        ("b", "d"): Place(4, 3),
        ("b", "d", 0): Place(5, 7),
        ("b", "d", 0, "e"): Place(5, 7),
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5), ("-5", -5), ("0", 0), ("0.5", 0.5), ("true", True), ("false", False), ("null", None), ("~", None),
        ("", None), ("'5'", "5"), ('"true"', "true"), ("''", ""), ("!!str 5", "5"), ("!!int '5'", 5),
    ],
)  # fmt: skip
def test_simple_writings_are_values(written: str, value: object) -> None:
    assert parsed(f"a: {written}").data == {"a": value}


@pytest.mark.parametrize(
    "written",
    [
        "1.10", "010", "0x1F", "1_000", "1:30", "1e3", ".5", ".inf", "no", "on", "Yes", "True", "NULL", "2024-05-01",
        "=", "-0", "9" * 5000,
    ],
)  # fmt: skip
def test_what_yaml_would_reinterpret_stays_as_written(written: str) -> None:
    assert parsed(f"a: {written}").data == {"a": written}


def test_keys_are_the_text_that_was_written() -> None:
    assert parsed("on: 1\n1.10: 2\n2024: 3\n").data == {"on": 1, "1.10": 2, "2024": 3}


def test_aliases_and_merge_keys_are_written_out_with_own_keys_first() -> None:
    source = parsed("a: &a {x: 1, y: 2}\nb: &b {z: 3}\nc: {<<: [*a, *b], y: 9}\nd: *a\n")
    assert source.data["c"] == {"y": 9, "x": 1, "z": 3}
    assert source.data["d"] == {"x": 1, "y": 2}
    assert source.places[("c", "x")] == Place(1, 8)  # where it can be mended
    assert not source.findings


def test_merge_of_something_else_is_a_finding() -> None:
    (finding,) = parsed("a:\n  <<: 5\n").findings
    assert "`<<` takes a mapping" in finding.message
    assert finding.place == Place(2, 7)


def test_duplicate_key_names_both_lines() -> None:
    source = parsed("a: 1\nb:\n  c: 1\n\n  c: 2\n")
    (finding,) = source.findings
    assert finding.path == ("b", "c")
    assert finding.place == Place(5, 3)
    assert finding.message == "duplicate key, first written in line 3"


def test_faults_of_an_aliased_mapping_are_reported_once() -> None:
    assert len(parsed("a: &a {x: 1, x: 2}\nb: *a\nc: {<<: *a}\n").findings) == 1


@pytest.mark.parametrize("text", ["? [a]\n: 1\n", "{a}: 1\n", '"\\ud800": 1\n'])
def test_key_that_is_no_text_is_a_finding(text: str) -> None:
    (finding,) = parsed(f"b: 1\n{text}").findings
    assert finding.message == "a key must be plain text"
    assert finding.place is not None
    assert finding.place.line == 2


@pytest.mark.parametrize("value", ["!secret abc", "!!binary aGVsbG8=", "!!python/object:os.system {}", "!!set {a}"])
def test_tags_are_refused_and_the_value_counts_as_broken(value: str) -> None:
    source = parsed(f"a: {value}\n")
    assert source.data == {"a": None}
    assert source.broken == {("a",)}
    assert [finding.message for finding in source.findings] == ["YAML tags (`!name`) are not supported"]


def test_half_of_a_surrogate_pair_is_a_finding() -> None:
    source = parsed('a: "x\\ud800"\n')
    assert source.broken == {("a",)}
    assert source.findings[0].message == "half of a surrogate pair"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a:\n\tb: 1\n", Place(2, 1), "a tab is not allowed here"),
        ("a: 1\nb: @x\n", Place(2, 4), "a value cannot begin with this character"),
        ("a: %x\n", Place(1, 4), "a value cannot begin with this character"),
        ("a: *x\n", Place(1, 4), "an alias whose anchor is not defined above"),
        ("a: *\n", Place(1, 5), "a value cannot begin with this character"),
        ("a: |x\n", Place(1, 5), "a value cannot begin with this character"),
        ("a: !b!c d\n", Place(1, 4), "tags (`!name`) are not supported"),
        ('a: 1\nb: "x\nc: 2\n', Place(2, 4), "this quote is never closed"),
        ('a: "\\q"\n', Place(1, 6), "an unknown escape in double quotes"),
        ('a: "\\xZZ"\n', Place(1, 7), "an incomplete escape in double quotes"),
        ("a: b: c\n", Place(1, 5), "a second `:` in one line, or wrong indentation"),
        ("a: 1\nb\nc: 1\n", Place(2, 1), "a key without a `:`"),
        ("a: - b\n", Place(1, 4), "a list entry is not allowed here"),
        ("a: [b\nc: 1\n", Place(2, 2), "this `[` list is not closed, or a comma is missing"),
        ("a: {b: ${C}}\n", Place(1, 9), "this `{` mapping is not closed, or a comma is missing"),
        ("a:\n  b: 1\n c: 1\n", Place(3, 2), "this does not fit the lines above"),
        ("a: &x 1\nb: &x 2\n", Place(2, 4), "an anchor that is defined twice"),
        ("a: 1\n---\nb: 1\n", Place(2, 1), "a second document begins here"),
        ("a: 1\nb: x\x01\n", Place(2, 5), "a control character that YAML does not allow"),
    ],
)
def test_syntax_errors_have_their_place_and_plain_words(text: str, place: Place, message: str) -> None:
    finding = refused(text)
    assert (finding.message, finding.place) == (message, place)


def test_unquoted_variable_in_braces_gets_the_right_hint() -> None:
    assert refused("a: {b: ${C}}\n").hint == 'Inside { } and [ ] a variable must be in quotes: "${NAME}".'


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_empty_file_is_told_what_it_needs(text: str) -> None:
    finding = refused(text)
    assert finding.message == "the file is empty"
    assert "`destinations`" in finding.hint


@pytest.mark.parametrize("text", ["- a\n", "text\n", "5\n"])
def test_top_level_must_be_a_mapping(text: str) -> None:
    finding = refused(text)
    assert finding.message == "expected a mapping of keys at the top of the file"
    assert finding.place == Place(1, 1)


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: *a}\n", "a: &a {<<: *a}\n", "a: &a [{b: [*a]}]\n"])
def test_anchor_that_contains_itself_is_refused(text: str) -> None:
    assert refused(text).message == "an anchor that contains itself"


def test_exponential_aliases_are_refused_before_they_are_written_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert "once aliases are written out" in refused("\n".join(lines)).message


def test_exponential_merges_are_refused() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30)]
    assert "once aliases are written out" in refused("\n".join(lines)).message


def test_deep_nesting_is_refused_written_or_by_aliases() -> None:
    assert refused("[" * 50_000).message == "the file is nested too deeply"
    chain = ["a0: &a0 x"] + [f"a{n}: &a{n} [[[[*a{n - 1}]]]]" for n in range(1, 100)]
    assert refused("\n".join(chain)).message == "nested deeper than 50 levels"


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


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(_TEXT, _DATA, max_size=4))
def test_dumped_data_is_read_back_with_a_place_for_every_key(data: dict[str, object]) -> None:
    source = parsed(yaml.safe_dump(data, allow_unicode=True))
    assert source.data == data
    assert not source.findings
    assert all((key,) in source.places for key in data)


@given(st.text(st.sampled_from(list("ab:- \n\t{}[]&*!|>%@`'\"#?,<$~\\.10\x00\ud800é")), max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    assert isinstance(parse(text), Source | Finding)
