"""Logs on disk as earlier tests left them, filled with sample records."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.log import EVERYTHING, LAST, DeadLetter, Flight, Log, NewEvent, Span
from locust_failure_forwarder.pipeline.log_letters import dead_letters

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
        flight = log.take(routes[0], delivered, LAST)
        assert flight is not None
        assert len(flight.events) == delivered
        log.settle(flight, delivered)
    log.close()
    return log.path


def take(
    log: Log, key: RouteKey, max_records: int = 10_000, *before: Flight, max_bytes: int = LAST, span: Span = EVERYTHING
) -> Flight:
    """The next flight of a route of which those `before` are under way; there has to be one."""
    flight = log.take(key, max_records, max_bytes, [other.id for other in before], span)
    assert flight is not None
    return flight


def positions(flight: Flight) -> list[int]:
    return [event.position for event in flight.events]


def letters(log: Log) -> list[tuple[RouteKey, DeadLetter]]:
    """All dead letters, oldest first."""
    return [(buried.key, buried.letter) for buried in dead_letters(log.connection, log.origin)]
