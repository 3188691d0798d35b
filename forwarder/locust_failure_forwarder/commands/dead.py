"""`failure-forwarder dead …`: what was refused for good. Parses and prints; the work is done in `dead_*.py`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from .options import (
    ConfigOption,
    DeadlineOption,
    DestinationOption,
    DirectoryArgument,
    JsonOption,
    KindOption,
    RateOption,
    ReasonOption,
    SinceOption,
    UntilOption,
    guarded,
    selection,
)

app = typer.Typer(
    name="dead",
    help="Dead letters: records that a destination refused for good, and captures that never became records.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    directory: DirectoryArgument = Path(".locust-failures"),
    destination: DestinationOption = None,
    kind: KindOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    reason: ReasonOption = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Show so many at most; 0 for all. Without: 50, or all as JSON.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Each whole, with its record and the answer.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List dead letters, the newest first: what was refused, when and why."""
    from .dead_list import list_letters

    wanted = selection(destination, kind, since, until, reason)
    raise typer.Exit(guarded(lambda: list_letters(directory, wanted, limit, as_json=as_json, whole=full)))


@app.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="Id from `dead list`, or of the record.")],
    directory: DirectoryArgument = Path(".locust-failures"),
    as_json: JsonOption = False,
) -> None:
    """Print one dead letter whole: its record, and what is kept of the answer that refused it."""
    from .dead_list import show_letter

    raise typer.Exit(guarded(lambda: show_letter(letter, directory, as_json=as_json)))


@app.command()
def replay(
    config: ConfigOption,
    directory: DirectoryArgument = Path(".locust-failures"),
    destination: DestinationOption = None,
    kind: KindOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    reason: ReasonOption = None,
    rate: RateOption = None,
    deadline: DeadlineOption = None,
) -> None:
    """Send dead letters once more, with the same ids. Exit code 1 if one of them was not delivered.

    What is refused again stays, with the new reason; what is delivered counts as delivered.
    """
    from .dead_replay import replay_letters

    wanted = selection(destination, kind, since, until, reason)
    raise typer.Exit(guarded(lambda: replay_letters(directory, config, os.environ, wanted, rate, deadline)))


@app.command()
def purge(
    directory: DirectoryArgument = Path(".locust-failures"),
    destination: DestinationOption = None,
    kind: KindOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    reason: ReasonOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete. Without: only say what would be deleted.")] = False,
) -> None:
    """Delete dead letters. The accounts go on counting them as dead."""
    from .dead_list import purge_letters

    wanted = selection(destination, kind, since, until, reason)
    raise typer.Exit(guarded(lambda: purge_letters(directory, wanted, sure=yes)))
