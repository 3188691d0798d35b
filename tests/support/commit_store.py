"""What a committer and a route see of a store and of routes, in memory, with a disk that can fail."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence

from locust_failure_forwarder.events import Kind
from locust_failure_forwarder.pipeline.commit import Committer, Entry
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from locust_failure_schemas import Alert, FailureRecord, RunSummary

from .clocks import Clock

FAILURES = RouteKey("monitoring", "failures")
ALERTS = RouteKey("monitoring", "alerts")
SLACK = RouteKey("slack", "alerts")


class LedgerStore:
    """Keeps what is appended, group by group, and the accounts as `Store` does."""

    def __init__(self) -> None:
        self.accounts = {key: Account() for key in (FAILURES, ALERTS, SLACK)}
        self.groups: list[tuple[list[NewEvent], list[DeadLetter]]] = []
        self.received: list[int] = []
        self.refusals: list[sqlite3.Error] = []
        """What the disk says to the next attempts."""
        self.refusals_later: list[sqlite3.Error] = []
        """And after it has taken something."""
        self.happened: list[str] = []

    async def append(
        self,
        events: list[NewEvent],
        dead: list[DeadLetter],
        dropped: Mapping[str, int],
        received: int,
        kept: Sequence[object] = (),
    ) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.refusals, self.refusals_later = self.refusals_later, []
        self.groups.append((events, dead))
        self.received.append(received)
        self.happened.append("append")
        for key in self.accounts:
            buried = sum(1 for letter in dead if letter.kind == key.kind)
            lost = dropped if key.kind == "failures" else dict[str, int]()
            captured = buried + sum(1 for event in events if event.kind == key.kind) + sum(lost.values())
            self.accounts[key] = self.accounts[key].plus(captured=captured, dead=buried, dropped=lost)

    def count_lost(self, lost: Mapping[str, int], dropped: Mapping[str, int], reason: str) -> None:
        for key in self.accounts:
            earlier = dict(dropped) if key.kind == "failures" else {}
            count = lost.get(key.kind, 0)
            captured = count + sum(earlier.values())
            self.accounts[key] = self.accounts[key].plus(captured=captured, dropped=earlier)
            self.accounts[key] = self.accounts[key].plus(dropped={reason: count})


class WatchedRoute:
    """Writes down what it is told, in the order of everything else that happens to the store."""

    def __init__(self, key: RouteKey, happened: list[str]) -> None:
        self.key = key
        self.notified: list[int] = []
        self._happened = happened

    def notify(self, size: int) -> None:
        self.notified.append(size)

    def flush(self) -> None:
        self._happened.append(f"flush {self.key}")


def kinds(items: Sequence[NewEvent | DeadLetter]) -> list[Kind]:
    return [item.kind for item in items]


class Kept:
    """Takes entries as the committer does."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.waiting = 0
        self.joined: list[int] = []
        """How many entries there were, each time that somebody waited for them to be on disk."""

    def put(self, entry: Entry) -> None:
        self.entries.append(entry)

    async def join(self) -> None:
        """All is as good as committed."""
        self.joined.append(len(self.entries))

    @property
    def numbers(self) -> list[int]:
        """Of the frames that lead to an acknowledgement."""
        return [entry.number for entry in self.entries if entry.number]

    @property
    def items(self) -> list[NewEvent | DeadLetter]:
        return [item for entry in self.entries for item in entry.items]

    @property
    def failures(self) -> list[FailureRecord]:
        return [FailureRecord.model_validate_json(e.body) for e in self._events("failures")]

    @property
    def alerts(self) -> list[Alert]:
        return [Alert.model_validate_json(e.body) for e in self._events("alerts")]

    @property
    def summaries(self) -> list[RunSummary]:
        return [RunSummary.model_validate_json(e.body) for e in self._events("summaries")]

    @property
    def reasons(self) -> list[str]:
        return [item.reason for item in self.items if isinstance(item, DeadLetter)]

    @property
    def dropped(self) -> dict[str, int]:
        (only,) = (dict(entry.dropped) for entry in self.entries if entry.dropped)
        return only

    def _events(self, kind: str) -> list[NewEvent]:
        return [item for item in self.items if isinstance(item, NewEvent) and item.kind == kind]


class CommitWorld:
    """A committer and everything around it."""

    def __init__(self) -> None:
        self.store = LedgerStore()
        self.happened = self.store.happened
        self.routes = {key: WatchedRoute(key, self.happened) for key in (FAILURES, ALERTS, SLACK)}
        self.said: list[str] = []
        self.acks: list[int] = []
        self.clock = Clock()
        self.committer = Committer(
            self.store, self.routes.values(), self._acknowledge, self.said.append, self.clock.sleep
        )

    def _acknowledge(self, number: int) -> None:
        self.acks.append(number)
        self.happened.append("ack")

    def commit(self, *entries: Entry) -> None:
        asyncio.run(self._commit([entries]))

    def commit_one_by_one(self, *entries: Entry) -> None:
        asyncio.run(self._commit([(entry,) for entry in entries]))

    async def _commit(self, groups: Sequence[Sequence[Entry]]) -> None:
        task = asyncio.create_task(self.committer.run())
        for group in groups:
            for entry in group:
                self.committer.put(entry)
            joining = asyncio.create_task(self.committer.join())
            await asyncio.wait([joining, task], return_when=asyncio.FIRST_COMPLETED)
            joining.cancel()
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
