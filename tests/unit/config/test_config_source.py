"""Reading YAML: data, their places, and findings that leave the rest readable."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.places import Finding, Place
from locust_failure_forwarder.config.source import Source, parse


def parsed(text: str) -> Source:
    outcome = parse(text)
    assert isinstance(outcome, Source)
    return outcome


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
