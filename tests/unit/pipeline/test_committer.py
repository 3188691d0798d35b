"""The last stage: groups, acknowledgements after the commit (P2), a disk that is tried again, losses counted (P1)."""

import asyncio
import sqlite3
from collections.abc import Sequence
from uuid import UUID

import pytest
from locust_failure_forwarder.errors import LogCorruptError
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline.commit import GROUP, Committer, Entry
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from support.clocks import Clock
from support.commit_store import ALERTS, FAILURES, SLACK, LedgerStore, WatchedRoute, kinds
from support.memory_store import moments

DISK_FULL = sqlite3.OperationalError("database or disk is full")
LETTER = DeadLetter("failures", "invalid record: name", b"{}")


def _event(number: int = 1, kind: Kind = "failures", size: int = 10) -> NewEvent:
    return NewEvent(kind, UUID(int=number), Origin(b"{}", b"{}"), b"x" * size)


def _entry(number: int) -> Entry:
    return Entry((_event(number),), number)


class World:
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


def test_what_waits_is_committed_together_and_in_order() -> None:
    world = World()
    world.commit(*(_entry(number) for number in range(1, 6)))
    (group,) = world.store.groups
    assert [event.id.int for event in group[0]] == [1, 2, 3, 4, 5]
    assert world.acks == [5], "one ack for the highest number"
    assert world.store.received == [5], "and the log knows it too"


def test_p2_an_ack_comes_after_the_commit() -> None:
    world = World()
    world.commit(_entry(1))
    assert world.happened == ["append", "ack"]


def test_a_group_has_a_bound() -> None:
    world = World()
    world.commit(*(_entry(number) for number in range(1, GROUP + 2)))
    assert [len(events) for events, _ in world.store.groups] == [GROUP, 1]
    assert world.acks == [GROUP, GROUP + 1]
    assert world.store.accounts[FAILURES] == Account(captured=GROUP + 1)


def test_all_that_came_from_one_frame_is_committed_together() -> None:
    world = World()
    events = tuple(_event(number, "alerts") for number in range(1, 4))
    world.commit(*(Entry(events, number) for number in range(1, GROUP + 2)))
    assert [len(appended) % 3 for appended, _ in world.store.groups] == [0, 0]


def test_entries_of_no_number_acknowledge_nothing() -> None:
    world = World()
    world.commit(Entry((_event(kind="alerts"),)))
    assert world.acks == []


def test_p2_a_frame_that_leads_to_nothing_is_acknowledged_and_known_to_the_log() -> None:
    world = World()
    world.commit(Entry(number=7))
    assert world.store.received == world.acks == [7]


def test_each_route_hears_of_the_bytes_of_its_kind() -> None:
    world = World()
    world.commit(Entry((_event(1, size=10), _event(2, "alerts", size=20))), Entry((_event(3, size=30),)))
    assert world.routes[FAILURES].notified == [10 + 30 + 2]
    assert world.routes[ALERTS].notified == world.routes[SLACK].notified == [20 + 1]


def test_p1_a_dead_letter_is_committed_acknowledged_and_wakes_nobody() -> None:
    world = World()
    world.commit(Entry((LETTER,), 4))
    assert kinds(world.store.groups[0][1]) == ["failures"]
    assert world.acks == [4]
    assert world.routes[FAILURES].notified == []


def test_p5_a_flush_comes_after_everything_that_was_queued_before_it() -> None:
    world = World()
    world.commit(_entry(1), Entry(number=2, flush=True))
    assert world.happened[0] == "append"
    assert set(world.happened[1:]) == {
        "ack",
        "flush monitoring/failures",
        "flush monitoring/alerts",
        "flush slack/alerts",
    }


def test_p5_a_flush_waits_for_a_disk_that_refuses_what_was_queued_before_it() -> None:
    world = World()
    world.store.refusals = [DISK_FULL] * 3
    world.commit_one_by_one(_entry(1), Entry(flush=True))
    assert world.happened[:2] == ["append", "ack"]
    assert len(world.happened) == 2 + 3


def test_p1_what_the_plugin_dropped_is_counted_for_the_failures_alone() -> None:
    world = World()
    world.commit(
        Entry(dropped={"buffer_full": 3, "capture_error": 1}, number=1), Entry(dropped={"buffer_full": 2}, number=2)
    )
    assert world.store.accounts[FAILURES] == Account(captured=6, dropped={"buffer_full": 5, "capture_error": 1})
    assert world.store.accounts[ALERTS] == Account()
    assert world.acks == [2]


