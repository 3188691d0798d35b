"""What is said of an alert, whatever the place. Pure; every text from outside has a bound."""

from typing import Final

from locust_failure_schemas import Affected, Alert

from .measures import Measured, measured, quantity
from .notice import Code, Foreign, Line, Moment, Notice, Tone
from .notice_parts import TOP, Listed, endpoint, endpoints, errors, failed_of, ids, title
from .sparkline import sparkline
from .words import duration, percent, plural, rate

_SEEN: Final = "Most frequent errors of the run so far"


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
            (measure.label, (f"{measure.value}{measure.aside(before=alert.state == 'firing')}",)),
            (f"Last {duration(alert.window_s)}", (failed_of(alert.failures, alert.requests),)),
            ("Users", (f"{alert.users:,}",)),
            ("Requests/s", (rate(alert.requests, alert.window_s),)),
            _time(alert),
            *_untold(alert),
        ),
        chart=_chart(alert),
        lists=(*_worst(alert), *errors(_SEEN, alert.top_errors)),
        links=links,
        context=ids(alert),
        calls=calls if alert.state == "firing" and alert.repeat == 0 else (),
    )


def _headline(alert: Alert, measure: Measured) -> Line:
    name = (*title(alert.run), ": ")
    since = duration((alert.occurred_at - alert.started_at).total_seconds())
    if alert.state == "firing" and alert.repeat:
        return ("🔥 ", *name, f"still firing after {since}; ", *_where(alert), f"{measure.told}{measure.aside()}")
    if alert.state == "firing":
        return ("🔥 ", *name, *_where(alert), f"{measure.told}{measure.aside()}")
    if alert.resolution == "test_ended":
        # The run may end while the share is low again, only not for long enough to be sure.
        still = "test ended while still failing" if measure.is_over else "test ended before recovery was sure"
        return ("⏹️ ", *name, f"{still}, {since} after the alert; {measure.told}{measure.aside(before=False)}")
    what = "recovered" if alert.resolution == "recovered" else "alert resolved"
    if alert.condition == "new_failure":
        what = "no more new failures"  # the old ones may well go on
    return ("✅ ", *name, Code(alert.rule, 60), f" {what} after {since}; {measure.told}")


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


def _time(alert: Alert) -> tuple[str, Line]:
    if alert.state == "firing":
        return "Since", (Moment(alert.started_at),)
    lasted = duration((alert.occurred_at - alert.started_at).total_seconds())
    return "Lasted", (f"{lasted}, since ", Moment(alert.started_at))


def _untold(alert: Alert) -> tuple[tuple[str, Line], ...]:
    """What the limit of messages an hour has kept back."""
    if not alert.folded_episodes:
        return ()
    return (("Not told", (f"{plural(alert.folded_episodes, 'episode')} before this one",)),)


def _chart(alert: Alert) -> tuple[str, str] | None:
    shares = [share for share in alert.trend if share is not None]
    if len(shares) < 2:
        return None
    span = duration(alert.trend_step_s * len(alert.trend))
    return f"Share of failures, last {span}, at most {percent(max(shares))}", sparkline(alert.trend)


def _worst(alert: Alert) -> Listed:
    """The endpoints or failures that the alert is about; of the whole test, the worst endpoints."""
    if not alert.affected:
        return endpoints("Most failures in this window", alert.top_endpoints)
    label = "New failures" if alert.scope == "failure" else "Endpoints over the limit"
    count = max(alert.affected_count, len(alert.affected))
    of_all = f" ({TOP} of {count:,})" if count > TOP else ""
    return ((f"{label}{of_all}", tuple(_affected(alert, one) for one in alert.affected[:TOP])),)


def _affected(alert: Alert, one: Affected) -> Line:
    named = endpoint(one.method, one.name)
    if one.message is not None:
        return (named, " ", Code(one.message, 400))
    counted = failed_of(one.failures, one.requests)
    return (named, f" {quantity(alert, one.value)}; {counted}")
