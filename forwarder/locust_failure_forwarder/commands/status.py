"""`failure-forwarder status`: the accounts from the logs."""

import json
from pathlib import Path

from ..report.accounts import report_directory, to_json, total
from ..report.tables import accounts_table, reasons, remarks
from .terminal import console, say


def print_status(directory: Path, *, as_json: bool) -> int:
    """Print the sums over all logs of `directory`; 1 if anything is pending, dead, dropped or unreadable.

    Raises:
        LogError: no such folder.
    """
    reports = report_directory(directory)
    sums = total(reports)
    if as_json:
        print(json.dumps(to_json(directory, reports), indent=2))  # noqa: T201 - the command's output
    else:
        terminal = console()
        if reports:
            say(terminal, f"{len(reports)} log{'s' if len(reports) != 1 else ''} in {directory}")
            terminal.print(accounts_table(sums))
        else:
            say(terminal, f"no logs in {directory}")
        for line in (*reasons(sums, reports), *remarks(reports)):
            say(terminal, line)
    complete = all(account.delivered == account.captured for account in sums.values())
    sound = not any(report.error or report.mismatches for report in reports)
    return 0 if complete and sound else 1
