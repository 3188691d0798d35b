"""What messages say of alerts, in words alone."""

from datetime import timedelta
from typing import Any

import pytest
from locust_failure_forwarder.destinations.notice import PLAIN, Notice, write
from locust_failure_forwarder.destinations.notice_alert import of_alert
from locust_failure_schemas import Affected
from support.notices import fields, headline, lists
from support.samples import NOW, TOP_ENDPOINTS, alert, run


def resolved(**changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "state": "resolved",
        "resolution": "recovered",
        "occurred_at": NOW + timedelta(seconds=125),
        "repeat": 1,
        "value": 0.01,
        "requests": 400,
        "failures": 4,
    }
    return of_alert(alert(2, **fields | changes))


def test_firing_headline_fits_a_lock_screen() -> None:
    assert headline(of_alert(alert())) == (
        "🔥 checkout-soak (staging): failure-spike: 42 % of 410 requests failed (limit 5 %)"
    )


def test_a_single_request_is_not_plural() -> None:
    assert "100 % of 1 request failed" in headline(of_alert(alert(value=1.0, requests=1, failures=1)))


def test_a_run_without_environment_has_no_brackets() -> None:
    assert headline(of_alert(alert(run=run(environment=None)))).startswith("🔥 checkout-soak: ")


def test_recovered_headline_tells_how_long_it_lasted() -> None:
    told = headline(resolved())
    assert told == "✅ checkout-soak (staging): failure-spike recovered after 2 min 5 s; 1 % of 400 requests failed"


def test_an_end_tells_the_worst_and_what_failed_while_it_lasted() -> None:
    message = resolved(peak=0.63, episode_requests=4_810, episode_failures=905, top_s=135.0)
    assert headline(message).endswith("1 % of 400 requests failed (at worst 63 %)")
    assert fields(message)["Failed"] == "1 % (limit 5 %, at worst 63 %)"
    assert fields(message)["While it lasted"] == "905 of 4,810 requests failed"
    assert list(lists(message)) == ["Most failures while it lasted", "Most frequent errors while it lasted"]
    assert "at worst" not in headline(resolved(peak=0.01))
    assert "While it lasted" not in fields(resolved())


def test_lists_say_which_time_they_are_of() -> None:
    assert list(lists(of_alert(alert(top_s=10.0)))) == [
        "Most failures, last 10 s",
        "Most frequent errors, last 10 s",
    ]


def test_a_message_never_has_more_fields_than_slack_takes() -> None:
    everything = {"peak": 0.6, "episode_requests": 9, "episode_failures": 9, "folded_episodes": 3, "quota_used": True}
    assert len(resolved(before=0.01, **everything).fields) == 10


def test_a_test_that_ended_while_failing_is_not_called_recovered() -> None:
    message = resolved(resolution="test_ended", value=0.42)
    assert "test ended while still failing" in headline(message)
    assert not headline(message).startswith("✅")
    assert message.tone == "neutral"


def test_a_test_that_ended_just_after_the_spike_is_not_called_failing() -> None:
    said = headline(resolved(resolution="test_ended", value=0.01))
    assert "test ended before recovery was sure" in said
    assert "still failing" not in said


def test_a_test_that_ended_in_silence_or_after_news_says_what_is_known() -> None:
    silence: dict[str, Any] = {"condition": "no_requests", "unit": "per_second", "threshold": 0.0}
    assert "test ended while still failing" in headline(resolved(resolution="test_ended", value=0.0, **silence))
    assert "before recovery was sure" in headline(resolved(resolution="test_ended", value=5.0, **silence))
    news: dict[str, Any] = {"condition": "new_failure", "unit": "count", "scope": "failure", "value": 1.0}
    assert ": test ended, 2 min 5 s after" in headline(resolved(resolution="test_ended", **news))


def test_a_resolution_of_a_later_version_is_told_without_a_cause() -> None:
    assert "alert resolved after 2 min 5 s" in headline(resolved(resolution="other"))


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_the_tone_of_a_firing_alert_is_its_severity(severity: str) -> None:
    assert of_alert(alert(severity=severity)).tone == severity


