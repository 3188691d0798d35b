"""What the message at the end of a run says, in words alone."""

from typing import Any

import pytest
from locust_failure_forwarder.destinations.notice_summary import of_summary
from support.notices import fields, headline
from support.samples import summary


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "172 of 24,000 requests failed (0.717 %), 1 alert fired"),
        ({"alerts_fired": 2}, "172 of 24,000 requests failed (0.717 %), 2 alerts fired"),
        ({"failures": 0, "alerts_fired": 0}, "no failures in 24,000 requests"),
        ({"failures": 0, "requests": 0, "alerts_fired": 0}, "no requests were made"),
        ({"failures": 0, "alerts_fired": 0, "user_errors": 1}, "no failures in 24,000 requests, 1 error in user code"),
    ],
)
def test_summary_headline_tells_the_outcome(changes: dict[str, Any], told: str) -> None:
    assert headline(of_summary(summary(**changes))) == f"🏁 checkout-soak (staging) finished after 10 min: {told}"


@pytest.mark.parametrize(
    ("changes", "tone", "verdict"),
    [
        ({"failures": 0, "alerts_fired": 0}, "good", "clean"),
        ({}, "warning", "1 alert fired"),
        ({"alerts_fired": 0}, "warning", "failures, none of which raised an alert"),
        ({"failures": 0, "alerts_fired": 0, "user_errors": 1}, "warning", "failures, none of which raised an alert"),
        ({"failures": 0, "alerts_fired": 0, "requests": 0}, "warning", "nothing was tested"),
    ],
)
def test_only_a_clean_run_is_good_news(changes: dict[str, Any], tone: str, verdict: str) -> None:
    notice = of_summary(summary(**changes))
    assert notice.tone == tone
    assert fields(notice)["Verdict"] == verdict


def test_summary_lists_categories_by_number() -> None:
    assert (
        fields(of_summary(summary()))["Kinds of failures"] == "server error 120 · assertion 51 · connection refused 1"
    )


def test_summary_of_a_master_has_no_categories() -> None:
    assert "Kinds of failures" not in fields(of_summary(summary(categories={})))


def test_errors_in_user_code_are_shown_only_if_there_are_any() -> None:
    assert "Errors in user code" not in fields(of_summary(summary()))
    assert fields(of_summary(summary(user_errors=3)))["Errors in user code"] == "3"
