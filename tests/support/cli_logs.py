"""Logs with dead letters and states of routes in them, and what became of one, for tests of the commands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter, Log
from locust_failure_forwarder.pipeline.log_letters import Buried, dead_letters
from locust_failure_forwarder.pipeline.log_reports import write_health
from locust_failure_forwarder.pipeline.log_space import add_dropped

from .samples import uuid7

REFUSED: Final = "422: the destination finds the batch invalid"
ANSWER: Final = '{"error":"sku is too long"}'
REMAINS: Final = DeadLetter(
    "failures", "invalid record: status: Field required", b'{"method":"GET","name":"/broken","status":"odd"}'
)
"""What is left of a capture that never became a record."""


def bury(
    path: Path, key: RouteKey, count: int, *, reason: str = REFUSED, bodies: Mapping[int, bytes] | None = None
) -> None:
    """Let the next `count` pending events of a route be refused. `bodies` replaces some, by their place from 0."""
    log = Log.open(path)
    flight = log.take(key, count, 2**40)
    assert flight is not None
    letters = [
        DeadLetter(event.kind, reason, (bodies or {}).get(place, event.body), event, 422, ANSWER)
        for place, event in enumerate(flight.events)
    ]
    log.settle(flight, 0, letters)
    log.close()


def letters_in(path: Path) -> list[Buried]:
    """The dead letters of a log, oldest first."""
    log = Log.open(path)
    try:
        return dead_letters(log.connection, log.origin)
    finally:
        log.close()


def accounts(path: Path) -> dict[RouteKey, Account]:
    """The accounts of a log, held against what lies in it (P1)."""
    log = Log.open(path)
    try:
        found = log.accounts()
        for key, account in found.items():
            assert log.unsettled(key) == account.pending
        return found
    finally:
        log.close()


def drop(path: Path, key: RouteKey, lost: Mapping[str, int]) -> None:
    """Count failures that never reached the log."""
    log = Log.open(path)
    with log.transaction() as db:
        add_dropped(db, key, lost)
        db.execute(
            "UPDATE routes SET captured = captured + ? WHERE destination = ? AND kind = ?",
            (sum(lost.values()), key.destination, key.kind),
        )
    log.close()


def leave_state(path: Path, key: RouteKey, at: float, **state: Any) -> None:
    """Leave the state of a route, as a forwarder process does."""
    usual = {"note": None, "breaker": "closed", "needs_repair": False, "next_try_s": None, "concurrency": 4}
    log = Log.open(path)
    write_health(log, {key: {"under_way": 0, **usual, **state}}, at)
    log.close()


def failure_ids(sequences: Sequence[int]) -> list[UUID]:
    """The ids of the sample failures of these sequences."""
    return [uuid7(0x1_0000_0000 + sequence) for sequence in sequences]


def with_other_times(events: Sequence[Event], *seconds: float) -> list[Event]:
    """The events, the n-th captured `seconds[n]` after the epoch by its id."""
    return [
        replace(event, id=UUID(int=(int(at * 1000) << 80) | (event.id.int & (2**80 - 1))))
        for event, at in zip(events, seconds, strict=True)
    ]
