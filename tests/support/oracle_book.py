"""What came to a receiver and what it said, request by request. Values and sums; receives nothing."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from .fault_plan import Fault


@dataclass(slots=True)
class Exchange:
    """One request and what became of it. Times are monotonic seconds."""

    arrived: float
    fault: Fault
    batch_id: str | None = None
    """None if the body was not read, or could not be."""
    idempotency_key: str | None = None
    ids: tuple[UUID, ...] = ()
    """Of the records, in the order of the batch."""
    status: int | None = None
    """What was answered, or would have been."""
    kept: bool = False
    """The receiver took responsibility for the records."""
    answered_at: float | None = None
    """When the last byte of a whole answer was handed to the operating system; None if the answer was not given."""
    asked_to_wait: float | None = None
    """Seconds of the answer's Retry-After."""
    left_before: frozenset[UUID] = frozenset()
    """Those of the ids that had been kept on a connection that the client had left when this request came. So it may
    never have heard of that: a client that heard the answer keeps the connection, one that gave up closes it first."""

    @property
    def acknowledged(self) -> bool:
        """True if the records were kept and the whole answer said so."""
        return self.kept and self.answered_at is not None


@dataclass(slots=True)
class Book:
    """All exchanges in the order of arrival. Safe to read while it is written."""

    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    unreadable: list[str] = field(default_factory=list[str])
    """Why bodies could not be read; none may be."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, exchange: Exchange) -> Exchange:
        """Add one; returned for its fields to be filled in."""
        with self._lock:
            self.exchanges.append(exchange)
        return exchange

    def _all(self) -> Iterable[Exchange]:
        with self._lock:
            return tuple(self.exchanges)

    @property
    def acknowledged(self) -> set[UUID]:
        """Ids that were kept, and whose answer was given whole at least once."""
        return {i for e in self._all() if e.acknowledged for i in e.ids}

    @property
    def kept(self) -> set[UUID]:
        """Ids that were kept, whether or not the answer was given."""
        return {i for e in self._all() if e.kept for i in e.ids}

    @property
    def lost_answers(self) -> set[UUID]:
        """Ids that were kept at least once without an answer that says so."""
        return {i for e in self._all() if e.kept and not e.acknowledged for i in e.ids}

    @property
    def seen(self) -> Counter[UUID]:
        """How often each id came."""
        return Counter(i for e in self._all() for i in e.ids)

    @property
    def committed_faults(self) -> set[Fault]:
        """The faults that happened."""
        return {e.fault for e in self._all()}
