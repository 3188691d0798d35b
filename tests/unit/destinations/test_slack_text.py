"""Words and numbers in Slack messages."""

import re
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.slack_text import code, date, duration, foreign, percent, plural, rate
from support.samples import NOW


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("checkout", "checkout"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<!channel> <@U123> <https://evil.example|ok>", None),
        ("line one\nline\ttwo\r\n", "line one line two"),
        ("back`tick", "back'tick"),
        ("right\u202eto left", "right to left"),
        ("", "(empty)"),
        (" \n\u200b", "(empty)"),
    ],
)
def test_foreign_text_is_one_line_without_power(text: str, shown: str | None) -> None:
    result = foreign(text, 200)
    assert shown is None or result == shown
    assert not re.search(r"[<>`\n]", result)


@pytest.mark.parametrize("mention", ["@channel", "@here", "@everyone"])
def test_mentions_in_foreign_text_are_broken(mention: str) -> None:
    assert mention not in foreign(f"wake up {mention}!", 200)


@given(st.text(), st.integers(min_value=10, max_value=60))
def test_foreign_text_keeps_its_limit_and_cuts_no_entity(text: str, limit: int) -> None:
    result = foreign(text, limit)
    assert 1 <= len(result.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert re.sub(r"&(amp|lt|gt);", "", result).count("&") == 0
    assert not re.search(r"[<>`]", result)


@given(st.text(alphabet="&<>@", min_size=60), st.integers(min_value=10, max_value=60))
def test_long_text_ends_in_an_ellipsis_after_whole_entities(text: str, limit: int) -> None:
    result = foreign(text, limit)
    assert re.fullmatch(r"(?:&amp;|&lt;|&gt;|@\u2060)*…", result)
    assert len(result) > limit - 6, "as much is kept as fits"


@given(st.text(), st.integers(min_value=10, max_value=60))
def test_code_is_one_span_within_the_limit(text: str, limit: int) -> None:
    result = code(text, limit)
    assert result.startswith("`")
    assert result.endswith("`")
    assert result.count("`") == 2
    assert len(result) <= limit


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


def test_dates_are_tokens_for_the_readers_zone_with_utc_for_the_rest() -> None:
    token = "<!date^1777887060^{date_short_pretty} {time_secs}|2026-05-04 09:31:00 UTC>"
    assert date(NOW) == token
    assert date(NOW.astimezone(timezone(timedelta(hours=9)))) == token
