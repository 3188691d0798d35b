"""`failure-forwarder alerts test`: samples to every destination that takes alerts or summaries, and what came back."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from ..destinations import Settings, load_settings
from ..pipeline.trial import Trial, try_out
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
    trials = asyncio.run(_try_all(settings, only))
    terminal = console()
    for name, sent in trials.items():
        if not sent:
            say(terminal, f"- {name}: takes neither alerts nor summaries; nothing was sent")
        for trial in sent:
            say_whether(terminal, f"{name}, {_SHOWN[trial.sample]}: {trial.outcome}", ok=trial.ok)
            if trial.answer:
                say(terminal, f"    the answer begins: {trial.answer}")
    sent = [trial for group in trials.values() for trial in group]
    if not sent:
        say(terminal, "no destination takes alerts or summaries")
    return 0 if sent and all(trial.ok for trial in sent) else 1


async def _try_all(settings: Settings, only: Collection[str] | None) -> dict[str, list[Trial]]:
    redactor = Redactor(settings.redaction)
    chosen = [name for name in settings.destinations if not only or name in only]
    trials = await asyncio.gather(
        *(try_out(name, settings.destinations[name], redactor.redact_text) for name in chosen)
    )
    return dict(zip(chosen, trials, strict=True))
