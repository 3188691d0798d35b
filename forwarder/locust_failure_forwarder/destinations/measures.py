"""What an alert measured, in words: numbers by its unit, phrases by its condition. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from locust_failure_schemas import Alert

from .words import duration, number, percent, plural


@dataclass(frozen=True, slots=True)
class Measured:
    """Words of ours, without markup."""

    told: str
    """`42 % of 410 requests failed`."""
    label: str
    """`Failed`."""
    value: str
    """`42 %`."""
    limit: str
    """`limit 5 %`; empty where the limit says nothing."""
    before: str
    """`before 0.4 %`; empty where it is not known."""
    peak: str
    """`at worst 63 %`, over the whole episode; empty where that says nothing, or no more than the value."""
    is_over: bool
    """Whether the value is still beyond the limit."""

    def aside(self, *, over: bool = False) -> str:
        """` (limit 5 %, before 0.4 %)`, as far as there is something to say; once it is over, with the peak."""
        said = ", ".join(part for part in (self.limit, self.peak if over else self.before) if part)
        return f" ({said})" if said else ""


def measured(alert: Alert) -> Measured:
    """What `alert` measured. A condition or unit that this version does not know is told as a bare number."""
    words = _WORDS.get(alert.condition, _ANY)
    return Measured(
        told=words.tell(alert),
        label=words.label,
        value=quantity(alert, alert.value),
        limit=f"limit {quantity(alert, alert.threshold)}" if words.has_limit else "",
        before="" if alert.before is None else f"before {quantity(alert, alert.before)}",
        peak=_peak(alert),
        # Silence is what `no_requests` fires at: no pace at all is the worst.
        is_over=alert.value <= 0 if alert.condition == "no_requests" else alert.value > alert.threshold,
    )


def _peak(alert: Alert) -> str:
    if alert.peak is None or alert.peak <= alert.value:
        return ""
    return f"at worst {quantity(alert, alert.peak)}"


def quantity(alert: Alert, value: float) -> str:
    """`value` in the unit of the alert."""
    match alert.unit:
        case "ratio":
            return percent(value)
        case "per_second":
            return f"{number(value)}/s"
        case "milliseconds":
            return f"{value:,.0f} ms" if value < 10_000 else duration(value / 1000)
        case "count":
            return f"{value:,.0f}"
        case "other":
            return f"{value:,.4g}"


@dataclass(frozen=True, slots=True)
class _Words:
    label: str
    tell: Callable[[Alert], str]
    has_limit: bool = True


def _share(alert: Alert) -> str:
    return f"{quantity(alert, alert.value)} of {plural(alert.requests, 'request')} failed"


def _new(alert: Alert) -> str:
    count = round(alert.value)
    return f"{count:,} {'kind' if count == 1 else 'kinds'} of failure not seen before"


def _slow(alert: Alert) -> str:
    if alert.percentile is None:
        return f"requests take {quantity(alert, alert.value)}"
    return f"p{alert.percentile:g} of the response times is {quantity(alert, alert.value)}"


_RATIO: Final = _Words("Failed", _share)
_WORDS: Final[Mapping[str, _Words]] = {
    "failure_ratio": _RATIO,
    "spike": _RATIO,
    "failures_per_second": _Words("Failures", lambda alert: f"{number(alert.value)} failures a second"),
    "new_failure": _Words("New failures", _new, has_limit=False),
    "no_requests": _Words(
        "Requests",
        lambda alert: f"{number(alert.value)} requests a second from {plural(alert.users, 'user')}",
        has_limit=False,
    ),
    "slow_requests": _Words("Response time", _slow),
}
_ANY: Final = _Words("Value", lambda alert: f"measured {quantity(alert, alert.value)}")
