"""Sizes, durations, shares and suggestions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.config.suggest import closest, did_you_mean
from locust_failure_forwarder.config.units import parse_duration, parse_percentile, parse_ratio, parse_size


@pytest.mark.parametrize(
    ("written", "size"),
    [
        (5, 5), ("5", 5), ("5B", 5), ("1KB", 1000), ("1KiB", 1024), ("1.5 MiB", 1572864), ("2gib", 2 * 2**30),
        (" 7 mb ", 7_000_000),
    ],
)  # fmt: skip
def test_sizes(written: object, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(5, 5.0), (0.5, 0.5), ("500ms", 0.5), ("10s", 10.0), ("5m", 300.0), ("2h", 7200.0), ("7d", 604800.0)],
)  # fmt: skip
def test_durations(written: object, seconds: float) -> None:
    assert parse_duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("written", "share"), [("5%", 0.05), (0.05, 0.05), ("0.05", 0.05), (0, 0), ("100%", 1), (1, 1)]
)
def test_shares(written: object, share: float) -> None:
    assert parse_ratio(written) == pytest.approx(share)


@pytest.mark.parametrize("parse", [parse_size, parse_duration, parse_ratio])
@pytest.mark.parametrize(
    "value", [True, None, [], {}, "", "x", "1x", "-1", "1 2", "1e3", float("nan"), float("inf"), "101 %%"]
)
def test_anything_else_is_refused_by_what_is_expected(parse: object, value: object) -> None:
    assert callable(parse)
    with pytest.raises(ValueError, match=r"expected a (size|duration|share)"):
        parse(value)


@pytest.mark.parametrize("digits", [20, 308, 400])
def test_numbers_beyond_all_bounds_are_refused_without_overflow(digits: int) -> None:
    with pytest.raises(ValueError, match="must be at most 1048576GiB"):
        parse_size("9" * digits + "GiB")
    with pytest.raises(ValueError, match="must be at most 36500d"):
        parse_duration("9" * digits)


@given(st.text() | st.integers() | st.floats() | st.none())
def test_units_raise_nothing_but_value_errors(value: object) -> None:
    for parse in (parse_size, parse_duration, parse_ratio, parse_percentile):
        try:
            number = parse(value)
        except ValueError:
            continue
        assert number >= 0


def test_suggestions_ignore_case_and_separators_and_stay_silent_when_far_off() -> None:
    assert closest("Max-Records", ["max_records", "max_age"]) == "max_records"
    assert closest("url", ["webhook_url", "send", "timeout"]) == "webhook_url", "half of a word is meant to be the word"
    assert closest("max", ["max_records", "max_dead_letters"]) is None, "of two words"
    assert did_you_mean("sned", ["send"]) == "Did you mean `send`?"
    assert did_you_mean("colour", ["send"]) == ""
    assert did_you_mean(5, ["send"]) == ""
