"""Texts from outside, times, links and mentions in Slack's mrkdwn."""

import re
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.slack_text import code, date, foreign, link, mention
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


def test_dates_are_tokens_for_the_readers_zone_with_utc_for_the_rest() -> None:
    token = "<!date^1777887060^{date_short_pretty} {time_secs}|2026-05-04 09:31:00 UTC>"
    assert date(NOW) == token
    assert date(NOW.astimezone(timezone(timedelta(hours=9)))) == token


@pytest.mark.parametrize(
    ("address", "token"),
    [
        ("https://grafana.example/d/x?from=1&to=2", "<https://grafana.example/d/x?from=1&amp;to=2|Dashboard>"),
        ("https://a.example/<b>|c", "<https://a.example/%3Cb%3E%7Cc|Dashboard>"),
    ],
)
def test_links_hold_no_character_that_would_end_them(address: str, token: str) -> None:
    assert link(address, "Dashboard") == token


@pytest.mark.parametrize(
    ("name", "token"),
    [("here", "<!here>"), ("everyone", "<!everyone>"), ("U012AB", "<@U012AB>"), ("S012AB", "<!subteam^S012AB>")],
)
def test_mentions_are_slacks_tokens(name: str, token: str) -> None:
    assert mention(name) == token