def test_fields_of_a_firing_alert_answer_what_where_how_bad_and_since_when() -> None:
    assert fields(of_alert(alert(before=0.004))) == {
        "Rule": "failure-spike (critical)",
        "Test": "checkout-soak",
        "Environment": "staging",
        "Failed": "42 % (limit 5 %, before 0.4 %)",
        "Last 10 s": "172 of 410 requests failed",
        "Users": "50",
        "Requests/s": "41",
        "Since": "2026-05-04 09:31:00 UTC",
    }


@pytest.mark.parametrize(
    ("condition", "unit", "value", "threshold", "said"),
    [
        ("spike", "ratio", 0.09, 0.05, "9 % of 410 requests failed (limit 5 %)"),
        ("failures_per_second", "per_second", 12.4, 5.0, "12 failures a second (limit 5/s)"),
        ("new_failure", "count", 1.0, 0.0, "1 kind of failure not seen before"),
        ("new_failure", "count", 2.0, 0.0, "2 kinds of failure not seen before"),
        ("no_requests", "per_second", 0.0, 0.1, "0 requests a second from 50 users"),
        ("slow_requests", "milliseconds", 2310.0, 1000.0, "requests take 2,310 ms (limit 1,000 ms)"),
        ("slow_requests", "milliseconds", 61_000.0, 1000.0, "requests take 1 min 1 s (limit 1,000 ms)"),
        ("of-a-later-version", "other", 0.25, 7.0, "measured 0.25 (limit 7)"),
    ],
)
def test_each_condition_has_its_words(condition: str, unit: str, value: float, threshold: float, said: str) -> None:
    notice = of_alert(alert(condition=condition, unit=unit, value=value, threshold=threshold))
    assert headline(notice) == f"🔥 checkout-soak (staging): failure-spike: {said}"


def test_the_share_of_failures_is_drawn_if_it_is_known() -> None:
    trend = (0.0, 0.0, None, 0.05, 0.2, 0.42)
    assert of_alert(alert(trend=trend, trend_step_s=2.0)).chart == (
        "Share of failures in steps of 2 s, last 12 s, at most 42 %",
        "▁▁·▂▄█",
    )
    assert of_alert(alert(trend=())).chart is None
    assert of_alert(alert(trend=(None, 0.5))).chart is None


def test_a_message_that_repeats_says_how_long_it_lasts_already() -> None:
    notice = of_alert(alert(repeat=1, occurred_at=NOW + timedelta(minutes=10)), calls=("here",))
    assert headline(notice) == (
        "🔥 checkout-soak (staging): failure-spike still fires after 10 min; 42 % of 410 requests failed (limit 5 %)"
    )
    assert notice.calls == ()


def test_an_alert_for_one_endpoint_names_it_and_for_many_the_worst() -> None:
    worst = Affected(method="POST", name="/checkout", value=0.42, requests=410, failures=172)
    one = of_alert(alert(scope="endpoint", affected=(worst,), affected_count=1))
    assert headline(one) == (
        "🔥 checkout-soak (staging): failure-spike: POST /checkout: 42 % of 410 requests failed (limit 5 %)"
    )
    many = of_alert(alert(scope="endpoint", affected=(worst,) * 10, affected_count=12))
    assert "(staging): failure-spike: 12 endpoints, worst POST /checkout: 42 % of" in headline(many)
    assert lists(many)["Endpoints over the limit (3 of 12)"] == ["POST /checkout 42 %; 172 of 410 requests failed"] * 3
    assert "Most failures in this window" not in lists(many)
    assert fields(one)["Last 10 s (this endpoint)"] == fields(many)["Last 10 s (worst endpoint)"]
    assert {"Failed (worst endpoint)", "Requests/s (worst endpoint)"} < fields(many).keys()


