"""What is said of an alert, whatever the place. Pure; every text from outside has a bound."""

from collections.abc import Iterable
from typing import Final

from locust_failure_schemas import Alert, EndpointCount, ErrorCount, Run, RunSummary

from .measures import Measured, measured
from .notice import Code, Foreign, Line, Moment, Notice, Tone
from .sparkline import sparkline
from .words import duration, percent, plural, rate, share

TOP: Final = 3
"""Endpoints and errors listed in a message."""


def of_alert(alert: Alert, links: tuple[tuple[str, str], ...] = (), calls: tuple[str, ...] = ()) -> Notice:
    """The message that opens or closes an episode; only the one that opens it calls anybody."""
    measure = measured(alert)
    return Notice(
        headline=_headline(alert, measure),
        tone=_tone(alert),
        fields=(
            ("Rule", (Code(alert.rule, 100), f" ({alert.severity})")),
            ("Test", (Foreign(alert.run.name, 200),)),
            ("Environment", (Foreign(alert.run.environment or "not named", 200),)),
            (measure.label, (f"{measure.value}{measure.aside()}",)),
            (f"Last {duration(alert.window_s)}", (_failed_of(alert.failures, alert.requests),)),
            ("Users", (f"{alert.users:,}",)),
            ("Requests/s", (rate(alert.requests, alert.window_s),)),
            _time(alert),
        ),
        chart=_chart(alert),
        lists=(
            *endpoints("Most failures in this window", alert.top_endpoints),
            *errors("Most frequent errors of the run so far", alert.top_errors),
        ),
        links=links,
        context=ids(alert),
        calls=calls if alert.state == "firing" else (),
    )


def title(run: Run) -> Line:
    """Test and environment, for a headline."""
    name = Foreign(run.name, 100)
    return (name, " (", Foreign(run.environment, 50), ")") if run.environment else (name,)


def outcome(failures: int, requests: int) -> str:
    """`120 of 210 requests failed (57.1 %)`."""
    return f"{_failed_of(failures, requests)} ({share(failures, requests)})"


def endpoints(label: str, counts: Iterable[EndpointCount]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The worst endpoints as a list, or none."""
    lines = tuple((_endpoint(e), f" {outcome(e.failures, e.requests)}") for e in list(counts)[:TOP])
    return ((label, lines),) if lines else ()


def errors(label: str, counts: Iterable[ErrorCount]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The most frequent errors as a list, or none."""
    lines = tuple((f"{e.count:,}x ", _endpoint(e), " ", Code(e.message, 400)) for e in list(counts)[:TOP])
    return ((label, lines),) if lines else ()


def ids(event: Alert | RunSummary) -> Line:
    """Small print that finds the event in the log and at other destinations."""
    host = Foreign(event.node.host, 100)
    return (f"run {event.run.id} · message {event.id} · {event.node.role} on ", host)


def _headline(alert: Alert, measure: Measured) -> Line:
    name = title(alert.run)
    if alert.state == "firing":
        return ("🔥 ", *name, f": {measure.told}{measure.aside()}")
    lasted = duration((alert.occurred_at - alert.started_at).total_seconds())
    if alert.resolution == "test_ended":
        # The run may end while the share is low again, only not for long enough to be sure.
        still = "test ended while still failing" if measure.is_over else "test ended before recovery was sure"
        return ("⏹️ ", *name, f": {still}, {lasted} after the alert; {measure.told}{measure.aside(before=False)}")
    what = "recovered" if alert.resolution == "recovered" else "alert resolved"
    return ("✅ ", *name, f": {what} after {lasted}; {measure.told}")


def _tone(alert: Alert) -> Tone:
    if alert.state == "firing":
        return alert.severity
    return "neutral" if alert.resolution == "test_ended" else "good"


def _time(alert: Alert) -> tuple[str, Line]:
    if alert.state == "firing":
        return "Since", (Moment(alert.started_at),)
    lasted = duration((alert.occurred_at - alert.started_at).total_seconds())
    return "Lasted", (f"{lasted}, since ", Moment(alert.started_at))


def _chart(alert: Alert) -> tuple[str, str] | None:
    if len(alert.history) < 2 or alert.history_step_s is None:
        return None
    span = duration(alert.history_step_s * (len(alert.history) - 1))
    peak = percent(max(alert.history))
    return f"Share of failures, last {span}, at most {peak}", sparkline(alert.history)


def _failed_of(failures: int, requests: int) -> str:
    return f"{failures:,} of {plural(requests, 'request')} failed"


def _endpoint(counted: EndpointCount | ErrorCount) -> Code:
    return Code(f"{counted.method} {counted.name}", 300)
