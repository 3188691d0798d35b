"""What a committer and a route see of a store and of routes, in memory, with a disk that can fail."""

import sqlite3
from collections.abc import Mapping, Sequence

from locust_failure_forwarder.events import Kind
from locust_failure_forwarder.pipeline.commit import Entry
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from locust_failure_schemas import Alert, FailureRecord, RunSummary

FAILURES = RouteKey("monitoring", "failures")
ALERTS = RouteKey("monitoring", "alerts")
SLACK = RouteKey("slack", "alerts")


class LedgerStore:
    """Keeps what is appended, group by group, and the accounts as `Store` does."""

    def __init__(self) -> None:
        self.accounts = {key: Account() for key in (FAILURES, ALERTS, SLACK)}
        self.groups: list[tuple[list[NewEvent], list[DeadLetter]]] = []
        self.broken: sqlite3.Error | None = None
        self.shrunk: list[int] = []
        self.shrink_loses: dict[RouteKey, int] = {}
        self.happened: list[str] = []

    def _use_disk(self) -> None:
        if self.broken is not None:
            raise self.broken

    async def append(self, events: Sequence[NewEvent], dead: Sequence[DeadLetter]) -> None:
        self._use_disk()
        self.groups.append((list(events), list(dead)))
        self.happened.append("append")
        for key in self.accounts:
            buried = sum(1 for letter in dead if letter.kind == key.kind)
            captured = buried + sum(1 for event in events if event.kind == key.kind)
            self.accounts[key] = self.accounts[key].plus(captured=captured, dead=buried)

    async def count_dropped(self, key: RouteKey, reasons: Mapping[str, int]) -> None:
        self.accounts[key] = self.accounts[key].plus(captured=sum(reasons.values()), dropped=reasons)
        self._use_disk()

    async def shrink(self, max_bytes: int) -> dict[RouteKey, int]:
        self._use_disk()
        self.shrunk.append(max_bytes)
        return self.shrink_loses


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

    async def put(self, entry: Entry) -> None:
        self.entries.append(entry)

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
        return [entry.item.reason for entry in self.entries if isinstance(entry.item, DeadLetter)]

    @property
    def dropped(self) -> dict[str, int]:
        (only,) = (dict(entry.dropped) for entry in self.entries if entry.dropped)
        return only

    def _events(self, kind: str) -> list[NewEvent]:
        return [e.item for e in self.entries if isinstance(e.item, NewEvent) and e.item.kind == kind]
