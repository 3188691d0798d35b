"""Accounts as a table for a terminal. Draws; computes nothing."""

from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from ..pipeline.counters import Account, RouteKey
from .accounts import LogReport


def accounts_table(accounts: Mapping[RouteKey, Account], title: str) -> Table:
    """One row for each route."""
    table = Table(title=Text(title), title_justify="left")
    table.add_column("destination")
    table.add_column("kind")
    for column in ("captured", "delivered", "pending", "dead", "dropped"):
        table.add_column(column, justify="right")
    for key, account in accounts.items():
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(account.dropped.items()))
        dropped = f"{sum(account.dropped.values()):,}"
        table.add_row(
            Text(key.destination),
            key.kind,
            f"{account.captured:,}",
            f"{account.delivered:,}",
            f"[yellow]{account.pending:,}[/]" if account.pending else "0",
            f"[red]{account.dead:,}[/]" if account.dead else "0",
            f"[red]{dropped}[/] ({reasons})" if reasons else "0",
        )
    return table


def remarks(reports: Iterable[LogReport]) -> list[str]:
    """Lines about logs that are in use, unreadable, or whose accounts do not add up."""
    lines: list[str] = []
    for report in reports:
        if report.error is not None:
            lines.append(f"unreadable: {report.error}")
        elif report.in_use:
            lines.append(f"in use: {report.path.name} (a running test is still writing or sending)")
        lines += [f"MISMATCH in {report.path.name}: {mismatch}" for mismatch in report.mismatches]
    return lines
