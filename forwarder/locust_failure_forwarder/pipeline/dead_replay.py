"""Sends dead letters once more, with the ids they had. Each is tried once; what is refused again stays, with the news.

A letter stays in the log until an answer says that it was accepted; then it goes, and the accounts count it as
delivered, in one transaction. So whatever interrupts this, nothing is lost or counted twice.
"""

from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from ..destinations import Settings
from ..events import Event
from .counters import Account, RouteKey
from .housekeeping import open_sound
from .log import LAST, DeadLetter, Flight, Log
from .log_files import claim_orphan
from .log_letters import Heading, dead_letter, headings, settle_letters
from .replay import Listener, is_asked_for, routes_over, run_routes
from .retry import RateLimit
from .selection import Selection


class DeadLetters:
    """The dead letters of one route as a source. Uses the log on the event loop: nothing else needs that here."""

    def __init__(self, log: Log, key: RouteKey, ids: Sequence[int]) -> None:
        self._log = log
        self._key = key
        self._waiting = deque(ids)
        self._flights: dict[int, dict[int, int]] = {}
        """By the number of the flight: position of each event in it, and id of its letter."""
        self._numbers = count(1)
        self.delivered = 0
        self.refused = 0

    @property
    def pending(self) -> int:
        """Letters that have not been answered."""
        return len(self._waiting) + sum(map(len, self._flights.values()))

    async def oldest(self) -> int | None:
        """Position of the event that was buried first of those that are left."""
        under_way = [position for letters in self._flights.values() for position in letters]
        waiting = (self._event(letter_id) for letter_id in self._waiting)
        return min((*under_way, *(event.position for event in islice(filter(None, waiting), 1))), default=None)

    async def take(self, max_records: int, max_bytes: int, last: int = LAST) -> Flight | None:
        """The next ones, of one origin. They stay in the log."""
        events: list[Event] = []
        letters: dict[int, int] = {}
        size = 0
        while self._waiting and len(events) < max_records:
            event = self._event(self._waiting[0])
            if event is not None:
                size += len(event.body) + 1
                if event.position > last or (events and (size > max_bytes or event.origin != events[0].origin)):
                    break
                events.append(event)
                letters[event.position] = self._waiting[0]
            self._waiting.popleft()
        if not events:
            return None
        number = next(self._numbers)
        self._flights[number] = letters
        return Flight(number, self._key, tuple(events))

    def _event(self, letter_id: int) -> Event | None:
        buried = dead_letter(self._log.connection, self._log.origin, letter_id)
        return None if buried is None else buried.letter.event

    async def settle(self, flight: Flight, delivered: int, dead: Sequence[DeadLetter]) -> None:
        """Delivered letters go, and count as delivered; refused ones stay, with the new reason."""
        del delivered  # all but the refused ones
        letters = self._flights[flight.id]
        refused = {letters[letter.event.position]: letter for letter in dead if letter.event is not None}
        accepted = [letter_id for letter_id in letters.values() if letter_id not in refused]
        with self._log.transaction() as db:
            settle_letters(db, self._key, accepted, refused)
        del self._flights[flight.id]
        self.delivered += len(accepted)
        self.refused += len(refused)


@dataclass(frozen=True, slots=True)
class DeadReplayed:
    """What became of the dead letters of one log."""

    path: Path
    accounts: dict[RouteKey, Account]
    delivered: int
    refused: int
    """Refused again, or found too old."""
    left: int
    """Selected letters that were not answered: they are as they were."""
    unknown: dict[RouteKey, int]
    """Selected letters of routes that the configuration no longer asks for."""


async def replay_dead(
    path: Path, settings: Settings, selection: Selection, rate: RateLimit | None, deadline: float, listener: Listener
) -> DeadReplayed | None:
    """Send one log's dead letters again; None if a test is using it. As `replay.replay_log` in all else.

    Raises:
        LogCorruptError: the file is damaged.
        LogError: the log cannot be opened.
        sqlite3.Error: it cannot be read.
    """
    lock = claim_orphan(path)
    if lock is None:
        return None
    try:
        log = open_sound(path)
        try:
            wanted = by_route(selected(log, selection))
            sources = {key: DeadLetters(log, key, ids) for key, ids in wanted.items() if is_asked_for(key, settings)}
            unknown = {key: len(ids) for key, ids in wanted.items() if key not in sources}
            async with AsyncExitStack() as stack:
                routes = await routes_over(sources, settings, rate, stack, listener)
                await run_routes(routes, lambda: sum(s.pending for s in sources.values()), deadline, listener)
            return DeadReplayed(
                path,
                log.accounts(),
                delivered=sum(source.delivered for source in sources.values()),
                refused=sum(source.refused for source in sources.values()),
                left=sum(source.pending for source in sources.values()),
                unknown=unknown,
            )
        finally:
            log.close()
    finally:
        lock.release()


def selected(log: Log, selection: Selection) -> list[Heading]:
    """The dead letters that were asked for, oldest first.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    return [
        heading
        for heading in headings(log.connection)
        if selection.wants_letter(heading.key, heading.captured_at, heading.reason)
    ]


def by_route(letters: Sequence[Heading]) -> dict[RouteKey, list[int]]:
    """Ids of those that can be sent, by route: what never became an event cannot."""
    ids: dict[RouteKey, list[int]] = {}
    for heading in letters:
        if heading.event is not None:
            ids.setdefault(heading.key, []).append(heading.id)
    return ids
