"""`--since` and `--until`: one syntax for both, and an error that says what was expected."""

from datetime import UTC, datetime, timedelta

import pytest
from locust_failure_forwarder.commands.moments import parse_moment

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90m", timedelta(minutes=90)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        (" 1.5 h ", timedelta(hours=1.5)),
        ("30s", timedelta(seconds=30)),
    ],
)
def test_an_age_counts_back_from_now(text: str, age: timedelta) -> None:
    assert parse_moment(text, NOW) == (NOW - age).timestamp()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-04T09:30Z", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        ("2026-05-04T09:30:15.250+02:00", datetime(2026, 5, 4, 7, 30, 15, 250_000, tzinfo=UTC)),
        ("2026-05-04T09:30", datetime(2026, 5, 4, 9, 30).astimezone()),
        ("2026-05-04 09:30:15", datetime(2026, 5, 4, 9, 30, 15).astimezone()),
        ("2026-05-04", datetime(2026, 5, 4).astimezone()),
    ],
)
def test_a_time_without_a_zone_is_this_machines(text: str, moment: datetime) -> None:
    assert parse_moment(text, NOW) == moment.timestamp()


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026", "15", "-2h", "2 weeks", "2026-13-01", "0001-01-01", "12:30", "500ms"]
)
def test_anything_else_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"2026-05-04T09:30 .* or an age such as 90m, 2h or 7d"):
        parse_moment(text, NOW)


def test_an_age_beyond_all_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 36500d"):
        parse_moment("999999999d", NOW)
