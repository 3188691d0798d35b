"""Microsoft Teams: what only it does. The suite in tests/contract holds for it as for all."""

import json
from typing import Any

import pytest
from locust_failure_forwarder.destinations.base import Batch, Delivered, HttpResponse, Retry
from locust_failure_forwarder.destinations.notice import Code, Notice
from locust_failure_forwarder.destinations.teams import TeamsConfig, TeamsDestination
from locust_failure_forwarder.destinations.teams_payload import render
from support.samples import NOW, alert, event


def teams(**config: Any) -> TeamsDestination:
    fields: dict[str, Any] = {"type": "teams", "webhook_url": "https://teams.example/not-a-real-path?sig=x"}
    return TeamsDestination("teams", TeamsConfig.model_validate(fields | config))


def card(destination: TeamsDestination, **changes: Any) -> dict[str, Any]:
    request = destination.encode(Batch("alerts", "teams", [event("alerts", record=alert(**changes))]), NOW)
    return json.loads(request.body)["attachments"][0]["content"]


def test_the_color_of_the_headline_is_the_severity() -> None:
    assert card(teams(), severity="critical")["body"][0]["style"] == "attention"
    assert card(teams(), state="resolved", resolution="recovered")["body"][0]["style"] == "good"


def test_links_are_buttons() -> None:
    actions = card(teams(links={"web_ui": "http://loadgen-1.example:8089"}))["actions"]
    assert actions == [{"type": "Action.OpenUrl", "title": "Locust", "url": "http://loadgen-1.example:8089"}]


@pytest.mark.parametrize(("links", "lines", "left"), [(2, 3, (2, 3)), (30, 3, (0, 3)), (30, 40, (0, 21))])
def test_a_card_that_would_be_too_large_loses_its_links_and_then_lines(
    links: int, lines: int, left: tuple[int, int]
) -> None:
    wide = (Code("中" * 5000, 250),)
    notice = Notice(
        headline=("x",),
        tone="info",
        context=("y",),
        lists=(("list", (wide,) * lines),),
        links=(("link", "https://a.example/" + "x" * 900),) * links,
    )
    content = json.loads(render(notice))["attachments"][0]["content"]
    shown = sum(block["inlines"][0]["text"] == "• " for block in content["body"][1:])
    assert len(render(notice)) <= 20_000
    assert (len(content["actions"]), shown) == left


def test_a_workflow_that_is_switched_off_is_kept_for_a_person_to_mend() -> None:
    body = b'{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"Could not execute workflow"}}'
    verdict = teams().read(HttpResponse(400, {}, body), NOW)
    assert isinstance(verdict, Retry)
    assert verdict.needs_repair


def test_a_login_page_is_no_yes() -> None:
    assert teams().read(HttpResponse(202), NOW) == Delivered()
    verdict = teams().read(HttpResponse(200, {"content-type": "text/html; charset=utf-8"}, b"<html>"), NOW)
    assert isinstance(verdict, Retry)
    assert verdict.needs_repair
