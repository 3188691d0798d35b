"""What alerts and summaries have in common in messages: title, endpoints, errors, small print. Pure."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from locust_failure_schemas import Alert, EndpointCount, ErrorCount, Run, RunSummary

from .notice import Code, Foreign, Line
from .words import plural, share

TOP: Final = 3
"""Endpoints and errors listed in a message."""

_MOST_LABELS: Final = 8

Fields: TypeAlias = tuple[tuple[str, Line], ...]
"""Label and value pairs."""
Listed: TypeAlias = tuple[tuple[str, tuple[Line, ...]], ...]
"""One list with its label, or none."""


def title(run: Run) -> Line:
    """Test and environment, for a headline."""
    name = Foreign(run.name, 100)
    return (name, " (", Foreign(run.environment, 50), ")") if run.environment else (name,)


def failed_of(failures: int, requests: int) -> str:
    """`120 of 210 requests failed`."""
    return f"{failures:,} of {plural(requests, 'request')} failed"


def outcome(failures: int, requests: int) -> str:
    """`120 of 210 requests failed (57.1 %)`."""
    return f"{failed_of(failures, requests)} ({share(failures, requests)})"


def endpoint(method: str, name: str) -> Code:
    """`POST /checkout`."""
    return Code(f"{method} {name}", 300)


def endpoints(label: str, counts: Iterable[EndpointCount]) -> Listed:
    """The worst endpoints."""
    lines = tuple((endpoint(e.method, e.name), f" {outcome(e.failures, e.requests)}") for e in list(counts)[:TOP])
    return ((label, lines),) if lines else ()


def errors(label: str, counts: Iterable[ErrorCount]) -> Listed:
    """The most frequent errors, each with its redacted text."""
    lines = tuple((f"{e.count:,}x ", endpoint(e.method, e.name), " ", Code(e.message, 400)) for e in list(counts)[:TOP])
    return ((label, lines),) if lines else ()


def ids(event: Alert | RunSummary) -> Line:
    """Small print: labels, and what finds the event in the log and at other destinations."""
    labels = event.run.labels | (event.labels if isinstance(event, Alert) else {})
    told: Line = ()
    for name, value in list(labels.items())[:_MOST_LABELS]:
        told = (*told, Foreign(f"{name}={value}", 100), " · ")
    host = Foreign(event.node.host, 100)
    return (*told, f"run {event.run.id} · message {event.id} · {event.node.role} on ", host)
