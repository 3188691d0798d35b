"""A configuration in a few lines: what differs from one to the next, and no value that could be a secret. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

from ..config.models import RedactionConfig
from ..destinations import AnyDestination, Settings
from ..destinations.http import HttpConfig
from ..destinations.slack import SlackConfig
from ..pipeline.runs import RunBook
from ..redaction import Redactor
from ..report.words import counted, one_line
from .rule_words import rule_in_words


def describe(settings: Settings) -> list[str]:
    """The run as its records will name it, each destination, each rule, redaction if it is not the usual, the log."""
    return [
        f"run: {_run(settings)}",
        *(f"{name}: {_destination(config)}" for name, config in settings.destinations.items()),
        *_alerts(settings),
        *_redaction(settings.redaction),
        f"log: {settings.log.directory}, at most {settings.log.max_size / 2**20:.3g} MiB for each process",
    ]


def _run(settings: Settings) -> str:
    redactor = Redactor(settings.redaction)
    run = RunBook(settings.run, redactor.redact_text, redactor.redact_draft).named(UUID(int=0))
    labels = ", ".join(f"{name}={value}" for name, value in run.labels.items())
    named = run.name + (f" ({run.environment})" if run.environment else "")
    return one_line(named + (f"; labels {labels}" if labels else ""))


def _destination(config: AnyDestination) -> str:
    return "; ".join([f"{config.type}, gets {', '.join(config.send)}", *_calls(config), *_links(config)])


def _calls(config: AnyDestination) -> Iterator[str]:
    if isinstance(config, SlackConfig):
        for severity in ("critical", "warning", "info"):
            if names := getattr(config.mentions, severity):
                yield f"{severity} calls {', '.join(names)}"


def _links(config: AnyDestination) -> Iterator[str]:
    """Hosts alone: everybody who gets a message sees the address, but not everybody who reads a terminal."""
    if isinstance(config, HttpConfig):
        return
    addresses = {"web UI": config.links.web_ui, "dashboard": config.links.dashboard}
    links = [f"{label} at {urlsplit(address).netloc}" for label, address in addresses.items() if address]
    if links:
        yield f"links to {' and '.join(links)}"


def _alerts(settings: Settings) -> Iterator[str]:
    if not settings.rules:
        why = "no destination takes them" if settings.alerts is None else "`alerts` is an empty list"
        yield f"no alerts: {why}"
    for rule in settings.rules:
        marks = [rule.severity]
        if rule.scope == "endpoint":
            marks.append("each endpoint by itself")
        if settings.alerts is None:
            marks.append("default")
        yield f"alert {rule.name} ({', '.join(marks)}): {rule_in_words(rule)}"


def _redaction(config: RedactionConfig) -> Iterator[str]:
    """One line if it is not what it is without settings."""
    parts = [
        counted(len(config.keys), "further name") if config.keys else "",
        counted(len(config.patterns), "pattern") if config.patterns else "",
        f"{counted(len(config.keep), 'name or place', 'names or places')} kept" if config.keep else "",
        f"mode {config.mode}" if config.mode != "mask" else "",
        *(f"{kind}: {mode}" for kind, mode in config.modes.items()),
        "hashes with a key of your own" if config.hash_key is not None else "",
        "" if config.personal else "personal data stays",
        f"{', '.join(config.off)} {'stays' if len(config.off) == 1 else 'stay'}" if config.off else "",
    ]
    if said := "; ".join(part for part in parts if part):
        yield f"redaction: {said}"
