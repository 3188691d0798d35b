"""The last stage: groups, acknowledgements after the commit (P2), every loss counted (P1) and told once."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import cast
from uuid import UUID

from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline.commit import GROUP, QUEUE, Committer, Entry
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from locust_failure_forwarder.pipeline.route import Route
from locust_failure_forwarder.pipeline.store import Store
from support.commit_store import ALERTS, FAILURES, SLACK, LedgerStore, WatchedRoute, kinds

DISK_FULL = sqlite3.OperationalError("database or disk is full")
MAX_SIZE = 2**20


def _event(number: int = 1, kind: Kind = "failures", size: int = 10) -> NewEvent:
    return NewEvent(kind, UUID(int=number), Origin(b"{}", b"{}"), b"x" * size)


class World:
    """A committer and everything around it."""

    def __init__(self) -> None:
        self.store = LedgerStore()
        self.happened = self.store.happened
        self.routes = {key: WatchedRoute(key, self.happened) for key in (FAILURES, ALERTS, SLACK)}
        self.said: list[str] = []
        self.acks: list[int] = []

    def _acknowledge(self, sequence: int) -> None:
        self.acks.append(sequence)
        self.happened.append("ack")

    def commit(self, *entries: Entry, room: int = MAX_SIZE) -> None:
        asyncio.run(self._commit([entries], room))

    def commit_one_by_one(self, *entries: Entry) -> None:
        asyncio.run(self._commit([(entry,) for entry in entries], MAX_SIZE))

    async def _commit(self, groups: Sequence[Sequence[Entry]], room: int) -> None:
        routes = cast(list[Route], list(self.routes.values()))
        committer = Committer(cast(Store, self.store), routes, room, self._acknowledge, self.said.append)
        task = asyncio.create_task(committer.run())
        for group in groups:
            for entry in group:
                await committer.put(entry)
            await committer.join()
        assert not task.done(), "the committer goes on"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_what_waits_is_committed_together_and_in_order() -> None:
    world = World()
    world.commit(*(Entry(_event(number), number) for number in range(1, 6)))
    (group,) = world.store.groups
    assert [event.id.int for event in group[0]] == [1, 2, 3, 4, 5]
    assert world.acks == [5], "one ack for the highest sequence"


def test_p2_an_ack_comes_after_the_commit() -> None:
    world = World()
    world.commit(Entry(_event(), 1))
    assert world.happened == ["append", "ack"]


def test_a_group_has_a_bound() -> None:
    world = World()
    world.commit(*(Entry(_event(number), number) for number in range(1, GROUP + 2)))
    assert [len(events) for events, _ in world.store.groups] == [GROUP, 1]
    assert world.acks == [GROUP, GROUP + 1]


def test_more_than_the_queue_holds_waits_for_room() -> None:
    world = World()
    world.commit(*(Entry(_event(number), number) for number in range(1, QUEUE + 100)))
    assert world.acks[-1] == QUEUE + 99
    assert world.store.accounts[FAILURES] == Account(captured=QUEUE + 99)


def test_entries_of_no_sequence_acknowledge_nothing() -> None:
    world = World()
    world.commit(Entry(_event(kind="alerts")))
    assert world.acks == []


def test_each_route_hears_of_the_bytes_of_its_kind() -> None:
    world = World()
    world.commit(Entry(_event(1, size=10)), Entry(_event(2, "alerts", size=20)), Entry(_event(3, size=30)))
    assert world.routes[FAILURES].notified == [10 + 30 + 2]
    assert world.routes[ALERTS].notified == world.routes[SLACK].notified == [20 + 1]


def test_p1_a_dead_letter_is_committed_acknowledged_and_wakes_nobody() -> None:
    world = World()
    world.commit(Entry(DeadLetter("failures", "invalid record: name", b"{}"), 4))
    assert kinds(world.store.groups[0][1]) == ["failures"]
    assert world.acks == [4]
    assert world.routes[FAILURES].notified == []


def test_p5_a_flush_comes_after_everything_that_was_queued_before_it() -> None:
    world = World()
    world.commit(Entry(_event(), 1), Entry(flush=True))
    assert world.happened[0] == "append"
    assert set(world.happened[1:]) == {
        "ack",
        "flush monitoring/failures",
        "flush monitoring/alerts",
        "flush slack/alerts",
    }


def test_p1_what_the_plugin_dropped_is_counted_for_the_failures_alone() -> None:
    world = World()
    world.commit(Entry(dropped={"buffer_full": 3, "capture_error": 1}))
    assert world.store.accounts[FAILURES] == Account(captured=4, dropped={"buffer_full": 3, "capture_error": 1})
    assert world.store.accounts[ALERTS] == Account()


def test_p1_what_the_disk_refuses_is_counted_by_kind_told_once_and_acknowledged() -> None:
    world = World()
    world.store.broken = DISK_FULL
    letter = DeadLetter("failures", "invalid record: name", b"{}")
    world.commit_one_by_one(Entry(_event(1), 1), Entry(_event(2, "alerts")), Entry(letter, 2), Entry(_event(3), 3))
    assert world.store.accounts[FAILURES] == Account(captured=3, dropped={"log_error": 3})
    for key in (ALERTS, SLACK):
        assert world.store.accounts[key] == Account(captured=1, dropped={"log_error": 1})
    assert world.said == ["the log cannot be written (database or disk is full); what comes now is dropped and counted"]
    assert world.acks == [1, 2, 3], "sending it again would not help the disk"
    assert world.routes[FAILURES].notified == []


def test_a_disk_that_fails_first_while_drops_are_counted_is_told_too() -> None:
    world = World()
    world.store.broken = DISK_FULL
    world.commit_one_by_one(Entry(dropped={"buffer_full": 3}), Entry(_event(1), 1))
    assert len(world.said) == 1
    assert world.store.accounts[FAILURES] == Account(captured=4, dropped={"buffer_full": 3, "log_error": 1})


def test_a_disk_that_fails_again_is_told_again() -> None:
    class Flaky(LedgerStore):
        async def append(self, events: Sequence[NewEvent], dead: Sequence[DeadLetter]) -> None:
            self.broken = None if events[0].id.int == 2 else DISK_FULL
            await super().append(events, dead)

    world = World()
    world.store = Flaky()
    world.commit_one_by_one(*(Entry(_event(number), number) for number in (1, 2, 3)))
    assert len(world.said) == 2
    assert world.store.accounts[FAILURES] == Account(captured=3, dropped={"log_error": 2})


def test_a_log_that_grows_is_kept_within_its_bound_and_losses_are_told() -> None:
    world = World()
    world.store.shrink_loses = {FAILURES: 200}
    world.commit(*(Entry(_event(number, size=50_000)) for number in range(1, 3)))
    assert world.store.shrunk == [MAX_SIZE]
    assert world.said == ["monitoring/failures: the log is full; 200 of the oldest pending records were dropped"]


def test_a_small_log_is_not_measured_for_every_record() -> None:
    world = World()
    world.commit_one_by_one(*(Entry(_event(number)) for number in range(1, 50)))
    assert world.store.shrunk == []


def test_a_log_that_cannot_be_measured_is_told_and_the_committer_goes_on() -> None:
    class Unmeasurable(LedgerStore):
        async def shrink(self, max_bytes: int) -> dict[object, int]:  # type: ignore[override] # pyright: ignore - it raises
            raise DISK_FULL

    world = World()
    world.store = Unmeasurable()
    world.commit(Entry(_event(1, size=MAX_SIZE), 1))
    assert world.said == ["the log cannot be kept within its bound (database or disk is full)"]
    assert world.acks == [1]
