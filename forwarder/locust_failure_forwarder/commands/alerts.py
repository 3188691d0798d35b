"""`failure-forwarder alerts …`: try rules and destinations. Parses and prints; the work is done in `alerts_*.py`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from .options import ConfigOption, DestinationOption, JsonOption, guarded

app = typer.Typer(name="alerts", help="Alerts: try the rules, and see where they arrive.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Alerts: try the rules, and see where they arrive."""


@app.command("test")
def send_test(config: ConfigOption, destination: DestinationOption = None) -> None:
    """Send samples to every destination of alerts: one that fires, its end, a summary. Print what came back.

    The samples say that they are samples, have the lowest severity, and mention nobody. They carry the environment and
    the labels of the configuration, so that routing can be tried out: a pager may page all the same.
    """
    from .alerts_test import send_samples

    raise typer.Exit(guarded(lambda: send_samples(config, os.environ, destination)))


@app.command()
def simulate(
    rules: Annotated[
        Path, typer.Argument(metavar="RULES", help="YAML file with `alerts`: a configuration, or nothing but rules.")
    ],
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Log of an earlier run, or a folder of logs.")] = Path(
        ".locust-failures"
    ),
    run_id: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Which run, by the beginning of its id; else the last.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the statistics of an earlier run against rules: print what they would have told, and when.

    Nothing is sent and no load is made, so thresholds can be tuned in seconds. A run that still goes on will do.
    """
    from .alerts_simulate import simulate_rules

    raise typer.Exit(guarded(lambda: simulate_rules(rules, run, run_id, os.environ, as_json=as_json)))
