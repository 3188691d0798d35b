"""Accounts as a table and lines for a terminal. Draws; computes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..pipeline.counters import Account, RouteKey
from .accounts import LogReport, dead_reasons

_REASONS: Final = 5
"""Reasons of dead letters that are shown for each route."""
_REASON_LENGTH: Final = 200


def accounts_table(accounts: Mapping[RouteKey, Account], title: str | None = None) -> Table:
    """One row for each route."""
    table = Table(title=title and Text(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("destination/kind", overflow="fold")
    for column in ("captured", "delivered", "pending", "dead", "dropped"):
        table.add_column(column, justify="right", no_wrap=True)
    for key, account in accounts.items():
        table.add_row(
            Text(str(key)),
            f"{account.captured:,}",
            f"{account.delivered:,}",
            _marked(account.pending, "yellow"),
            _marked(account.dead, "red"),
            _marked(sum(account.dropped.values()), "red"),
        )
    return table


def _marked(count: int, style: str) -> Text:
    return Text(f"{count:,}", style if count else "")


def reasons(accounts: Mapping[RouteKey, Account], reports: Iterable[LogReport]) -> list[str]:
    """Why records were dropped or are dead, route by route."""
    dead = dead_reasons(reports)
    lines: list[str] = []
    for key, account in accounts.items():
        if account.dropped:
            counts = ", ".join(f"{reason} {count:,}" for reason, count in sorted(account.dropped.items()))
            lines.append(f"{key} dropped: {counts}")
        worst = dead.get(key, Counter[str]()).most_common()
        lines += [f"{key} dead: {reason[:_REASON_LENGTH]} ({count:,})" for reason, count in worst[:_REASONS]]
        if len(worst) > _REASONS:
            lines.append(f"{key} dead: {len(worst) - _REASONS} further reasons; --json shows them all")
    return lines


def remarks(reports: Iterable[LogReport]) -> list[str]:
    """Lines about logs that are in use, unreadable, or whose accounts do not add up."""
    lines: list[str] = []
    for report in reports:
        if report.error is not None:
            lines.append(f"unreadable: {report.error}")
        elif report.in_use:
            lines.append(f"in use: {report.path.name} (a test is running, or its last failures are still being sent)")
        lines += [f"MISMATCH in {report.path.name}: {mismatch}" for mismatch in report.mismatches]
    return lines
