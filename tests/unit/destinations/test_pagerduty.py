"""PagerDuty: what only it does. The suite in tests/contract holds for it as for all."""

import json

import pytest
from locust_failure_forwarder.destinations.base import Batch, Delivered, HttpResponse, Rejected, Retry
from locust_failure_forwarder.destinations.pagerduty import PagerdutyConfig, PagerdutyDestination
from pydantic import ValidationError
from support.samples import NOW, alert, event

KEY = "notarealroutingkeynotarealroutin"
PAGERDUTY = PagerdutyDestination("pagerduty", PagerdutyConfig.model_validate({"type": "pagerduty", "routing_key": KEY}))


def test_it_posts_to_pagerduty_unless_told_otherwise() -> None:
    assert PAGERDUTY.probe(NOW).url == "https://events.pagerduty.com/v2/enqueue"


def test_the_end_of_an_episode_resolves_what_its_beginning_opened() -> None:
    opened, closed = (
        json.loads(PAGERDUTY.encode(Batch("alerts", "pagerduty", [event("alerts", record=record)]), NOW).body)
        for record in (alert(1), alert(2, state="resolved", resolution="recovered"))
    )
    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"] == str(alert().episode_id)


def test_only_202_is_pagerdutys_own_yes() -> None:
    assert PAGERDUTY.read(HttpResponse(202, {}, b'{"status":"success"}'), NOW) == Delivered()
    verdict = PAGERDUTY.read(HttpResponse(200), NOW)
    assert isinstance(verdict, Retry)
    assert "not PagerDuty's" in verdict.reason


@pytest.mark.parametrize(
    "body",
    [
        b"Invalid routing key",
        b'{"status":"invalid event","errors":["Length of \'routing_key\' is incorrect (should be 32 characters)"]}',
    ],
)
def test_a_key_that_is_not_known_is_kept_for_a_person_to_mend(body: bytes) -> None:
    verdict = PAGERDUTY.read(HttpResponse(400, {}, body), NOW)
    assert isinstance(verdict, Retry)
    assert verdict.needs_repair
    assert isinstance(PAGERDUTY.read(HttpResponse(400, {}, b'{"errors":["summary"]}'), NOW), Rejected)


@pytest.mark.parametrize("key", ["", "e+23rschqsESqk9Q6_-g", "x" * 20, "x" * 33, "x" * 31 + "\n"])
def test_what_is_no_integration_key_is_refused(key: str) -> None:
    """P9"""
    with pytest.raises(ValidationError, match="32 letters and digits"):
        PagerdutyConfig.model_validate({"type": "pagerduty", "routing_key": key})


def test_summaries_are_refused_with_what_to_do() -> None:
    """P9"""
    with pytest.raises(ValidationError, match="it takes alerts alone"):
        PagerdutyConfig.model_validate({"type": "pagerduty", "routing_key": KEY, "send": ["alerts", "summaries"]})
