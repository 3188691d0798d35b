"""What is said of a finished run, whatever the place. Pure; every text from outside has a bound."""

from collections.abc import Iterable, Iterator
from typing import Final

from locust_failure_schemas import DeliveryCount, RunSummary

from .notice import Foreign, Line, Moment, Notice, Piece
from .notice_parts import endpoints, errors, ids, outcome, title
from .words import duration, plural, rate, share

_MOST: Final = 5
"""Destinations whose accounts are told."""


def of_summary(summary: RunSummary, links: tuple[tuple[str, str], ...] = ()) -> Notice:
    """The message at the end of a run."""
    fields: list[tuple[str, Line]] = [
        ("Verdict", (_verdict(summary),)),
        ("Started", (Moment(summary.started_at),)),
        ("Lasted", (duration(summary.duration_s),)),
        ("Users at peak", (f"{summary.users_peak:,}",)),
        ("Requests", (f"{summary.requests:,} ({rate(summary.requests, summary.duration_s)}/s)",)),
        ("Failed", (f"{summary.failures:,} ({share(summary.failures, summary.requests)})",)),
    ]
    if summary.user_errors:
        fields.append(("Errors in user code", (f"{summary.user_errors:,}",)))
    categories = sorted(summary.categories.items(), key=lambda item: (-item[1], item[0]))
    listed = " · ".join(f"{category.replace('_', ' ')} {count:,}" for category, count in categories)
    if listed:
        fields.append(("Kinds of failures", (listed,)))
    if summary.deliveries:  # one field for all: Slack takes ten
        fields.append(("Failures sent", tuple(_accounts(summary.deliveries[:_MOST]))))
    return Notice(
        headline=("🏁 ", *title(summary.run), f" finished after {duration(summary.duration_s)}: {_outcome(summary)}"),
        tone="good" if _is_clean(summary) else "warning",
        fields=tuple(fields),
        lists=(
            *endpoints("Most failures", summary.top_endpoints),
            *errors("Most frequent errors", summary.top_errors),
        ),
        links=links,
        context=ids(summary),
    )


def _accounts(accounts: Iterable[DeliveryCount]) -> Iterator[Piece]:
    """`monitoring: 306 captured = 280 delivered + 26 on their way`, and so on."""
    for number, account in enumerate(accounts):
        if number:
            yield " · "
        yield Foreign(account.destination, 100)
        yield f": {_account(account)}"


def _account(account: DeliveryCount) -> str:
    parts = {
        "delivered": account.delivered,
        "on their way": account.pending,
        "dead": account.dead,
        "dropped": account.dropped,
    }
    told = " + ".join(f"{count:,} {name}" for name, count in parts.items() if count or name == "delivered")
    return f"{account.captured:,} captured = {told}"


def _is_clean(summary: RunSummary) -> bool:
    return summary.requests > 0 and not (summary.failures or summary.user_errors or summary.alerts_fired)


def _verdict(summary: RunSummary) -> str:
    if summary.alerts_fired:
        return f"{plural(summary.alerts_fired, 'alert')} fired"
    if summary.requests == 0:
        return "nothing was tested"
    return "clean" if _is_clean(summary) else "failures, none of which raised an alert"


def _outcome(summary: RunSummary) -> str:
    if summary.requests == 0:
        told = "no requests were made"
    elif summary.failures == 0:
        told = f"no failures in {plural(summary.requests, 'request')}"
    else:
        told = outcome(summary.failures, summary.requests)
    user_errors = f", {plural(summary.user_errors, 'error')} in user code" if summary.user_errors else ""
    fired = f", {plural(summary.alerts_fired, 'alert')} fired" if summary.alerts_fired else ""
    return f"{told}{user_errors}{fired}"
