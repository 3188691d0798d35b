"""`failure-forwarder alerts test`: samples to every destination that takes alerts or summaries, and what came back."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from rich.console import Console

from ..destinations import AnyDestination, Settings, load_settings
from ..pipeline.trial import real_run, try_out
from ..redaction import Redactor
from .options import unknown_destination
from .terminal import console, say, say_whether

_SHOWN: Final = {"firing": "alert that fires", "resolved": "its end", "summary": "summary"}


def send_samples(path: Path, env: Mapping[str, str], only: Collection[str] | None) -> int:
    """Send them, to some of the destinations or to all; 0 if all were accepted, else 1.

    Raises:
        ConfigError: the configuration cannot be used.
        typer.BadParameter: it has no such destination.
    """
    settings = load_settings(path, env)
    unknown_destination(only, list(settings.destinations), f"{path} has")
    chosen = {name: config for name, config in settings.destinations.items() if not only or name in only}
    terminal = console()
    takers = {name: config for name, config in chosen.items() if {"alerts", "summaries"} & set(config.send)}
    if takers:
        to = ", ".join(f"{name} ({config.type})" for name, config in takers.items())
        patience = max(config.timeout for config in takers.values())
        say(terminal, f"sending samples to {to}; each answer may take {patience:g} s at most")
    for name in chosen:
        if name not in takers:
            say(terminal, f"- {name}: takes neither alerts nor summaries; nothing is sent")
    if not takers:
        if not only:
            say(terminal, "no destination takes alerts or summaries")
        return 1
    return 0 if asyncio.run(_try_all(settings, takers, terminal)) else 1


async def _try_all(settings: Settings, takers: Mapping[str, AnyDestination], terminal: Console) -> bool:
    """Whether everything was accepted; each outcome is printed as it comes."""
    redactor = Redactor(settings.redaction)
    run = real_run(settings.run, redactor)

    async def try_one(name: str, config: AnyDestination) -> bool:
        ok = True
        async for trial in try_out(name, config, run, redactor.redact_text):
            say_whether(terminal, f"{name}, {_SHOWN[trial.sample]}: {trial.outcome}", ok=trial.ok)
            if trial.answer:
                say(terminal, f"    the answer begins: {trial.answer}")
            ok = ok and trial.ok
        return ok

    return all(await asyncio.gather(*(try_one(name, config) for name, config in takers.items())))
