"""What is said of an alert, whatever the place. Pure; every text from outside has a bound."""

from locust_failure_schemas import Affected, Alert

from .measures import Measured, measured, quantity
from .notice import Code, Foreign, Line, Moment, Notice, Tone
from .notice_parts import TOP, Fields, Listed, endpoint, endpoints, errors, failed_of, ids, title
from .sparkline import sparkline
from .words import duration, percent, plural, rate


def of_alert(alert: Alert, links: tuple[tuple[str, str], ...] = (), calls: tuple[str, ...] = ()) -> Notice:
    """The message that opens, repeats or closes an episode; only the one that opens it calls anybody."""
    measure = measured(alert)
    return Notice(
        headline=_headline(alert, measure),
        tone=_tone(alert),
        fields=(
            ("Rule", (Code(alert.rule, 100), f" ({alert.severity})")),
            ("Test", (Foreign(alert.run.name, 200),)),
            ("Environment", (Foreign(alert.run.environment or "not named", 200),)),
            *_measured(alert, measure),
            ("Users", (f"{alert.users:,}",)),
            *_time(alert),
            *_untold(alert),
        ),
        chart=_chart(alert),
        lists=(*_worst(alert), *errors(f"Most frequent errors{_when(alert)}", alert.top_errors)),
        links=links,
        context=ids(alert),
        calls=calls if alert.state == "firing" and alert.repeat == 0 else (),
    )


def _headline(alert: Alert, measure: Measured) -> Line:
    name: Line = (*title(alert.run), ": ", Code(alert.rule, 60))
    since = duration((alert.occurred_at - alert.started_at).total_seconds())
    if alert.state == "firing" and alert.repeat:
        return ("🔥 ", *name, f" still fires after {since}; ", *_where(alert), f"{measure.told}{measure.aside()}")
    if alert.state == "firing":
        return ("🔥 ", *name, ": ", *_where(alert), f"{measure.told}{measure.aside()}")
    if alert.resolution == "test_ended":
        # The run may end while the share is low again, only not for long enough to be sure.
        still = "test ended while still failing" if measure.is_over else "test ended before recovery was sure"
        still = "test ended" if alert.condition == "new_failure" else still
        told = f"{measure.told}{measure.aside(over=True)}"
        return ("⏹️ ", *name, f": {still}, {since} after the alert; ", *_where(alert), told)
    what = "recovered" if alert.resolution == "recovered" else "alert resolved"
    if alert.condition == "new_failure":
        # The old ones may well go on, and it is not known of new ones where they are not told.
        what = "has told all it may" if alert.quota_used else "no more new failures"
    peak = f" ({measure.peak})" if measure.peak else ""
    return ("✅ ", *name, f" {what} after {since}; ", *_where(alert), f"{measure.told}{peak}")


def _where(alert: Alert) -> Line:
    """The endpoint that the numbers are of, where they are not those of the whole test."""
    if alert.scope != "endpoint" or not alert.affected:
        return ()
    worst = Code(f"{alert.affected[0].method} {alert.affected[0].name}", 150)
    count = max(alert.affected_count, len(alert.affected))
    return (worst, ": ") if count == 1 else (f"{plural(count, 'endpoint')}, worst ", worst, ": ")


def _tone(alert: Alert) -> Tone:
    if alert.state == "firing":
        return alert.severity
    return "neutral" if alert.resolution == "test_ended" else "good"


def _measured(alert: Alert, measure: Measured) -> Fields:
    """What was measured, and of what: the numbers may be those of one endpoint."""
    there = _there(alert)
    of_window: Fields = (
        (f"Last {duration(alert.window_s)}{there}", (failed_of(alert.failures, alert.requests),)),
        (f"Requests/s{there}", (rate(alert.requests, alert.window_s),)),
    )
    if alert.scope == "failure" and not alert.requests:
        of_window = ()  # a group of several endpoints, whose name is none
    label = measure.label + (there if alert.scope == "endpoint" else "")
    return (
        (label, (f"{measure.value}{measure.aside(over=alert.state != 'firing')}",)),
        *of_window,
    )


def _there(alert: Alert) -> str:
    several = max(alert.affected_count, len(alert.affected)) > 1
    match alert.scope:
        case "endpoint":
            return " (worst endpoint)" if several else " (this endpoint)"
        case "failure":
            return " (first one's endpoint)" if several else " (its endpoint)"
        case _:
            return ""


def _time(alert: Alert) -> Fields:
    if alert.state == "firing":
        return (("Since", (Moment(alert.started_at),)),)
    lasted = duration((alert.occurred_at - alert.started_at).total_seconds())
    told: Fields = (("Lasted", (f"{lasted}, since ", Moment(alert.started_at))),)
    if alert.episode_requests is None or alert.episode_failures is None:
        return told
    return (*told, ("While it lasted", (failed_of(alert.episode_failures, alert.episode_requests),)))


def _untold(alert: Alert) -> Fields:
    """What limits have kept back, or will."""
    parts: list[str] = []
    if alert.folded_episodes:
        parts.append(f"{plural(alert.folded_episodes, 'episode')} before this one")
    if alert.state == "resolved" and not alert.repeat:
        parts.append("that it began")
    if alert.quota_used and alert.condition == "new_failure":
        parts.append("further new failures of this run")
    elif alert.quota_used:
        parts.append("what this rule finds next, while its messages of the hour are used up")
    return (("Not told", (" · ".join(parts),)),) if parts else ()


def _when(alert: Alert) -> str:
    """Which time the lists are of."""
    if alert.top_s is None:
        return " of the run so far"
    return " while it lasted" if alert.state == "resolved" else f", last {duration(alert.top_s)}"


def _chart(alert: Alert) -> tuple[str, str] | None:
    shares = [share for share in alert.trend if share is not None]
    if len(shares) < 2:
        return None
    step, span = duration(alert.trend_step_s), duration(alert.trend_step_s * len(alert.trend))
    # The peak is of the rule's own window, which may be shorter than a step: say what the greatest one here is of.
    return f"Share of failures in steps of {step}, last {span}, at most {percent(max(shares))}", sparkline(alert.trend)


def _worst(alert: Alert) -> Listed:
    """The endpoints or failures that the alert is about; of the whole test, or once it is over, the worst endpoints."""
    over = alert.state == "resolved" and alert.scope == "endpoint"
    if not alert.affected or (over and alert.top_s is not None and alert.top_endpoints):
        return endpoints(
            f"Most failures{' in this window' if alert.top_s is None else _when(alert)}", alert.top_endpoints
        )
    label = "Endpoints that were over the limit" if over else "Endpoints over the limit"
    label = "New failures" if alert.scope == "failure" else label
    count = max(alert.affected_count, len(alert.affected))
    of_all = f" ({TOP} of {count:,})" if count > TOP else ""
    return ((f"{label}{of_all}", tuple(_affected(alert, one) for one in alert.affected[:TOP])),)


def _affected(alert: Alert, one: Affected) -> Line:
    named = endpoint(one.method, one.name)
    if one.message is not None:
        return (named, " ", Code(one.message, 400))
    counted = failed_of(one.failures, one.requests)
    return (named, f" {quantity(alert, one.value)}; {counted}")
