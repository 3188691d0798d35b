"""Logs on disk as earlier tests left them, filled with sample records."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter, Log, NewEvent

from .samples import event

FAILURES: Final = RouteKey("monitoring", "failures")
ALERTS: Final = RouteKey("monitoring", "alerts")
SLACK: Final = RouteKey("slack", "alerts")


def sample_events(failures: int, alerts: int = 0, *, first: int = 1) -> list[Event]:
    """Failures of the sequences from `first` on, then alerts."""
    made = [event("failures", position=number) for number in range(first, first + failures)]
    return made + [event("alerts", position=number) for number in range(first, first + alerts)]


def write_log(
    directory: Path,
    events: Sequence[Event],
    *,
    name: str = "20260504T093100Z-loadgen-1-4711",
    routes: Sequence[RouteKey] = (FAILURES,),
    dead: Sequence[DeadLetter] = (),
    delivered: int = 0,
) -> Path:
    """A log of `events` of which the first route has `delivered` the first."""
    directory.mkdir(exist_ok=True)
    log = Log.create(directory / f"{name}.db", routes)
    log.append([NewEvent(e.kind, e.id, e.origin, e.body) for e in events], dead, routes)
    if delivered:
        log.settle(routes[0], delivered, delivered)
    log.close()
    return log.path
