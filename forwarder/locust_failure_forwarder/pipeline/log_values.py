"""What goes into the log and comes out of it, as frozen values. No queries."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from ..events import Event, Kind, Origin
from .counters import RouteKey

LAST: Final = 2**63 - 1
"""The greatest position there can be."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has a position."""

    kind: Kind
    id: UUID
    origin: Origin
    body: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What will not be delivered, and why."""

    kind: Kind
    reason: str
    body: bytes
    event: Event | None = None
    """The event it was; None for a capture that never became one."""
    status: int | None = None
    """HTTP status of the answer that refused it, if one did."""
    answer: str | None = None
    """The beginning of that answer, redacted."""


@dataclass(frozen=True, slots=True)
class KeptSample:
    """Statistics of a run at one moment, and the state of its alert rules then."""

    origin: Origin
    at: float
    """Epoch seconds."""
    whole: bool
    """False if the body holds what has changed since the sample before."""
    body: bytes = field(repr=False)
    """Empty if only the state is new."""
    state: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Flight:
    """Events of one route that were taken together and are not settled. After a crash the same ones are taken again."""

    id: int
    key: RouteKey
    events: tuple[Event, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """Positions that a replay was asked for, both included."""

    first: int = 1
    last: int = LAST


EVERYTHING: Final = Span()
