"""Which fault a receiver commits next: a seeded plan. Decides; commits none (oracle.py does)."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal


class How(StrEnum):
    """What happens on the connection. The first group gives a whole answer, the second none."""

    ANSWER = "answer"
    HTTP_1_0 = "answer in HTTP/1.0, its end is the end of the connection"
    DRIPPED = "answer in small pieces"
    THEN_CLOSED = "answer, then close the kept connection without a word"

    RESET_UNREAD = "reset before the request was read"
    RESET = "reset after the request was read"
    CUT_HEAD = "close in the middle of the answer's head"
    CUT_BODY = "close in the middle of the answer's body"
    GARBAGE = "bytes that are no HTTP"
    SILENCE = "no byte until the client goes away"
    DRIP_FOREVER = "one byte at a time until the client goes away"

    @property
    def answers(self) -> bool:
        """True if the client gets a whole answer."""
        return self in _ANSWERING


_ANSWERING: Final = frozenset({How.ANSWER, How.HTTP_1_0, How.DRIPPED, How.THEN_CLOSED})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done with one request. The default is no fault: the batch is kept, and 200 says so."""

    how: How = How.ANSWER
    status: int = 200
    retry_after: Literal["seconds", "date"] | None = None
    keeps: bool = True
    """False: the records are thrown away."""

    def __str__(self) -> str:
        wait = f", Retry-After in {self.retry_after}" if self.retry_after else ""
        return f"{self.how}, {self.status}{wait}, {'kept' if self.keeps else 'not kept'}"


GOOD: Final = Fault()

FAULTS: Final = (
    Fault(How.HTTP_1_0),
    Fault(How.DRIPPED),
    Fault(How.THEN_CLOSED),
    *(Fault(status=status, keeps=False) for status in (408, 500, 502, 503)),
    Fault(How.HTTP_1_0, 503, keeps=False),
    Fault(status=429, keeps=False),
    Fault(status=429, retry_after="seconds", keeps=False),
    Fault(status=429, retry_after="date", keeps=False),
    Fault(How.RESET_UNREAD, keeps=False),
    *(
        Fault(how, keeps=keeps)
        for how in (How.RESET, How.CUT_HEAD, How.CUT_BODY, How.GARBAGE, How.SILENCE)
        for keeps in (True, False)
    ),
    Fault(How.DRIP_FOREVER),
)


class Plan:
    """Deals faults and good answers from a shuffled deck, again and again, until it is stopped; then good ones alone.

    A deck, not a draw: after one round each fault was committed once, whatever the seed.
    """

    def __init__(self, seed: int, faults: Sequence[Fault] = FAULTS, good: int | None = None) -> None:
        """`good` answers stand in each deck, as many as faults if not given."""
        self.random = random.Random(seed)
        self._deck = [*faults, *[GOOD] * (len(faults) if good is None else good)]
        self._left: list[Fault] = []
        self._lock = threading.Lock()
        self._stopped = not faults
        self.dealt = 0
        """How many were dealt."""

    @property
    def round_over(self) -> bool:
        """True once each card of the deck was dealt."""
        return self.dealt >= len(self._deck)

    def deal(self) -> Fault:
        """The fault of the next request."""
        with self._lock:
            if self._stopped:
                return GOOD
            if not self._left:
                self._left = self.random.sample(self._deck, len(self._deck))
            self.dealt += 1
            return self._left.pop()

    def stop(self) -> None:
        """No more faults."""
        with self._lock:
            self._stopped = True


def no_faults() -> Plan:
    """A plan of good answers."""
    return Plan(0, ())
