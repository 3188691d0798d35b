"""`failure-forwarder replay`: deliver what earlier tests left in their logs."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.progress import Progress

from ..destinations import Settings, load_settings
from ..errors import LogError
from ..pipeline.counters import RouteKey
from ..pipeline.replay import Replayed, replay_log
from ..report.accounts import LogReport, report_directory, total
from ..report.tables import accounts_table, remarks
from .terminal import console, say


def replay_directory(directory: Path, config: Path, env: Mapping[str, str], seconds: float) -> int:
    """Deliver everything pending in `directory` within `seconds`; 1 if anything is left or cannot be read.

    Raises:
        ConfigError: the configuration cannot be used.
        LogError: no such folder.
    """
    settings = load_settings(config, env)
    terminal = console(stderr=True)
    reports = report_directory(directory)
    unreadable = [report for report in reports if report.error is not None]
    for line in remarks(unreadable):
        say(terminal, line)
    due = [report for report in reports if _pending(report)]
    if not due:
        dead = sum(account.dead for account in total(reports).values())
        say(terminal, "nothing is pending" + (f"; {dead:,} dead letters stay, see `status`" if dead else ""))
        return 1 if unreadable else 0
    with Progress(console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        task = progress.add_task("sending", total=sum(map(_pending, due)))
        replaying = _Replaying(settings, time.monotonic() + seconds, lambda text: say(terminal, text))
        asyncio.run(replaying.run(due, lambda count: progress.advance(task, count)))
    for key, count in replaying.unknown().items():
        say(terminal, f"{_records(count)} pending for {key}, but {config} sends no {key.kind} to `{key.destination}`")
    sums = total(LogReport(done.path, accounts=tuple(done.accounts.items())) for done in replaying.done)
    if sums:
        say(terminal, "after the replay")
        terminal.print(accounts_table(sums))
    left = sum(account.pending for account in sums.values())
    if left:
        say(terminal, f"{_records(left)} still pending; nothing is lost, all stays in {directory}")
    if replaying.untouched:
        say(terminal, f"{replaying.untouched} log{'s' if replaying.untouched != 1 else ''} left alone, see above")
    return 1 if left or replaying.untouched or unreadable else 0


def _pending(report: LogReport) -> int:
    return sum(account.pending for _, account in report.accounts)


def _records(count: int) -> str:
    return f"{count:,} record{' is' if count == 1 else 's are'}"


class _Replaying:
    """Takes log after log, until the deadline. One that cannot be used does not keep the others waiting."""

    def __init__(self, settings: Settings, deadline: float, inform: Callable[[str], None]) -> None:
        self._settings = settings
        self._deadline = deadline
        self._inform = inform
        self.done: list[Replayed] = []
        self.untouched = 0
        """Logs that could not be used."""

    async def run(self, reports: list[LogReport], advance: Callable[[int], None]) -> None:
        for report in reports:
            result = await self._replay(report, advance)
            if result is None:
                self.untouched += 1
            else:
                self.done.append(result)

    async def _replay(self, report: LogReport, advance: Callable[[int], None]) -> Replayed | None:
        pending = _pending(report)

        def progress(now: int) -> None:
            nonlocal pending
            advance(pending - now)
            pending = now

        try:
            result = await replay_log(report.path, self._settings, self._deadline, self._inform, self._inform, progress)
        except (LogError, sqlite3.Error) as error:
            self._inform(f"{report.path.name} cannot be used: {error}")
            return None
        if result is None:
            reason = "a test is running, or its last failures are still being sent"
            self._inform(f"{report.path.name} is in use: {reason}; left alone")
        return result

    def unknown(self) -> Mapping[RouteKey, int]:
        """Pending records of routes that the configuration does not ask for."""
        counts: Counter[RouteKey] = Counter()
        for result in self.done:
            for key in result.unknown:
                counts[key] += result.accounts[key].pending
        return counts
