"""The command line `failure-forwarder`. Parses and prints; the work is done elsewhere, imported when it is needed.

Exit codes, for every command: 0 done; 1 not done (the message says what failed, or what is left); 2 wrong usage or
configuration. `run` ends with Locust's own exit code.
"""

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from .commands.alerts import app as alerts
from .commands.dead import app as dead
from .commands.options import (
    EXIT_NOT_DONE,
    ConfigArgument,
    ConfigOption,
    DeadlineOption,
    DestinationOption,
    DirectoryArgument,
    JsonOption,
    KindOption,
    RateOption,
    SinceOption,
    UntilOption,
    guarded,
    selection,
)
from .version import VERSION

app = typer.Typer(
    name="failure-forwarder",
    help="Forward every failed request of a Locust test to monitoring APIs and Slack.",
    epilog="Exit codes: 0 done, 1 not done (see the message), 2 wrong usage or configuration.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.add_typer(alerts)
app.add_typer(dead)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"failure-forwarder {VERSION}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    options_metavar="[LOCUST OPTIONS]",
)
def run(context: typer.Context) -> None:
    """Run Locust with the plugin attached: takes Locust's own options, and --failure-config CONFIG.

    The locustfile stays as it is: failure-forwarder run -f locustfile.py --failure-config config.yaml --headless …
    """
    sys.stdout.flush()
    # Replaced, not called: Locust has to be the first thing its process imports, and signals go to it directly.
    # -P keeps the working directory off sys.path, as with the `locust` command: a user's http.py must shadow nothing.
    command = [sys.executable, "-P", "-m", "locust_failure_forwarder.plugin", *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - the same interpreter, with the user's own arguments


@app.command()
def demo(
    seconds: Annotated[int, typer.Option(min=8, max=300, help="Length of the load test.")] = 15,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for what was received.", file_okay=False)
    ] = Path("demo-output"),
    picture: Annotated[Path | None, typer.Option(help="Also save what Slack shows as a picture (SVG).")] = None,
) -> None:
    """See it work in 20 seconds: a failing shop, a monitoring API and a Slack receiver, all on this machine."""
    from .demo.run import run_demo

    raise typer.Exit(run_demo(seconds, output, picture))


@app.command()
def check(
    config: ConfigArgument,
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Also send a marked test message to every destination.")
    ] = False,
) -> None:
    """Check a configuration; with --send-test, also whether every destination answers."""
    from .commands.check import check_config

    raise typer.Exit(guarded(lambda: check_config(config, os.environ, send_test=send_test)))


@app.command()
def redact(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="CONFIG", help="Take its `redaction` section.")
    ] = None,
) -> None:
    """Read FailureRecord JSON lines on stdin, write them redacted to stdout: see what would leave."""
    from .commands.redact import redact_lines

    raise typer.Exit(guarded(lambda: redact_lines(sys.stdin.buffer, sys.stdout.buffer, config, os.environ)))


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One schema; all names without it.")] = None,
) -> None:
    """Print the JSON Schema of what is sent."""
    from .commands.schema import print_schema

    raise typer.Exit(print_schema(name))


@app.command()
def status(directory: DirectoryArgument = Path(".locust-failures"), as_json: JsonOption = False) -> None:
    """Show what was captured, what became of it, and what holds it up.

    Exit code 1 if anything is pending, dead, dropped or damaged.
    """
    from .commands.status import print_status

    raise typer.Exit(guarded(lambda: print_status(directory, as_json=as_json)))


@app.command()
def replay(
    config: ConfigOption,
    directory: DirectoryArgument = Path(".locust-failures"),
    destination: DestinationOption = None,
    kind: KindOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    rate: RateOption = None,
    deadline: DeadlineOption = None,
) -> None:
    """Send what earlier tests left on disk. Exit code 1 if anything of it is still pending afterwards.

    What the options leave out stays pending.
    """
    from .commands.replay import replay_directory

    wanted = selection(destination, kind, since, until)
    raise typer.Exit(guarded(lambda: replay_directory(directory, config, os.environ, wanted, rate, deadline)))


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a tick is no reason to fail
    try:
        app()
    except BrokenPipeError:
        # The reader of our output has gone (`… | head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_NOT_DONE)


if __name__ == "__main__":
    main()
