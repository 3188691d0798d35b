"""The accounts of P1, summed over the logs of a folder, and the state of each route. Opens logs; changes nothing."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import LogError
from ..pipeline.counters import Account, RouteKey
from ..pipeline.log import Log
from ..pipeline.log_due import waits_since
from ..pipeline.log_files import claim_orphan, list_logs
from ..pipeline.log_letters import dead_reasons as dead_reasons_of
from ..pipeline.log_reports import read_health


@dataclass(frozen=True, slots=True)
class RouteReport:
    """One destination and kind in one log."""

    key: RouteKey
    account: Account
    dead: Mapping[str, int]
    """Dead letters that are kept, counted by reason."""
    state: Mapping[str, Any] | None
    """As the process that uses or used the log last saw it, with `at` in epoch seconds; see `Route.state`."""
    waits_since: float | None
    """Epoch seconds at which the oldest pending event was captured."""

    @property
    def dead_kept(self) -> int:
        """Dead letters that can still be looked at and sent again; the others were deleted."""
        return sum(self.dead.values())


@dataclass(frozen=True, slots=True)
class LogReport:
    """One log. `error` is set, and the rest empty, if it cannot be read."""

    path: Path
    in_use: bool = False
    routes: tuple[RouteReport, ...] = ()
    mismatches: tuple[str, ...] = ()
    error: str | None = None


def report_directory(directory: Path) -> list[LogReport]:
    """One report for each log, oldest first.

    Raises:
        LogError: no such folder.
    """
    return [_report(path) for path in list_logs(directory)]


def set_aside(directory: Path) -> list[Path]:
    """Logs that were found damaged and renamed; see `log_files.set_aside`."""
    return sorted(p for p in directory.glob("*.db.damaged*") if not p.name.endswith(("-wal", "-shm")))


def _report(path: Path) -> LogReport:
    try:
        lock = claim_orphan(path)
        in_use = lock is None
        if lock is not None:
            lock.release()
        log = Log.open(path)
    except LogError as error:
        return LogReport(path, error=str(error))
    try:
        # One snapshot: a log in use moves between two questions.
        log.connection.execute("BEGIN")
        routes = tuple(_routes(log))
        mismatches = tuple(text for route in routes for text in _mismatches(log, route))
    except (sqlite3.Error, ValueError) as error:
        return LogReport(path, error=f"{path} cannot be read: {error}")
    finally:
        log.close()
    return LogReport(path, in_use, routes, mismatches)


def _routes(log: Log) -> Iterable[RouteReport]:
    states = read_health(log)
    dead: dict[RouteKey, dict[str, int]] = {}
    for key, reason, count in dead_reasons_of(log.connection):
        dead.setdefault(key, {})[reason] = count
    for key, account in log.accounts().items():
        yield RouteReport(key, account, dead.get(key, {}), states.get(key), waits_since(log, key))


def _mismatches(log: Log, route: RouteReport) -> Iterable[str]:
    """Where the accounts are not what lies in the log, counted one by one."""
    counted = log.unsettled(route.key)
    if counted != route.account.pending:
        yield f"{route.key}: the accounts say {route.account.pending} pending, the log holds {counted}"
    if route.dead_kept > route.account.dead:
        yield f"{route.key}: the accounts say {route.account.dead} dead, the log holds {route.dead_kept}"


def routes_of(reports: Iterable[LogReport]) -> list[RouteReport]:
    """Every route of every log."""
    return [route for report in reports for route in report.routes]


def total(reports: Iterable[LogReport]) -> dict[RouteKey, Account]:
    """Sums over all logs."""
    return sum_up((route.key, route.account) for route in routes_of(reports))


def sum_up(accounts: Iterable[tuple[RouteKey, Account]]) -> dict[RouteKey, Account]:
    """Sums by route, sorted."""
    sums: dict[RouteKey, Account] = {}
    for key, account in accounts:
        sums[key] = sums.get(key, Account()) + account
    return dict(sorted(sums.items()))


def dead_reasons(reports: Iterable[LogReport]) -> dict[RouteKey, Counter[str]]:
    """How many dead letters each route has kept, by reason, over all logs."""
    sums: dict[RouteKey, Counter[str]] = {}
    for route in routes_of(reports):
        if route.dead:
            sums.setdefault(route.key, Counter()).update(route.dead)
    return sums
