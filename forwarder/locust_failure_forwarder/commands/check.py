"""`failure-forwarder check`: whether the configuration is good and the destinations answer."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from ..destinations import Settings, load_settings
from ..pipeline.probe import ProbeResult, probe
from ..redaction import Redactor
from .rule_words import rule_in_words
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
    if not send_test:
        say(terminal, "  `--send-test` also sends a marked test message to every destination")
        return 0
    results = asyncio.run(_probe_all(settings))
    for result in results:
        say_whether(terminal, f"{result.destination}: {result.answer}", ok=result.ok)
    return 0 if all(result.ok for result in results) else 1


async def _probe_all(settings: Settings) -> list[ProbeResult]:
    return await asyncio.gather(*(probe(name, config) for name, config in settings.destinations.items()))


def describe(settings: Settings) -> list[str]:
    """The configuration in a few lines, without any value that could be a secret."""
    run = settings.run
    named = run.name + (f" ({run.environment})" if run.environment else "")
    return [
        f"run: {Redactor(settings.redaction).redact_text(named)}",
        *(f"{name}: {config.type}, gets {', '.join(config.send)}" for name, config in settings.destinations.items()),
        *(f"alert {rule.name}: {rule_in_words(rule)}" for rule in settings.rules),
        f"log: {settings.log.directory}, at most {settings.log.max_size / 2**20:.3g} MiB for each process",
    ]
