"""Words and numbers in messages to people."""

import pytest
from locust_failure_forwarder.destinations.words import duration, percent, plural, rate


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (24_000, "24,000 requests")]
)
def test_plurals(count: int, text: str) -> None:
    assert plural(count, "request") == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.0, "0 %"),
        (0.00001, "under 0.01 %"),
        (0.0123, "1.23 %"),
        (0.05, "5 %"),
        (172 / 410, "42 %"),
        (0.571, "57.1 %"),
        (0.9995, "over 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_are_neither_rounded_to_all_nor_to_nothing(ratio: float, text: str) -> None:
    assert percent(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (0.52, "0.5 s"),
        (9.5, "9.5 s"),
        (10, "10 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (125, "2 min 5 s"),
        (3599.7, "1 h"),
        (3780, "1 h 3 min"),
        (90_000, "25 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "seconds", "text"),
    [
        (410, 10, "41"),
        (5, 10, "0.5"),
        (20, 10, "2"),
        (1, 600, "under 0.1"),
        (0, 10, "0"),
        (10**6, 10, "100,000"),
        (5, 0, "0"),
    ],
)
def test_rates(count: int, seconds: float, text: str) -> None:
    assert rate(count, seconds) == text