# -- a disk that refuses -------------------------------------------------------------------------------------------


def test_p2_a_disk_that_refuses_is_tried_again_until_it_takes_it_and_nothing_is_acknowledged_before() -> None:
    world = World()
    world.store.refusals = [DISK_FULL] * 30
    world.commit(_entry(1), Entry((LETTER,), 2))
    assert world.store.accounts[FAILURES] == Account(captured=2, dead=1)
    assert world.happened == ["append", "ack"]
    assert world.acks == [2]


def test_a_disk_that_refuses_is_told_of_once_and_so_is_its_recovery() -> None:
    world = World()
    world.store.refusals = [DISK_FULL] * 30
    world.commit(_entry(1))
    assert world.said == [
        "the log cannot be written (database or disk is full); everything is kept in memory and tried again",
        "the log can be written again",
    ]


def test_a_disk_that_fails_again_is_told_of_again() -> None:
    world = World()
    world.store.refusals = [DISK_FULL]
    world.store.refusals_later = [DISK_FULL]
    world.commit_one_by_one(_entry(1), _entry(2))
    assert len(world.said) == 4
    assert world.acks == [1, 2]


def test_the_pauses_between_two_attempts_double_up_to_a_second() -> None:
    world = World()
    world.store.refusals = [DISK_FULL] * 8
    world.commit(_entry(1))
    assert world.clock.slept == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0])


def test_what_comes_while_the_disk_refuses_is_committed_after_it_in_order() -> None:
    world = World()

    async def run() -> None:
        world.store.refusals = [DISK_FULL] * 10**6
        task = asyncio.create_task(world.committer.run())
        world.committer.put(_entry(1))
        await moments()
        for number in (2, 3):
            world.committer.put(_entry(number))
        await moments()
        assert world.committer.waiting == 3
        assert world.acks == []
        world.store.refusals = []
        await world.committer.join()
        assert world.committer.waiting == 0
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert [[event.id.int for event in events] for events, _ in world.store.groups] == [[1], [2, 3]]
    assert world.acks == [1, 3]


def test_p2_a_damaged_log_ends_it_without_an_acknowledgement() -> None:
    world = World()
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    world.store.refusals = [error]
    with pytest.raises(LogCorruptError, match="malformed"):
        world.commit(_entry(1))
    assert world.acks == []
    assert world.committer.waiting == 1, "the plugin has it still, and sends it to the next process"
    assert world.clock.slept == []


# -- no more time --------------------------------------------------------------------------------------------------


def _give_up(*entries: Entry) -> World:
    """Against a disk that takes nothing until the end."""
    world = World()
    world.store.refusals = [DISK_FULL] * 10**6

    async def run() -> None:
        task = asyncio.create_task(world.committer.run())
        for entry in entries:
            world.committer.put(entry)
        await moments()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        world.committer.give_up()
        await world.committer.join()

    asyncio.run(run())
    return world


def test_p1_what_could_not_be_written_in_time_is_counted_by_kind_and_acknowledged() -> None:
    world = _give_up(
        Entry((_event(1),), 1), Entry((_event(2, "alerts"), _event(3, "alerts")), 2), Entry((LETTER,), 3), _entry(4)
    )
    assert world.store.accounts[FAILURES] == Account(captured=3, dropped={"log_error": 3})
    for key in (ALERTS, SLACK):
        assert world.store.accounts[key] == Account(captured=2, dropped={"log_error": 2})
    assert world.acks == [4]
    assert world.said[-1] == "5 records could not be written to the log, and are dropped"
    assert world.committer.waiting == 0
    assert world.routes[FAILURES].notified == []


def test_p1_drops_of_the_plugin_that_were_not_written_keep_their_reasons() -> None:
    world = _give_up(Entry(dropped={"buffer_full": 3}, number=1), _entry(2))
    assert world.store.accounts[FAILURES] == Account(captured=4, dropped={"buffer_full": 3, "log_error": 1})


def test_with_nothing_left_giving_up_says_nothing() -> None:
    world = World()
    world.commit(_entry(1))
    world.committer.give_up()
    assert world.said == []
    assert world.acks == [1]


def test_frames_without_a_record_are_given_up_without_a_word() -> None:
    world = _give_up(Entry(number=7))
    assert world.acks == [7]
    assert len(world.said) == 1, "that the disk refuses"
