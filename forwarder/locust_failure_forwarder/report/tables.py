"""Accounts as a table and lines for a terminal. Draws; computes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..pipeline.counters import Account, RouteKey
from .accounts import LogReport, dead_reasons
from .words import counted, one_line

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


def reasons(accounts: Mapping[RouteKey, Account], reports: Sequence[LogReport]) -> list[str]:
    """Why records were dropped or are dead, route by route."""
    dead = dead_reasons(reports)
    lines: list[str] = []
    for key, account in accounts.items():
        if account.dropped:
            counts = ", ".join(f"{reason} {count:,}" for reason, count in sorted(account.dropped.items()))
            lines.append(f"{key} dropped: {counts}")
        found = dead.get(key, Counter[str]())
        worst = found.most_common()
        lines += [f"{key} dead: {one_line(reason)[:_REASON_LENGTH]} ({count:,})" for reason, count in worst[:_REASONS]]
        if len(worst) > _REASONS:
            lines.append(f"{key} dead: {len(worst) - _REASONS} further reasons; --json shows them all")
        if gone := account.dead - found.total():
            lines.append(
                f"{key} dead: {counted(gone, 'letter')} no longer kept: purged, or beyond log.max_dead_letters"
            )
    if dead:
        lines.append("dead letters: `failure-forwarder dead list` shows them, `dead replay` sends them again")
    return lines


def remarks(reports: Iterable[LogReport], damaged: Iterable[Path] = ()) -> list[str]:
    """Lines about logs that are in use, unreadable or set aside, or whose accounts do not add up."""
    lines: list[str] = []
    for report in reports:
        if report.error is not None:
            lines.append(f"unreadable: {report.error}")
        elif report.in_use:
            lines.append(f"in use: {report.path.name} (a test is running, or its last failures are still being sent)")
        lines += [f"MISMATCH in {report.path.name}: {mismatch}" for mismatch in report.mismatches]
    lines += [
        f"set aside as damaged: {path.name}; what is in it is not counted above. "
        "`sqlite3 FILE .recover` may save some of it; delete the file when you have no more use for it"
        for path in damaged
    ]
    return lines
