"""`failure-forwarder replay`: deliver what earlier tests left pending in their logs."""

from collections import Counter
from collections.abc import Awaitable, Mapping
from pathlib import Path

from ..destinations import load_settings
from ..pipeline.counters import RouteKey
from ..pipeline.log_due import due
from ..pipeline.replay import Listener, Replayed, replay_log
from ..pipeline.selection import Selection
from ..report.accounts import sum_up
from ..report.tables import accounts_table
from ..report.words import counted
from .options import unknown_destination
from .sending import deadline_in, plan, rate_limit, send_all
from .terminal import console, say


def replay_directory(
    directory: Path,
    config: Path,
    env: Mapping[str, str],
    selection: Selection,
    per_second: float | None,
    seconds: float | None,
) -> int:
    """Deliver what is pending in `directory` and was asked for; 1 if any of it is left or a log cannot be used.

    Args:
        directory: folder of the logs.
        config: configuration file; it names the destinations.
        env: the environment, for its variables.
        selection: what was asked for.
        per_second: records a second in all, at most.
        seconds: time to try in all; None: as long as there is use in it.

    Raises:
        ConfigError: the configuration cannot be used.
        LogError: no such folder.
        typer.BadParameter: the configuration has no such destination.
    """
    settings = load_settings(config, env)
    unknown_destination(selection.destinations, list(settings.destinations), f"{config} has")
    terminal = console(stderr=True)
    planned = plan(directory, terminal, lambda log: sum(due(log, selection).values()))
    if not planned.due:
        say(terminal, "nothing is pending" if selection == Selection() else "nothing that you asked for is pending")
        return 1 if planned.unreadable else 0
    rate, deadline = rate_limit(per_second), deadline_in(seconds)

    def send(path: Path, listener: Listener) -> Awaitable[Replayed | None]:
        return replay_log(path, settings, selection, rate, deadline, listener)

    sent = send_all(planned.due, terminal, send)
    unknown: Counter[RouteKey] = Counter()
    for result in sent.done:
        unknown.update(result.unknown)
    for key, count in sorted(unknown.items()):
        say(terminal, f"{_are(count)} pending for {key}, but {config} sends no {key.kind} to `{key.destination}`")
    if sent.done:
        say(terminal, "after the replay")
        terminal.print(accounts_table(sum_up(item for result in sent.done for item in result.accounts.items())))
    if sent.interrupted:
        say(terminal, "interrupted")
    left = sum(result.left for result in sent.done) + unknown.total()
    if left:
        say(terminal, f"{_are(left)} still pending; nothing is lost, all stays in {directory}")
    if sent.untouched:
        say(terminal, f"{counted(sent.untouched, 'log')} left alone, see above")
    return 1 if left or sent.untouched or planned.unreadable or sent.interrupted else 0


def _are(count: int) -> str:
    return f"{counted(count, 'record')} {'is' if count == 1 else 'are'}"
