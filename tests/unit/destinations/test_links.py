"""Links from messages: filled in, bounded, and refused where they could not work (P9)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from locust_failure_forwarder.destinations.links import LinksConfig
from pydantic import ValidationError
from support.samples import alert, run, summary

DASHBOARD = (
    "https://grafana.example/d/x?from={from_ms}&to={to_ms}&var-run={run_id}&var-test={run}&var-env={environment}"
)


def links(**config: Any) -> LinksConfig:
    return LinksConfig.model_validate(config)


def test_the_dashboard_shows_the_episode_and_what_was_before() -> None:
    ((label, address),) = links(dashboard=DASHBOARD).of(alert(run=run(name="soak & spike", environment=None)))
    assert label == "Dashboard"
    assert address == (
        "https://grafana.example/d/x?from=1777886760000&to=1777887120000"
        "&var-run=019df253-a020-7000-8000-0000000000aa&var-test=soak%20%26%20spike&var-env="
    )


def test_seconds_and_iso_times_of_a_whole_run() -> None:
    template = "https://kibana.example/?_g={{{from_iso},{to_iso}}}&s={from_s}-{to_s}"
    ((_, address),) = links(dashboard=template).of(summary())
    assert address == ("https://kibana.example/?_g={2026-05-04T09:25:00Z,2026-05-04T09:41:00Z}&s=1777886700-1777887660")


def test_locusts_web_ui_is_linked_as_it_is() -> None:
    assert links(web_ui="http://loadgen-1:8089").of(alert()) == (("Locust", "http://loadgen-1:8089"),)


def test_without_configuration_there_are_no_links() -> None:
    assert links().of(alert()) == ()


def test_an_address_that_grows_too_long_is_left_out() -> None:
    assert links(dashboard="https://a.example/{run}").of(alert(run=run(name="x" * 5000))) == ()


def test_the_ends_of_the_calendar_do_no_harm() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert links(dashboard="https://a.example/{from_iso}/{to_iso}").of(alert(started_at=first, occurred_at=last))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("dashboard", "https://a.example/{form_ms}", "Did you mean `from_ms`? Known: {from_ms}, {to_ms}"),
        ("dashboard", "https://a.example/{}", "a placeholder that is not known"),
        ("dashboard", "https://a.example/{run.__class__}", "a placeholder that is not known"),
        ("dashboard", "https://a.example/{run:>1000000000}", "a placeholder that is not known"),
        ("dashboard", "https://a.example/{run!r}", "a placeholder that is not known"),
        ("dashboard", "https://a.example/{run", "braces do not match"),
        ("dashboard", "grafana/{run}", "must begin with https://"),
        ("dashboard", "https://a.example/" + "x" * 500, "at most 500 characters"),
        ("web_ui", "loadgen-1:8089", "must begin with https://"),
    ],
)
def test_what_could_not_work_is_refused(key: str, value: str, words: str) -> None:
    """P9"""
    with pytest.raises(ValidationError) as caught:
        links(**{key: value})
    assert words in str(caught.value)
    assert value not in str(caught.value)
