"""A disk that refuses: tried again (P2), and what it did not take in time is counted (P1)."""

import asyncio
import sqlite3
from uuid import UUID

import pytest
from locust_failure_forwarder.errors import LogCorruptError
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline.commit import Entry
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from support.commit_store import ALERTS, FAILURES, SLACK, CommitWorld
from support.memory_store import moments

DISK_FULL = sqlite3.OperationalError("database or disk is full")
LETTER = DeadLetter("failures", "invalid record: name", b"{}")


def _event(number: int = 1, kind: Kind = "failures", size: int = 10) -> NewEvent:
    return NewEvent(kind, UUID(int=number), Origin(b"{}", b"{}"), b"x" * size)


def _entry(number: int) -> Entry:
    return Entry((_event(number),), number)


def test_p2_a_disk_that_refuses_is_tried_again_until_it_takes_it_and_nothing_is_acknowledged_before() -> None:
    world = CommitWorld()
    world.store.refusals = [DISK_FULL] * 30
    world.commit(_entry(1), Entry((LETTER,), 2))
    assert world.store.accounts[FAILURES] == Account(captured=2, dead=1)
    assert world.happened == ["append", "ack"]
    assert world.acks == [2]


def test_a_disk_that_refuses_is_told_of_once_and_so_is_its_recovery() -> None:
    world = CommitWorld()
    world.store.refusals = [DISK_FULL] * 30
    world.commit(_entry(1))
    assert world.said == [
        "the log cannot be written (database or disk is full); everything is kept in memory and tried again",
        "the log can be written again",
    ]


def test_a_disk_that_fails_again_is_told_of_again() -> None:
    world = CommitWorld()
    world.store.refusals = [DISK_FULL]
    world.store.refusals_later = [DISK_FULL]
    world.commit_one_by_one(_entry(1), _entry(2))
    assert len(world.said) == 4
    assert world.acks == [1, 2]


def test_the_pauses_between_two_attempts_double_up_to_a_second() -> None:
    world = CommitWorld()
    world.store.refusals = [DISK_FULL] * 8
    world.commit(_entry(1))
    assert world.clock.slept == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0])


def test_what_comes_while_the_disk_refuses_is_committed_after_it_in_order() -> None:
    world = CommitWorld()

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
    world = CommitWorld()
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    world.store.refusals = [error]
    with pytest.raises(LogCorruptError, match="malformed"):
        world.commit(_entry(1))
    assert world.acks == []
    assert world.committer.waiting == 1, "the plugin has it still, and sends it to the next process"
    assert world.clock.slept == []


def _give_up(*entries: Entry) -> CommitWorld:
    """Against a disk that takes nothing until the end."""
    world = CommitWorld()
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
    assert world.said[-1] == "5 records could not be written to the log and are lost; is there room on its disk?"
    assert world.committer.waiting == 0
    assert world.routes[FAILURES].notified == []


def test_p1_drops_of_the_plugin_that_were_not_written_keep_their_reasons() -> None:
    world = _give_up(Entry(dropped={"buffer_full": 3}, number=1), _entry(2))
    assert world.store.accounts[FAILURES] == Account(captured=4, dropped={"buffer_full": 3, "log_error": 1})


def test_with_nothing_left_giving_up_says_nothing() -> None:
    world = CommitWorld()
    world.commit(_entry(1))
    world.committer.give_up()
    assert world.said == []
    assert world.acks == [1]


def test_frames_without_a_record_are_given_up_without_a_word() -> None:
    world = _give_up(Entry(number=7))
    assert world.acks == [7]
    assert len(world.said) == 1, "that the disk refuses"
