"""`failure-forwarder check`: whether the configuration is good and the destinations answer."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from ..destinations import Settings, load_settings
from ..pipeline.probe import ProbeResult, probe
from ..redaction import remarks
from .settings_words import describe
from .terminal import console, say, say_whether


def check_config(path: Path, env: Mapping[str, str], *, send_test: bool) -> int:
    """Print what the configuration comes to; with `send_test`, probe every destination. 0 if all is well, else 1.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    settings = load_settings(path, env)
    terminal = console()
    say_whether(terminal, f"{path} is valid", ok=True)
    for line in describe(settings):
        say(terminal, f"  {line}")
    for remark in remarks(settings.redaction):
        say(terminal, f"  warning: {remark}")
    if not send_test:
        say(terminal, "  `--send-test` also sends a marked test message to every destination")
        return 0
    results = asyncio.run(_probe_all(settings))
    for result in results:
        say_whether(terminal, f"{result.destination}: {result.answer}", ok=result.ok)
    return 0 if all(result.ok for result in results) else 1


async def _probe_all(settings: Settings) -> list[ProbeResult]:
    return await asyncio.gather(*(probe(name, config) for name, config in settings.destinations.items()))
