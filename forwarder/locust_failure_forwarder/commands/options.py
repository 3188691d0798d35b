"""Options that several commands take, and how every command ends. Parses; does no work."""

import sys
from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from ..errors import ConfigError, ForwarderError
from .moments import moment_option

if TYPE_CHECKING:
    from ..pipeline.selection import Selection

EXIT_NOT_DONE: Final = 1
EXIT_USAGE: Final = 2


class KindName(StrEnum):
    """The kinds of events, as `--kind` takes them."""

    FAILURES = "failures"
    ALERTS = "alerts"
    SUMMARIES = "summaries"


ConfigArgument = Annotated[Path, typer.Argument(metavar="CONFIG", help="Configuration file (YAML).")]
ConfigOption = Annotated[Path, typer.Option("--config", "-c", metavar="CONFIG", help="Configuration file (YAML).")]
DirectoryArgument = Annotated[
    Path, typer.Argument(metavar="DIRECTORY", help="Folder of the logs: `log.directory` of the configuration.")
]
DestinationOption = Annotated[
    list[str] | None, typer.Option("--destination", metavar="NAME", help="Only this destination; may be repeated.")
]
KindOption = Annotated[
    list[KindName] | None,
    typer.Option("--kind", metavar="KIND", help="Only failures, alerts or summaries; may be repeated."),
]
SinceOption = Annotated[
    float | None,
    typer.Option(
        "--since",
        metavar="TIME",
        parser=moment_option,
        help="Only what was captured at this time or later: 2026-05-04T09:30, or an age such as 2h.",
    ),
]
UntilOption = Annotated[
    float | None,
    typer.Option("--until", metavar="TIME", parser=moment_option, help="Only what was captured before this time."),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Only those whose reason contains this text.")
]
RateOption = Annotated[
    float | None, typer.Option("--rate", metavar="N", min=0.1, help="At most so many records a second in all.")
]
DeadlineOption = Annotated[
    float | None,
    typer.Option(
        "--deadline",
        metavar="SECONDS",
        min=0.1,
        help="Stop after so many seconds. Without: when all is sent, or no destination answers.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def selection(
    destinations: Sequence[str] | None,
    kinds: Sequence[KindName] | None,
    since: float | None,
    until: float | None,
    reason: str | None = None,
) -> "Selection":
    """What these options ask for.

    Raises:
        typer.BadParameter: nothing can meet them.
    """
    from ..pipeline.selection import Selection

    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("--since has to be earlier than --until; nothing lies in between")
    return Selection(destinations or None, [kind.value for kind in kinds] if kinds else None, since, until, reason)


def unknown_destination(wanted: Collection[str] | None, known: Collection[str], place: str) -> None:
    """End with a message if a destination was asked for that does not exist.

    Raises:
        typer.BadParameter: names those that do.
    """
    for name in wanted or ():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise typer.BadParameter(f"{place} no destination `{name}`; there are: {names}")


def guarded(command: Callable[[], int]) -> int:
    """Errors of the user's making become their message, without a traceback."""
    try:
        return command()
    except ConfigError as error:
        _fail(str(error), EXIT_USAGE)
    except ForwarderError as error:
        _fail(str(error), EXIT_NOT_DONE)


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(code)
