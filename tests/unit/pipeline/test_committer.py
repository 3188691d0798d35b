"""The last stage: groups, acknowledgements after the commit (P2), every loss counted (P1)."""

import sqlite3
from uuid import UUID

from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline.commit import GROUP, Entry
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import DeadLetter, NewEvent
from support.commit_store import ALERTS, FAILURES, SLACK, CommitWorld, kinds

DISK_FULL = sqlite3.OperationalError("database or disk is full")
LETTER = DeadLetter("failures", "invalid record: name", b"{}")


def _event(number: int = 1, kind: Kind = "failures", size: int = 10) -> NewEvent:
    return NewEvent(kind, UUID(int=number), Origin(b"{}", b"{}"), b"x" * size)


def _entry(number: int) -> Entry:
    return Entry((_event(number),), number)


def test_what_waits_is_committed_together_and_in_order() -> None:
    world = CommitWorld()
    world.commit(*(_entry(number) for number in range(1, 6)))
    (group,) = world.store.groups
    assert [event.id.int for event in group[0]] == [1, 2, 3, 4, 5]
    assert world.acks == [5], "one ack for the highest number"
    assert world.store.received == [5], "and the log knows it too"


def test_p2_an_ack_comes_after_the_commit() -> None:
    world = CommitWorld()
    world.commit(_entry(1))
    assert world.happened == ["append", "ack"]


def test_a_group_has_a_bound() -> None:
    world = CommitWorld()
    world.commit(*(_entry(number) for number in range(1, GROUP + 2)))
    assert [len(events) for events, _ in world.store.groups] == [GROUP, 1]
    assert world.acks == [GROUP, GROUP + 1]
    assert world.store.accounts[FAILURES] == Account(captured=GROUP + 1)


def test_all_that_came_from_one_frame_is_committed_together() -> None:
    world = CommitWorld()
    events = tuple(_event(number, "alerts") for number in range(1, 4))
    world.commit(*(Entry(events, number) for number in range(1, GROUP + 2)))
    assert [len(appended) % 3 for appended, _ in world.store.groups] == [0, 0]


def test_entries_of_no_number_acknowledge_nothing() -> None:
    world = CommitWorld()
    world.commit(Entry((_event(kind="alerts"),)))
    assert world.acks == []


def test_p2_a_frame_that_leads_to_nothing_is_acknowledged_and_known_to_the_log() -> None:
    world = CommitWorld()
    world.commit(Entry(number=7))
    assert world.store.received == world.acks == [7]


def test_each_route_hears_of_the_bytes_of_its_kind() -> None:
    world = CommitWorld()
    world.commit(Entry((_event(1, size=10), _event(2, "alerts", size=20))), Entry((_event(3, size=30),)))
    assert world.routes[FAILURES].notified == [10 + 30 + 2]
    assert world.routes[ALERTS].notified == world.routes[SLACK].notified == [20 + 1]


def test_p1_a_dead_letter_is_committed_acknowledged_and_wakes_nobody() -> None:
    world = CommitWorld()
    world.commit(Entry((LETTER,), 4))
    assert kinds(world.store.groups[0][1]) == ["failures"]
    assert world.acks == [4]
    assert world.routes[FAILURES].notified == []


def test_p5_a_flush_comes_after_everything_that_was_queued_before_it() -> None:
    world = CommitWorld()
    world.commit(_entry(1), Entry(number=2, flush=True))
    assert world.happened[0] == "append"
    assert set(world.happened[1:]) == {
        "ack",
        "flush monitoring/failures",
        "flush monitoring/alerts",
        "flush slack/alerts",
    }


def test_p5_a_flush_waits_for_a_disk_that_refuses_what_was_queued_before_it() -> None:
    world = CommitWorld()
    world.store.refusals = [DISK_FULL] * 3
    world.commit_one_by_one(_entry(1), Entry(flush=True))
    assert world.happened[:2] == ["append", "ack"]
    assert len(world.happened) == 2 + 3


def test_p1_what_the_plugin_dropped_is_counted_for_the_failures_alone() -> None:
    world = CommitWorld()
    world.commit(
        Entry(dropped={"buffer_full": 3, "capture_error": 1}, number=1), Entry(dropped={"buffer_full": 2}, number=2)
    )
    assert world.store.accounts[FAILURES] == Account(captured=6, dropped={"buffer_full": 5, "capture_error": 1})
    assert world.store.accounts[ALERTS] == Account()
    assert world.acks == [2]
