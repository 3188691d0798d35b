"""The accounts of P1, summed over the logs of a folder. Opens logs; changes nothing in them."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import LogError
from ..pipeline.counters import Account, RouteKey, as_json
from ..pipeline.log import Log
from ..pipeline.log_files import claim, list_logs


@dataclass(frozen=True, slots=True)
class LogReport:
    """One log. `error` is set, and the rest empty, if it cannot be read."""

    path: Path
    in_use: bool = False
    accounts: tuple[tuple[RouteKey, Account], ...] = ()
    dead: tuple[tuple[RouteKey, str, int], ...] = ()
    """Dead letters counted by route and reason."""
    mismatches: tuple[str, ...] = ()
    error: str | None = None


def report_directory(directory: Path) -> list[LogReport]:
    """One report for each log, oldest first.

    Raises:
        LogError: no such folder.
    """
    return [_report(path) for path in list_logs(directory)]


def _report(path: Path) -> LogReport:
    try:
        lock = claim(path)
        in_use = lock is None
        if lock is not None:
            lock.release()
        log = Log.open(path)
    except LogError as error:
        return LogReport(path, error=str(error))
    try:
        accounts = log.accounts()
        # A log in use moves between the two questions, so only a resting one is held to the equation.
        mismatches = () if in_use else tuple(_mismatches(log, accounts))
        return LogReport(path, in_use, tuple(accounts.items()), tuple(log.dead_reasons()), mismatches)
    except sqlite3.Error as error:
        return LogReport(path, error=f"cannot be read: {error}")
    finally:
        log.close()


def _mismatches(log: Log, accounts: dict[RouteKey, Account]) -> Iterable[str]:
    """Where captured - delivered - dead - dropped is not what lies past the cursor, counted one by one."""
    for key, account in accounts.items():
        counted = log.unsettled(key)
        if counted != account.pending:
            yield f"{key}: the accounts say {account.pending} pending, the log holds {counted}"


def total(reports: Iterable[LogReport]) -> dict[RouteKey, Account]:
    """Sums over all logs."""
    sums: dict[RouteKey, Account] = {}
    for report in reports:
        for key, account in report.accounts:
            sums[key] = sums.get(key, Account()) + account
    return dict(sorted(sums.items()))


def dead_reasons(reports: Iterable[LogReport]) -> dict[RouteKey, Counter[str]]:
    """How many dead letters each route has, by reason, over all logs."""
    sums: dict[RouteKey, Counter[str]] = {}
    for report in reports:
        for key, reason, count in report.dead:
            sums.setdefault(key, Counter())[reason] += count
    return sums


def to_json(directory: Path, reports: list[LogReport]) -> dict[str, Any]:
    """The whole report as plain data."""
    dead = dead_reasons(reports)
    return {
        "directory": str(directory),
        "routes": [
            {**as_json(key, account), "dead_reasons": dead.get(key, Counter[str]())}
            for key, account in total(reports).items()
        ],
        "logs": [
            {
                "path": str(report.path),
                "in_use": report.in_use,
                "error": report.error,
                "mismatches": list(report.mismatches),
                "routes": [as_json(key, account) for key, account in report.accounts],
            }
            for report in reports
        ],
    }
