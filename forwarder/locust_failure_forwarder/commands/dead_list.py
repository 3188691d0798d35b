"""`failure-forwarder dead list`, `dead show`, `dead purge`: look at dead letters, and delete them."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from ..errors import LogError
from ..pipeline.counters import RouteKey
from ..pipeline.dead_purge import purge_dead
from ..pipeline.dead_replay import selected
from ..pipeline.log import Log
from ..pipeline.log_letters import Heading, dead_letter, headings
from ..pipeline.selection import Selection
from ..report.letters import Found, as_plain, letter_name, letter_text, letters_table
from ..report.words import counted
from .options import EXIT_USAGE, unknown_destination
from .sending import IN_USE, cannot_be_used, plan
from .terminal import console, say

SHOWN: Final = 50
"""Letters in a table if nothing else is asked for."""


def list_letters(directory: Path, selection: Selection, limit: int | None, *, as_json: bool, whole: bool) -> int:
    """Print the dead letters that were asked for, the newest first; 1 if a log cannot be read.

    Args:
        directory: folder of the logs.
        selection: which letters.
        limit: how many at most; 0 for all; None for what fits a screen, or all of JSON.
        as_json: as data for scripts.
        whole: with records and answers.

    Raises:
        LogError: no such folder.
        typer.BadParameter: no log knows such a destination.
    """
    complaints = console(stderr=True)
    found: list[tuple[Path, Heading]] = []

    def collect(log: Log) -> int:
        letters = selected(log, selection)
        found.extend((log.path, heading) for heading in letters)
        return len(letters)

    planned = plan(directory, complaints, collect)
    unknown_destination(selection.destinations, sorted(planned.destinations), f"the logs in {directory} have")
    found.sort(key=lambda item: (item[1].captured_at, item[0].name, item[1].id), reverse=True)
    most = limit if limit is not None else (len(found) if as_json else SHOWN)
    shown = found[: most or len(found)]
    letters = _read(shown, complaints)
    if as_json:
        plain = [as_plain(letter, whole=whole) for letter in letters]
        data = {"directory": str(directory), "matching": len(found), "letters": plain}
        print(json.dumps(data, indent=2))  # noqa: T201 - the command's output
    else:
        _print_letters(list(letters), len(found), selection, whole=whole)
    return 1 if planned.unreadable else 0


def _print_letters(letters: list[Found], matching: int, selection: Selection, *, whole: bool) -> None:
    terminal = console()
    if not letters:
        say(terminal, "no dead letters" + ("" if selection == Selection() else " that match"))
        return
    if whole:
        for letter in letters:
            say(terminal, f"{letter_text(letter)}\n")
    else:
        terminal.print(letters_table(letters))
    if matching > len(letters):
        say(terminal, f"{len(letters):,} of {matching:,}, the newest first; --limit 0 shows all")


def _read(wanted: list[tuple[Path, Heading]], complaints: Console) -> Iterator[Found]:
    """The letters in this order. Each log is opened once; what has gone meanwhile is left out."""
    logs: dict[Path, Log] = {}
    try:
        for path, heading in wanted:
            try:
                log = logs[path] = logs.get(path) or Log.open(path)
                letter = dead_letter(log.connection, log.origin, heading.id)
            except (LogError, sqlite3.Error) as error:
                say(complaints, cannot_be_used(path, error))
                continue
            if letter is not None:
                yield Found(path, heading, letter)
    finally:
        for log in logs.values():
            log.close()


def show_letter(name: str, directory: Path, *, as_json: bool) -> int:
    """Print every letter of this name, or of the record with this id; 2 if there is none.

    Raises:
        LogError: no such folder.
    """
    complaints = console(stderr=True)
    wanted: list[tuple[Path, Heading]] = []

    def collect(log: Log) -> int:
        meant = [h for h in headings(log.connection) if name.lower() in (letter_name(log.path, h.id), str(h.event))]
        wanted.extend((log.path, heading) for heading in meant)
        return len(meant)

    planned = plan(directory, complaints, collect)
    letters = list(_read(wanted, complaints))
    if not letters:
        say(complaints, f"no dead letter `{name}` in {directory}; `dead list` shows their ids")
        return 1 if planned.unreadable else EXIT_USAGE
    if as_json:
        print(json.dumps([as_plain(letter, whole=True) for letter in letters], indent=2))  # noqa: T201 - the output
    else:
        say(console(), "\n\n".join(map(letter_text, letters)))
    return 0


def purge_letters(directory: Path, selection: Selection, *, sure: bool) -> int:
    """Delete the letters that were asked for; unless `sure`, only say which that would be. 1 if not all are gone.

    Raises:
        LogError: no such folder.
        typer.BadParameter: no log knows such a destination.
    """
    terminal = console(stderr=True)
    counts: Counter[RouteKey] = Counter()

    def collect(log: Log) -> int:
        letters = selected(log, selection)
        counts.update(letter.key for letter in letters)
        return len(letters)

    planned = plan(directory, terminal, collect)
    unknown_destination(selection.destinations, sorted(planned.destinations), f"the logs in {directory} have")
    if not counts:
        say(terminal, "no dead letters" + ("" if selection == Selection() else " that match"))
        return 1 if planned.unreadable else 0
    if not sure:
        for key, count in sorted(counts.items()):
            say(terminal, f"{key}: {counted(count, 'dead letter')}")
        say(terminal, f"nothing was deleted; --yes deletes {'this' if counts.total() == 1 else 'these'} for good")
        return 1
    purged, left_alone = 0, planned.unreadable
    for path in planned.due:
        try:
            count = purge_dead(path, selection)
        except (LogError, sqlite3.Error) as error:
            say(terminal, cannot_be_used(path, error))
            left_alone += 1
            continue
        if count is None:
            say(terminal, f"{path.name} {IN_USE}")
            left_alone += 1
        purged += count or 0
    say(terminal, f"{counted(purged, 'dead letter')} deleted; the accounts go on counting what was dead as dead")
    return 1 if left_alone else 0
