"""`Retry-After` in both of its forms, and in none."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.retry_after import LONGEST, parse_retry_after
from support.samples import NOW


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("86401", LONGEST),
        ("9" * 400, LONGEST),
        ("Mon, 04 May 2026 09:33:00 GMT", 120.0),
        ("Monday, 04-May-26 09:33:00 GMT", 120.0),
        ("Mon May  4 09:33:00 2026", 120.0),
        ("Mon, 04 May 2026 09:33:00 -0000", 120.0),
        ("Mon, 04 May 2026 11:33:00 +0200", 120.0),
        ("Mon, 04 May 2026 09:30:00 GMT", 0.0),
        ("Mon, 04 May 2037 09:31:00 GMT", LONGEST),
    ],
)
def test_seconds_and_dates_are_read(value: str, seconds: float) -> None:
    assert parse_retry_after({"retry-after": value}, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-1",
        "soon",
        "1e3",
        "nan",
        "inf",
        "0x10",
        "1,5",
        "١٢",
        "5 minutes",
        "99 May 2026",
        "Mon, 04 May 99999 09:31:00 GMT",
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_absent(value: str) -> None:
    assert parse_retry_after({"retry-after": value}, NOW) is None


def test_absent_is_none() -> None:
    assert parse_retry_after({}, NOW) is None


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,9} [A-Z][a-z]{2} \d{1,9} \d{1,3}:\d{1,3}:\d{1,3} [+-]\d{1,9}"))
def test_no_value_breaks_it_or_holds_a_destination_for_long(value: str) -> None:
    """P7: and none makes us wait a negative time."""
    seconds = parse_retry_after({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST


@given(st.integers(min_value=-(10**6), max_value=10**6))
def test_a_date_is_measured_from_now(offset: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=offset), usegmt=True)
    assert parse_retry_after({"retry-after": header}, NOW) == min(max(offset, 0), LONGEST)
