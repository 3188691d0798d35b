"""What a Slack message says about an alert or a finished run, as bounded texts. Pure; builds no JSON.

Every text has a budget so that the whole keeps Slack's limits by construction, whatever names and errors contain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from locust_failure_schemas import Alert, EndpointCount, ErrorCount, Run, RunSummary

from .slack_text import code, date, duration, foreign, percent, plural, rate, share

TOP: Final = 3
"""Endpoints and errors listed in a message."""

_RED: Final = "#d72b3f"
_AMBER: Final = "#e8912d"
_BLUE: Final = "#1d9bd1"
_GREEN: Final = "#2eb67d"
_GREY: Final = "#868686"
_SEVERITY_COLORS: Final = {"critical": _RED, "warning": _AMBER, "info": _BLUE}


@dataclass(frozen=True, slots=True)
class Message:
    """Texts in mrkdwn, escaped and short enough for Slack."""

    headline: str
    """One line that is enough on a phone's lock screen."""
    color: str
    """`#rrggbb` of the bar beside the details."""
    fields: tuple[tuple[str, str], ...]
    """Label and value pairs, at most 10."""
    sections: tuple[str, ...]
    """Paragraphs below the fields."""
    context: str
    """Small print: ids to find the event by."""


def of_alert(alert: Alert) -> Message:
    """The message that opens or closes an episode."""
    return Message(
        headline=_alert_headline(alert),
        color=_alert_color(alert),
        fields=(
            ("Rule", f"{code(alert.rule, 100)} ({alert.severity})"),
            ("Test", foreign(alert.run.name, 200)),
            ("Environment", foreign(alert.run.environment or "not named", 200)),
            ("Failed", f"{percent(alert.value)} (limit {percent(alert.threshold)})"),
            (f"Last {duration(alert.window_s)}", _failed_of(alert.failures, alert.requests)),
            ("Users", f"{alert.users:,}"),
            ("Requests/s", rate(alert.requests, alert.window_s)),
            _alert_time(alert),
        ),
        sections=(
            *_endpoints("Most failures in this window", alert.top_endpoints),
            *_errors("Most frequent errors of the run so far", alert.top_errors),
        ),
        context=_ids(alert),
    )


def of_summary(summary: RunSummary) -> Message:
    """The message at the end of a run."""
    fields = [
        ("Started", date(summary.started_at)),
        ("Lasted", duration(summary.duration_s)),
        ("Users at peak", f"{summary.users_peak:,}"),
        ("Requests", f"{summary.requests:,} ({rate(summary.requests, summary.duration_s)}/s)"),
        ("Failed", f"{summary.failures:,} ({share(summary.failures, summary.requests)})"),
        ("Alerts fired", f"{summary.alerts_fired:,}"),
    ]
    if summary.user_errors:
        fields.append(("Errors in user code", f"{summary.user_errors:,}"))
    categories = sorted(summary.categories.items(), key=lambda item: (-item[1], item[0]))
    listed = " · ".join(f"{category.replace('_', ' ')} {count:,}" for category, count in categories)
    clean = not summary.failures and not summary.user_errors
    return Message(
        headline=_summary_headline(summary),
        color=_GREEN if clean else _AMBER,
        fields=tuple(fields),
        sections=(
            *([f"*Kinds of failures*\n{listed}"] if listed else []),
            *_endpoints("Most failures", summary.top_endpoints),
            *_errors("Most frequent errors", summary.top_errors),
        ),
        context=_ids(summary),
    )


def _title(run: Run) -> str:
    name = foreign(run.name, 100)
    return f"{name} ({foreign(run.environment, 50)})" if run.environment else name


def _alert_headline(alert: Alert) -> str:
    title = _title(alert.run)
    measured = f"{percent(alert.value)} of {plural(alert.requests, 'request')} failed"
    limit = f"limit {percent(alert.threshold)}"
    if alert.state == "firing":
        return f"🔥 {title}: {measured} ({limit})"
    lasted = duration((alert.occurred_at - alert.started_at).total_seconds())
    if alert.resolution == "test_ended":
        # The run may end while the share is low again, only not for long enough to be sure.
        still = (
            "test ended while still failing" if alert.value > alert.threshold else "test ended before recovery was sure"
        )
        return f"⏹️ {title}: {still}, {lasted} after the alert; {measured} ({limit})"
    if alert.resolution == "recovered":
        return f"✅ {title}: recovered after {lasted}; {measured}"
    return f"✅ {title}: alert resolved after {lasted}; {measured}"


def _alert_color(alert: Alert) -> str:
    if alert.state == "firing":
        return _SEVERITY_COLORS[alert.severity]
    return _GREY if alert.resolution == "test_ended" else _GREEN


def _alert_time(alert: Alert) -> tuple[str, str]:
    if alert.state == "firing":
        return "Since", date(alert.started_at)
    lasted = duration((alert.occurred_at - alert.started_at).total_seconds())
    return "Lasted", f"{lasted}, since {date(alert.started_at)}"


def _summary_headline(summary: RunSummary) -> str:
    if summary.requests == 0:
        outcome = "no requests were made"
    elif summary.failures == 0:
        outcome = f"no failures in {plural(summary.requests, 'request')}"
    else:
        outcome = _outcome(summary.failures, summary.requests)
    fired = f", {plural(summary.alerts_fired, 'alert')} fired" if summary.alerts_fired else ""
    errors = f", {plural(summary.user_errors, 'error')} in user code" if summary.user_errors else ""
    return f"🏁 {_title(summary.run)} finished after {duration(summary.duration_s)}: {outcome}{errors}{fired}"


def _outcome(failures: int, requests: int) -> str:
    return f"{_failed_of(failures, requests)} ({share(failures, requests)})"


def _failed_of(failures: int, requests: int) -> str:
    return f"{failures:,} of {plural(requests, 'request')} failed"


def _endpoints(label: str, endpoints: Iterable[EndpointCount]) -> list[str]:
    return _list(label, [f"{_endpoint(e)} {_outcome(e.failures, e.requests)}" for e in endpoints])


def _errors(label: str, errors: Iterable[ErrorCount]) -> list[str]:
    return _list(label, [f"{e.count:,}x {_endpoint(e)} {code(e.message, 400)}" for e in errors])


def _endpoint(counted: EndpointCount | ErrorCount) -> str:
    return code(f"{counted.method} {counted.name}", 300)


def _list(label: str, lines: list[str]) -> list[str]:
    """One paragraph, or none where there is nothing to list. Three lines of these budgets stay below 3000."""
    return [f"*{label}*\n" + "\n".join(f"• {line}" for line in lines[:TOP])] if lines else []


def _ids(event: Alert | RunSummary) -> str:
    return f"run {event.run.id} · message {event.id} · {event.node.role} on {foreign(event.node.host, 100)}"
