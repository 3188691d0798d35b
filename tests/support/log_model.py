"""What a log promises, as plain lists in memory: the model that the state machine of the log is held against.

Knows nothing of SQLite, nor of how many events fit into how many bytes: which of the oldest a full log gave up, it
is told and takes over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import EVERYTHING, DeadLetter, Flight, NewEvent, Span


@dataclass
class RouteModel:
    """One route. What is pending is `fresh`, or in one of the groups; a group is taken or it waits."""

    account: Account = field(default_factory=Account)
    fresh: list[Event] = field(default_factory=list[Event])
    groups: list[list[Event]] = field(default_factory=list[list[Event]])
    under_way: dict[int, list[Event]] = field(default_factory=dict[int, list[Event]])
    """By the id of the flight, what of it is still pending."""
    finished: dict[int, str] = field(default_factory=dict[int, str])
    """By position, how each event that is not pending ended."""

    def pending(self, span: Span = EVERYTHING) -> list[Event]:
        """Everything that is not settled, oldest first."""
        parts = [*self.under_way.values(), *self.groups, self.fresh]
        events = sorted((event for part in parts for event in part), key=lambda event: event.position)
        return [event for event in events if span.first <= event.position <= span.last]

    def take(self, max_records: int, max_bytes: int, span: Span) -> list[Event]:
        """What has to come next; what a span or a bound cuts off a group becomes a group of its own."""
        self.groups.sort(key=lambda group: group[0].position)
        for group in self.groups:
            inside = [event for event in group if span.first <= event.position <= span.last]
            if inside:
                self.groups.remove(group)
                taken = _batch(inside, max_records, max_bytes)
                before = [event for event in group if event.position < span.first]
                after = [event for event in group if event.position > span.last]
                self.groups += [rest for rest in (before, inside[len(taken) :], after) if rest]
                return taken
        inside = [event for event in self.fresh if span.first <= event.position <= span.last]
        taken = _batch(inside, max_records, max_bytes)
        if taken:
            before = [event for event in self.fresh if event.position < taken[0].position]
            self.groups += [before] if before else []
            self.fresh = [event for event in self.fresh if event.position > taken[-1].position]
        return taken

    def settle(self, flight: Flight, buried: set[int]) -> int:
        """Each event of the flight is delivered, or dead if its position is among `buried`. How many came late."""
        late = len(flight.events) - len(self.under_way.pop(flight.id))
        for event in flight.events:
            before = self.finished.get(event.position)
            assert before in (None, "log_full"), f"{event.position} was {before} before"
            self.finished[event.position] = "dead" if event.position in buried else "delivered"
        dead = len(buried)
        delivered = len(flight.events) - dead
        self.account = self.account.plus(delivered=delivered, dead=dead, dropped={"log_full": -late})
        return late

    def give_up(self, end: int) -> int:
        """A full log forgets everything up to a position. How much of it was pending."""
        lost = [event for event in self.pending() if event.position <= end]
        for event in lost:
            self.finished[event.position] = "log_full"
        self.account = self.account.plus(dropped={"log_full": len(lost)})
        self.under_way = {number: _after(end, events) for number, events in self.under_way.items()}
        self.groups = [rest for group in self.groups if (rest := _after(end, group))]
        self.fresh = _after(end, self.fresh)
        return len(lost)

    def copied(self) -> "RouteModel":
        """As it is now; events are frozen, and shared."""
        under_way = {number: list(events) for number, events in self.under_way.items()}
        groups = [list(group) for group in self.groups]
        return RouteModel(self.account, list(self.fresh), groups, under_way, dict(self.finished))

    def crash(self) -> None:
        """What was under way comes again, as it was."""
        self.groups += [events for events in self.under_way.values() if events]
        self.under_way = {}


@dataclass
class LogModel:
    """All routes of one log, and what they share."""

    routes: dict[RouteKey, RouteModel]
    last_position: int = 0
    letters: int = 0
    """Dead letters that were ever buried."""
    received: int = 0

    def append(
        self, events: Sequence[NewEvent], dead: Sequence[DeadLetter], dropped: dict[str, int], received: int
    ) -> None:
        """Events get the next positions; letters and drops are captured and finished at once."""
        placed = [Event(self.last_position + n, e.kind, e.id, e.origin, e.body) for n, e in enumerate(events, 1)]
        self.last_position += len(placed)
        self.received = received or self.received
        for key, route in self.routes.items():
            mine = [event for event in placed if event.kind == key.kind]
            buried = sum(1 for letter in dead if letter.kind == key.kind)
            lost = dropped if key.kind == "failures" else {}
            captured = len(mine) + buried + sum(lost.values())
            route.account = route.account.plus(captured=captured, dead=buried, dropped=lost)
            route.fresh += mine
            self.letters += buried

    def copied(self) -> "LogModel":
        """As it is now."""
        routes = {key: route.copied() for key, route in self.routes.items()}
        return LogModel(routes, self.last_position, self.letters, self.received)

    def crash(self) -> None:
        """The process is gone, and with it everything that it had not committed."""
        for route in self.routes.values():
            route.crash()


def _after(end: int, events: list[Event]) -> list[Event]:
    return [event for event in events if event.position > end]


def _batch(events: Sequence[Event], max_records: int, max_bytes: int) -> list[Event]:
    """The first events of one origin within both bounds, one at least."""
    taken: list[Event] = []
    size = 0
    for event in events[:max_records]:
        size += len(event.body) + 1
        if taken and (size > max_bytes or event.origin != taken[0].origin):
            break
        taken.append(event)
    return taken
