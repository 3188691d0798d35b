"""`failure-forwarder replay`: deliver what earlier tests left in their logs."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from ..destinations import Settings, load_settings
from ..pipeline.counters import Account, RouteKey
from ..pipeline.log_files import list_logs
from ..pipeline.replay import Replayed, replay_log
from ..report.accounts import report_directory, total
from ..report.tables import accounts_table


def replay_directory(directory: Path, config: Path, env: Mapping[str, str], seconds: float) -> int:
    """Deliver everything pending in `directory` within `seconds`; 1 if anything is left.

    Raises:
        ConfigError: the configuration cannot be used.
        LogError: no such folder, or a log cannot be opened.
    """
    settings = load_settings(config, env)
    console = Console(highlight=False, stderr=True)
    pending = sum(account.pending for account in total(report_directory(directory)).values())
    if not pending:
        console.print("nothing is pending")
        return 0
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("sending", total=pending)
        results = asyncio.run(
            _replay_all(directory, settings, time.monotonic() + seconds, console, lambda n: progress.advance(task, n))
        )
    sums: dict[RouteKey, Account] = {}
    for result in results:
        for key, account in result.accounts.items():
            sums[key] = sums.get(key, Account()) + account
        for key in result.unknown:
            console.print(f"{result.path.name}: {key} is pending, but {config} names no such destination", markup=False)
    console.print(accounts_table(dict(sorted(sums.items())), "after the replay"))
    left = sum(account.pending for account in sums.values())
    if left:
        console.print(f"{left} records are still pending; they stay in {directory}")
    return 1 if left else 0


async def _replay_all(
    directory: Path, settings: Settings, deadline: float, console: Console, advance: Callable[[int], None]
) -> list[Replayed]:
    def say(text: str) -> None:
        console.print(text, markup=False)

    results: list[Replayed] = []
    for path in list_logs(directory):
        last: int | None = None

        def progress(pending: int) -> None:
            nonlocal last
            if last is not None:
                advance(last - pending)
            last = pending

        result = await replay_log(path, settings, deadline, say, say, progress)
        if result is None:
            say(f"{path.name} is in use by a running test; left alone")
        else:
            progress(sum(account.pending for account in result.accounts.values()))
            results.append(result)
    return results
