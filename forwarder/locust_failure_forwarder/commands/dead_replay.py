"""`failure-forwarder dead replay`: send dead letters once more."""

from collections import Counter
from collections.abc import Awaitable, Mapping
from pathlib import Path

from rich.console import Console

from ..destinations import load_settings
from ..pipeline.counters import RouteKey
from ..pipeline.dead_replay import DeadReplayed, replay_dead, selected
from ..pipeline.log import Log
from ..pipeline.replay import Listener
from ..pipeline.selection import Selection
from ..report.accounts import sum_up
from ..report.tables import accounts_table
from ..report.words import counted
from .options import unknown_destination
from .sending import deadline_in, plan, rate_limit, send_all
from .terminal import console, say


def replay_letters(
    directory: Path,
    config: Path,
    env: Mapping[str, str],
    selection: Selection,
    per_second: float | None,
    seconds: float | None,
) -> int:
    """Send the dead letters of `directory` that were asked for; 1 if one is left. Arguments as of `replay_directory`.

    Raises:
        ConfigError: the configuration cannot be used.
        LogError: no such folder.
        typer.BadParameter: the configuration has no such destination.
    """
    settings = load_settings(config, env)
    unknown_destination(selection.destinations, list(settings.destinations), f"{config} has")
    terminal = console(stderr=True)
    unsendable = 0

    def sendable(log: Log) -> int:
        nonlocal unsendable
        letters = selected(log, selection)
        never_events = sum(letter.event is None for letter in letters)
        unsendable += never_events
        return len(letters) - never_events

    planned = plan(directory, terminal, sendable)
    if not planned.due:
        say(terminal, "there are no dead letters to send" + ("" if selection == Selection() else " that you asked for"))
        _say_unsendable(terminal, unsendable)
        return 1 if planned.unreadable or unsendable else 0
    rate, deadline = rate_limit(per_second), deadline_in(seconds)

    def send(path: Path, listener: Listener) -> Awaitable[DeadReplayed | None]:
        return replay_dead(path, settings, selection, rate, deadline, listener)

    sent = send_all(planned.due, terminal, send)
    unknown: Counter[RouteKey] = Counter()
    for result in sent.done:
        unknown.update(result.unknown)
    for key, count in sorted(unknown.items()):
        letters = counted(count, "dead letter")
        say(terminal, f"{letters} for {key} not sent: {config} sends no {key.kind} to `{key.destination}`")
    if sent.done:
        say(terminal, "after the replay")
        terminal.print(accounts_table(sum_up(item for result in sent.done for item in result.accounts.items())))
    if sent.interrupted:
        say(terminal, "interrupted")
    delivered = sum(result.delivered for result in sent.done)
    refused = sum(result.refused for result in sent.done)
    left = sum(result.left for result in sent.done)
    say(terminal, f"{counted(delivered, 'dead letter')} delivered")
    if refused:
        say(terminal, f"{refused:,} refused again: kept, with the new reason (`dead list`)")
    if left:
        say(terminal, f"{left:,} not answered: kept as they were")
    _say_unsendable(terminal, unsendable)
    if sent.untouched:
        say(terminal, f"{counted(sent.untouched, 'log')} left alone, see above")
    trouble = refused or left or unsendable or unknown or sent.untouched or planned.unreadable or sent.interrupted
    return 1 if trouble else 0


def _say_unsendable(terminal: Console, count: int) -> None:
    if count:
        say(terminal, f"{counted(count, 'capture')} never became valid records and cannot be sent: see `dead show`")
