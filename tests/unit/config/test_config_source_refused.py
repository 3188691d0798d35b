"""Texts that are no configuration at all: one finding, with its place and in plain words."""

import pytest
from locust_failure_forwarder.config.places import Finding, Place
from locust_failure_forwarder.config.source import parse


def refused(text: str) -> Finding:
    outcome = parse(text)
    assert isinstance(outcome, Finding)
    return outcome


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
