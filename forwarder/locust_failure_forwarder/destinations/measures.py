"""What an alert measured, in words, by its condition. Pure; one place to add a condition's words to."""

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
    is_over: bool
    """Whether the value is still beyond the limit."""

    def aside(self, *, before: bool = True) -> str:
        """` (limit 5 %, before 0.4 %)`, as far as there is something to say."""
        said = ", ".join(part for part in (self.limit, self.before if before else "") if part)
        return f" ({said})" if said else ""


def measured(alert: Alert) -> Measured:
    """What `alert` measured. A condition that this version does not know is told as a bare number."""
    words = _WORDS.get(alert.condition, _ANY)
    return Measured(
        told=words.tell(alert),
        label=words.label,
        value=words.show(alert.value),
        limit=f"limit {words.show(alert.threshold)}" if words.has_limit else "",
        before="" if alert.baseline is None else f"before {words.show(alert.baseline)}",
        is_over=alert.value > alert.threshold,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    label: str
    show: Callable[[float], str]
    tell: Callable[[Alert], str]
    has_limit: bool = True


def _share(alert: Alert) -> str:
    return f"{percent(alert.value)} of {plural(alert.requests, 'request')} failed"


def _new(alert: Alert) -> str:
    count = round(alert.value)
    return f"{count:,} {'kind' if count == 1 else 'kinds'} of failure not seen before"


def _per_second(value: float) -> str:
    return f"{number(value)}/s"


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms" if value < 10_000 else duration(value / 1000)


_RATIO: Final = _Words("Failed", percent, _share)
_WORDS: Final[Mapping[str, _Words]] = {
    "failure_ratio": _RATIO,
    "spike": _RATIO,
    "failures_per_second": _Words("Failures", _per_second, lambda alert: f"{number(alert.value)} failures a second"),
    "new_failure": _Words("New failures", lambda value: f"{value:,.0f}", _new, has_limit=False),
    "no_requests": _Words(
        "Requests",
        _per_second,
        lambda alert: f"{number(alert.value)} requests a second from {plural(alert.users, 'user')}",
        has_limit=False,
    ),
    "slow_requests": _Words(
        "Response time", _milliseconds, lambda alert: f"requests take {_milliseconds(alert.value)}"
    ),
}
_ANY: Final = _Words("Value", lambda value: f"{value:,.4g}", lambda alert: f"measured {alert.value:,.4g}")
