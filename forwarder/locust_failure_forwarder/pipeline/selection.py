"""What a replay, or a look at dead letters, was asked for. A frozen value; knows no log."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from ..events import Kind
from .counters import RouteKey


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything that meets all of these; the default is everything."""

    destinations: Collection[str] | None = None
    """Names; None for all."""
    kinds: Collection[Kind] | None = None
    """None for all."""
    since: float | None = None
    """Epoch seconds of the earliest capture."""
    until: float | None = None
    """Epoch seconds that the captures lie before."""
    reason: str | None = None
    """Text within the reason of a dead letter, upper or lower case."""

    @property
    def in_time(self) -> bool:
        """True if it is bounded in time."""
        return self.since is not None or self.until is not None

    def wants(self, key: RouteKey) -> bool:
        """True for the routes that were asked for."""
        by_name = self.destinations is None or key.destination in self.destinations
        return by_name and (self.kinds is None or key.kind in self.kinds)

    def wants_letter(self, key: RouteKey, captured_at: float, reason: str) -> bool:
        """True for the dead letters that were asked for; `captured_at` is in epoch seconds."""
        in_time = (self.since is None or captured_at >= self.since) and (self.until is None or captured_at < self.until)
        return self.wants(key) and in_time and (self.reason is None or self.reason.casefold() in reason.casefold())


def captured_at(event_id: UUID) -> float:
    """Epoch seconds at which an event was captured: the first 48 bits of a UUIDv7 (RFC 9562, 5.7), in milliseconds."""
    return (event_id.int >> 80) / 1000
