"""`failure-forwarder status`: the accounts from the logs, and what holds the routes up."""

import json
import time
from pathlib import Path

from ..report.accounts import report_directory, set_aside, total
from ..report.plain import to_json
from ..report.states import state_lines
from ..report.tables import accounts_table, reasons, remarks
from ..report.words import counted
from .terminal import console, say


def print_status(directory: Path, *, as_json: bool) -> int:
    """Print the sums over all logs of `directory`; 1 if anything is pending, dead, dropped, unreadable or damaged.

    Raises:
        LogError: no such folder.
    """
    reports = report_directory(directory)
    damaged = set_aside(directory)
    sums = total(reports)
    if as_json:
        print(json.dumps(to_json(directory, reports, damaged), indent=2))  # noqa: T201 - the command's output
    else:
        terminal = console()
        if reports:
            say(terminal, f"{counted(len(reports), 'log')} in {directory}")
            terminal.print(accounts_table(sums))
        else:
            say(terminal, f"no logs in {directory}")
        for line in (*state_lines(reports, time.time()), *reasons(sums, reports), *remarks(reports, damaged)):
            say(terminal, line)
    complete = all(account.delivered == account.captured for account in sums.values())
    sound = not damaged and not any(report.error or report.mismatches for report in reports)
    return 0 if complete and sound else 1