def test_once_it_is_over_no_endpoint_is_called_over_the_limit() -> None:
    one = Affected(method="POST", name="/checkout", value=0.0, requests=410, failures=0)
    known: dict[str, Any] = {"scope": "endpoint", "affected": (one,), "affected_count": 1}
    assert "Endpoints that were over the limit" in lists(resolved(**known))
    assert list(lists(resolved(**known, top_s=95.0))) == [
        "Most failures while it lasted",
        "Most frequent errors while it lasted",
    ]
    assert "POST /checkout: 1 % of 400 requests failed" in headline(resolved(**known))


def test_new_failures_are_listed_with_their_texts() -> None:
    new = Affected(method="GET", name="/", message="Connection refused", value=1.0, requests=1, failures=1)
    notice = of_alert(
        alert(condition="new_failure", unit="count", scope="failure", value=1.0, affected=(new,), affected_count=1)
    )
    assert lists(notice)["New failures"] == ["GET / Connection refused"]
    assert fields(notice)["Last 10 s (its endpoint)"] == "172 of 410 requests failed"
    assert "Not told" not in fields(notice)


def test_a_rule_that_has_told_all_it_may_says_so() -> None:
    notice = of_alert(alert(condition="new_failure", unit="count", scope="failure", value=1.0, quota_used=True))
    assert fields(notice)["Not told"] == "further new failures of this run"
    hour = fields(of_alert(alert(quota_used=True)))
    assert hour["Not told"] == "what this rule finds next, while its messages of the hour are used up"
    end = resolved(condition="new_failure", unit="count", scope="failure", value=1.0, quota_used=True)
    assert "failure-spike has told all it may after 2 min 5 s; 1 kind of failure not seen before" in headline(end)


def test_episodes_that_had_no_message_of_their_own_are_counted() -> None:
    assert fields(of_alert(alert(folded_episodes=3)))["Not told"] == "3 episodes before this one"


def test_an_end_whose_beginning_was_held_back_says_so() -> None:
    assert fields(resolved(repeat=0))["Not told"] == "that it began"
    assert "Not told" not in fields(resolved())


def test_a_percentile_is_called_one() -> None:
    slow = alert(condition="slow_requests", unit="milliseconds", value=820.0, threshold=500.0, percentile=95.0)
    assert headline(of_alert(slow)).endswith("p95 of the response times is 820 ms (limit 500 ms)")


def test_a_group_of_several_endpoints_has_no_requests_to_tell_of() -> None:
    known: dict[str, Any] = {"condition": "new_failure", "unit": "count", "scope": "failure", "value": 1.0}
    assert not any("Last" in label for label in fields(of_alert(alert(**known, requests=0, failures=0))))


def test_labels_of_rule_and_run_stand_in_the_small_print() -> None:
    labelled = alert(run=run(labels={"team": "payments"}), labels={"runbook": "rb-1"})
    assert write(of_alert(labelled).context, PLAIN).startswith("team=payments · runbook=rb-1 · run ")


def test_three_endpoints_and_errors_are_listed() -> None:
    listed = lists(of_alert(alert(top_endpoints=TOP_ENDPOINTS * 2)))
    assert listed["Most failures in this window"] == [
        "POST /checkout 120 of 210 requests failed (57.1 %)",
        "GET /orders/[id] 51 of 180 requests failed (28.3 %)",
        "GET / 1 of 20 requests failed (5 %)",
    ]
    assert listed["Most frequent errors of the run so far"][0] == (
        "120x POST /checkout 503 Server Error: Service Unavailable"
    )


def test_nothing_to_list_leaves_no_empty_paragraph() -> None:
    assert of_alert(alert(top_endpoints=(), top_errors=())).lists == ()


def test_the_small_print_finds_the_event() -> None:
    record = alert()
    small = write(of_alert(record).context, PLAIN)
    assert str(record.id) in small
    assert str(record.run.id) in small


def test_only_the_message_that_opens_an_episode_calls_anybody() -> None:
    assert of_alert(alert(), calls=("here",)).calls == ("here",)
    assert of_alert(alert(state="resolved", resolution="recovered"), calls=("here",)).calls == ()
