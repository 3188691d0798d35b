"""What Slack messages say of alerts and runs."""

from datetime import timedelta
from typing import Any

import pytest
from locust_failure_forwarder.destinations.slack_message import Message, of_alert, of_summary
from support.samples import NOW, TOP_ENDPOINTS, alert, run, summary


def resolved(**changes: Any) -> Message:
    fields: dict[str, Any] = {
        "state": "resolved",
        "resolution": "recovered",
        "occurred_at": NOW + timedelta(seconds=125),
        "value": 0.01,
        "requests": 400,
        "failures": 4,
    }
    return of_alert(alert(2, **fields | changes))


def test_firing_headline_fits_a_lock_screen() -> None:
    assert of_alert(alert()).headline == "🔥 checkout-soak (staging): 42 % of 410 requests failed (limit 5 %)"


def test_a_single_request_is_not_plural() -> None:
    assert "100 % of 1 request failed" in of_alert(alert(value=1.0, requests=1, failures=1)).headline


def test_a_run_without_environment_has_no_brackets() -> None:
    assert of_alert(alert(run=run(environment=None))).headline.startswith("🔥 checkout-soak: ")


def test_recovered_headline_tells_how_long_it_lasted() -> None:
    assert resolved().headline == "✅ checkout-soak (staging): recovered after 2 min 5 s; 1 % of 400 requests failed"


def test_a_test_that_ended_while_failing_is_not_called_recovered() -> None:
    message = resolved(resolution="test_ended", value=0.42)
    assert "test ended while still failing" in message.headline
    assert not message.headline.startswith("✅")
    assert message.color == "#868686"


def test_a_test_that_ended_just_after_the_spike_is_not_called_failing() -> None:
    headline = resolved(resolution="test_ended", value=0.01).headline
    assert "test ended before recovery was sure" in headline
    assert "still failing" not in headline


def test_a_resolution_of_a_later_version_is_told_without_a_cause() -> None:
    assert "alert resolved after 2 min 5 s" in resolved(resolution="other").headline


@pytest.mark.parametrize(("severity", "color"), [("critical", "#d72b3f"), ("warning", "#e8912d"), ("info", "#1d9bd1")])
def test_the_bar_of_a_firing_alert_shows_its_severity(severity: str, color: str) -> None:
    assert of_alert(alert(severity=severity)).color == color


def test_fields_of_a_firing_alert_answer_what_where_how_bad_and_since_when() -> None:
    fields = dict(of_alert(alert()).fields)
    assert fields == {
        "Rule": "`failure-spike` (critical)",
        "Test": "checkout-soak",
        "Environment": "staging",
        "Failed": "42 % (limit 5 %)",
        "Last 10 s": "172 of 410 requests failed",
        "Users": "50",
        "Requests/s": "41",
        "Since": "<!date^1777887060^{date_short_pretty} {time_secs}|2026-05-04 09:31:00 UTC>",
    }


def test_three_endpoints_and_errors_are_listed() -> None:
    message = of_alert(alert(top_endpoints=TOP_ENDPOINTS * 2))
    endpoints, errors = message.sections
    assert endpoints.count("•") == 3
    assert "`POST /checkout` 120 of 210 requests failed (57.1 %)" in endpoints
    assert "120x `POST /checkout` `503 Server Error: Service Unavailable`" in errors


def test_nothing_to_list_leaves_no_empty_paragraph() -> None:
    assert of_alert(alert(top_endpoints=(), top_errors=())).sections == ()


def test_the_small_print_finds_the_event() -> None:
    record = alert()
    assert str(record.id) in of_alert(record).context
    assert str(record.run.id) in of_alert(record).context


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({}, "172 of 24,000 requests failed (0.717 %), 1 alert fired"),
        ({"alerts_fired": 2}, "172 of 24,000 requests failed (0.717 %), 2 alerts fired"),
        ({"failures": 0, "alerts_fired": 0}, "no failures in 24,000 requests"),
        ({"failures": 0, "requests": 0, "alerts_fired": 0}, "no requests were made"),
        ({"failures": 0, "alerts_fired": 0, "user_errors": 1}, "no failures in 24,000 requests, 1 error in user code"),
    ],
)
def test_summary_headline_tells_the_outcome(changes: dict[str, Any], headline: str) -> None:
    assert of_summary(summary(**changes)).headline == f"🏁 checkout-soak (staging) finished after 10 min: {headline}"


@pytest.mark.parametrize(
    ("changes", "color"),
    [({"failures": 0}, "#2eb67d"), ({}, "#e8912d"), ({"failures": 0, "user_errors": 1}, "#e8912d")],
)
def test_only_a_clean_run_is_green(changes: dict[str, Any], color: str) -> None:
    assert of_summary(summary(**changes)).color == color


def test_summary_lists_categories_by_number() -> None:
    assert "server error 120 · assertion 51 · connection refused 1" in of_summary(summary()).sections[0]


def test_summary_of_a_master_has_no_categories() -> None:
    assert not any("Kinds" in section for section in of_summary(summary(categories={})).sections)


def test_errors_in_user_code_are_shown_only_if_there_are_any() -> None:
    assert "Errors in user code" not in dict(of_summary(summary()).fields)
    assert dict(of_summary(summary(user_errors=3)).fields)["Errors in user code"] == "3"
