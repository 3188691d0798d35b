"""One flight on its way: what of it is still to be sent, in which parts, and what became of the rest. Pure, no I/O.

A refused batch is halved until the culprit is alone, within a bounded number of requests (P6). Everything is settled
together at the end, so that a crash in between sends the same batch again.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from ..config.models import DestinationConfig
from ..destinations.base import Batch, Delivered, Itemised, Rejected, Verdict
from ..events import Event
from .log_values import DeadLetter, Flight

ENVELOPE_BYTES: Final = 4096
"""Room left in a batch's byte limit for what surrounds the records."""


def limits(config: DestinationConfig, max_records: int | None, max_bytes: int | None) -> tuple[int, int]:
    """Records and bytes of one batch: what the user configured, within what the destination's wire allows."""
    records = min(config.batch.max_records, max_records or config.batch.max_records)
    size = min(config.batch.max_bytes, max_bytes or config.batch.max_bytes)
    return records, max(1, size - ENVELOPE_BYTES)


def split_budget(records: int) -> int:
    """Requests that may be spent on finding the culprits of a refused batch."""
    return 2 * math.ceil(math.log2(max(2, records))) + 8


class Parcel:
    """`next_batch` and `take_in` take turns until there is no next batch."""

    def __init__(self, flight: Flight, is_hopeless: Callable[[float], bool]) -> None:
        """`is_hopeless` says whether an event that was captured at a time (epoch seconds) is too old to be sent."""
        self._flight = flight
        self._is_hopeless = is_hopeless
        self._parts: list[Sequence[Event]] = [flight.events]
        self._budget = split_budget(len(flight.events))
        self.delivered = 0
        """How many were accepted."""
        self.letters: list[DeadLetter] = []
        """Those that never will be."""
        self.failed_before = False
        """True if the next batch, or a part of it, was sent before."""

    def next_batch(self) -> Batch | None:
        """What to send next; None if all is settled."""
        while self._parts:
            fresh = self._give_up_hopeless(self._parts[0])
            if fresh:
                self._parts[0] = fresh
                return Batch(self._flight.key.kind, self._flight.key.destination, fresh)
            self._parts.pop(0)
        return None

    def take_in(self, verdict: Verdict) -> bool:
        """What became of the batch that `next_batch` gave. False if it was put off."""
        part = self._parts.pop(0)
        # Halves of a refused batch are no retries: the destination is well, and they have a budget of their own.
        self.failed_before = False
        if isinstance(verdict, Delivered):
            self.delivered += len(part)
            return True
        if isinstance(verdict, Itemised):
            return self._take_in_each(part, verdict)
        if isinstance(verdict, Rejected):
            self._budget -= 2
            if verdict.splittable and len(part) > 1 and self._budget > 0:
                middle = len(part) // 2
                self._parts[:0] = [part[:middle], part[middle:]]
            else:
                self._bury(part, verdict)
            return True
        self.failed_before = True
        self._parts.insert(0, part)
        return False

    def reasons(self) -> Counter[str]:
        """How many were given up, by reason."""
        return Counter(letter.reason for letter in self.letters)

    def _take_in_each(self, part: Sequence[Event], verdict: Itemised) -> bool:
        again: list[Event] = []
        for event in part:
            match verdict.verdicts.get(event.id, Delivered()):
                case Delivered():
                    self.delivered += 1
                case Rejected() as refusal:
                    self._bury([event], refusal)
                case _:
                    again.append(event)
        if again:
            self.failed_before = True
            self._parts.insert(0, again)
        return not again

    def _bury(self, events: Sequence[Event], refusal: Rejected) -> None:
        self.letters += [DeadLetter(e.kind, refusal.reason, e.body, e, refusal.status, refusal.answer) for e in events]

    def _give_up_hopeless(self, part: Sequence[Event]) -> Sequence[Event]:
        """Those that are not too old; the others become dead letters."""
        # The first 48 bits of a UUIDv7 are the milliseconds of its making (RFC 9562, 5.7).
        hopeless = [event for event in part if self._is_hopeless((event.id.int >> 80) / 1000)]
        if not hopeless:
            return part
        self._bury(hopeless, Rejected("too old: tried for longer than `give_up_after`"))
        given_up = {event.position for event in hopeless}
        return [event for event in part if event.position not in given_up]
