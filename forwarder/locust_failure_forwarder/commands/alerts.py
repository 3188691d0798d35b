"""`failure-forwarder alerts …`: the alert rules. Parses and prints; the work is done in `alerts_*.py`."""

import os

import typer

from .options import ConfigOption, DestinationOption, guarded

app = typer.Typer(name="alerts", help="Alerts: see where they arrive, and what they look like.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Alerts: see where they arrive, and what they look like."""


@app.command("test")
def send_test(config: ConfigOption, destination: DestinationOption = None) -> None:
    """Send samples to every destination of alerts: one that fires, its end, a summary. Print what came back.

    The samples say that they are samples, have the lowest severity, and mention nobody. A pager may page all the same.
    """
    from .alerts_test import send_samples

    raise typer.Exit(guarded(lambda: send_samples(config, os.environ, destination)))
