"""A disk without room keeps the test running: nothing is acknowledged that is not written, nothing is lost silently.

P1, P2. In the forwarder process the disk is made full by a limit on the size of its files, which can be lifted again.
"""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.config.models import LogConfig
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.events import Origin
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import LAST, Log, NewEvent
from locust_failure_forwarder.pipeline.log_schema import is_full
from locust_failure_forwarder.pipeline.store import Store
from locust_failure_forwarder.wire import FrameType
from support.forwarder_process import ForwarderProcess, config, only_log
from support.frames import ids
from support.locust_run import until
from support.logs import FAILURES

TRIED_AGAIN = "everything is kept in memory and tried again"


linux = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="elsewhere no process sets another's limits")


def _limit(process: ForwarderProcess, max_file_bytes: int | None) -> None:
    """Make the disk full: no file of the process grows beyond this. None: there is room again."""
    _, most = resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE)
    limit = most if max_file_bytes is None else max_file_bytes
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (limit, most))


@linux
def test_p1_what_a_full_disk_does_not_take_is_kept_in_memory_and_written_when_there_is_room_again(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail(range(1, 101))
    process.wait_for_ack(100)
    until(lambda: len(monitoring.failures) == 100, what="deliveries")
    _limit(process, 1024)
    for first in range(101, 1001, 100):
        process.fail(range(first, first + 100))
    until(lambda: TRIED_AGAIN in process.said(), what="a word about the disk")
    acknowledged = max(ack["number"] for ack in process.of(FrameType.ACK))
    statuses = len(process.of(FrameType.STATUS))
    until(lambda: len(process.of(FrameType.STATUS)) >= statuses + 2, what="time for further attempts")
    assert max(ack["number"] for ack in process.of(FrameType.ACK)) == acknowledged < 1000
    assert len(monitoring.failures) == 100, "what is not on disk is not sent"
    _limit(process, None)
    process.wait_for_ack(1000)
    process.end()
    assert process.process.returncode == 0, process.stderr()
    assert sorted(monitoring.failures) == ids(range(1, 1001))
    assert monitoring.duplicates == 0
    assert process.said().count(TRIED_AGAIN) == 1, "told once"
    assert "the log can be written again" in process.said()
    with only_log(tmp_path) as log:
        assert log.accounts() == {FAILURES: Account(captured=1000, delivered=1000)}


@linux
def test_p1_what_a_full_disk_has_not_taken_until_the_end_is_counted_and_told(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail(range(1, 11))
    process.wait_for_ack(10)
    until(lambda: len(monitoring.failures) == 10, what="deliveries")
    _limit(process, 1024)
    process.fail(range(11, 61))
    until(lambda: TRIED_AGAIN in process.said(), what="a word about the disk")
    assert process.end(deadline=0.5) < 5.0
    assert process.process.returncode == 0, process.stderr()
    account = process.account()
    assert account["dropped"] == {"log_error": 50}
    assert account["captured"] == 60 == account["delivered"] + account["pending"] + 50
    assert "50 records could not be written to the log and are lost" in process.said()
    process.wait_for_ack(60)
    with only_log(tmp_path) as log:
        assert log.accounts()[FAILURES].captured == 10
        assert log.unsettled(FAILURES) == log.accounts()[FAILURES].pending


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", [FAILURES])
    yield created
    created.close()


def _events(count: int) -> list[NewEvent]:
    return [NewEvent("failures", UUID(int=number), Origin(b"{}", b"{}"), b"x" * 1000) for number in range(count)]


def _fill(log: Log, room: int) -> None:
    """Let the file grow by `room` bytes and no further."""
    (pages,) = log.connection.execute("PRAGMA page_count").fetchone()
    log.connection.execute(f"PRAGMA max_page_count={pages + room // 4096}")


def test_p1_a_store_without_room_says_so_counts_nothing_and_goes_on_when_there_is_room(log: Log) -> None:
    async def use() -> None:
        store = Store(log, LogConfig(), pytest.fail)
        await store.append(_events(100), [], {}, 100)
        before = dict(store.accounts)
        _fill(log, 40_000)
        with pytest.raises(sqlite3.OperationalError, match="database or disk is full") as caught:
            await store.append(_events(100), [], {"buffer_full": 3}, 200)
        assert is_full(caught.value)
        assert store.accounts == log.accounts() == before
        assert log.received == 100
        flight = await store.take(FAILURES, 10, LAST)
        assert flight is not None
        await store.settle(flight, 10)
        _fill(log, 4_000_000)
        await store.append(_events(100), [], {"buffer_full": 3}, 200)
        expected = {FAILURES: Account(captured=203, delivered=10, dropped={"buffer_full": 3})}
        assert await store.close(5) == store.accounts == expected

    asyncio.run(use())


def test_what_is_settled_makes_room_for_what_comes_on_a_full_disk(log: Log) -> None:
    async def use() -> None:
        store = Store(log, LogConfig(), pytest.fail)
        await store.append(_events(200), [], {}, 200)
        flight = await store.take(FAILURES, 150, LAST)
        assert flight is not None
        await store.settle(flight, 150)
        _fill(log, 0)
        await store.append(_events(100), [], {}, 300)
        assert store.accounts == {FAILURES: Account(captured=300, delivered=150)}
        assert log.unsettled(FAILURES) == 150
        await store.close(5)

    asyncio.run(use())
