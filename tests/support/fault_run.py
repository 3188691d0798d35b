"""A forwarder process under faults: its configuration, its food, and what it leaves on disk."""

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from locust_failure_forwarder.wire import FrameType

from .fault_plan import Plan
from .forwarder_process import ForwarderProcess, only_log
from .frames import ids
from .logs import FAILURES

TIMEOUT: Final = 1.0
BATCH: Final = 50
WINDOW: Final = 8 * BATCH
"""Records that may be under way at the same time, and so come again after a crash."""
_PORTION: Final = 100
_FLUSH_EVERY: Final = 0.1


def config(directory: Path, url: str, *, more: str = "", extra: str = "") -> Path:
    """A configuration whose one destination gets small batches soon, and has little time to answer.

    `more` are lines of the destination, `extra` of the file.
    """
    path = directory / "config.yaml"
    path.write_text(
        "version: 1\n"
        "run: {name: fault-test}\n"
        "destinations:\n"
        "  monitoring:\n"
        "    type: http\n"
        f"    url: {url}\n"
        "    send: [failures]\n"
        f"    timeout: {TIMEOUT:g}s\n"
        f"    batch: {{max_records: {BATCH}, max_age: 50ms}}\n"
        f"{more}"
        f"log: {{directory: {directory}/logs}}\n"
        f"{extra}"
    )
    return path


def ids_of(sequences: Iterable[int]) -> frozenset[UUID]:
    """The ids of failures of these sequences."""
    return frozenset(one for number in sequences for one in ids(range(number, number + 1)))


def noise(seed: int, size: int) -> bytes:
    """Made-up words that gzip cannot make much smaller, and that no redaction takes for a secret."""
    letters = random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz", k=size)
    return "".join(" " if number % 6 == 5 else letter for number, letter in enumerate(letters)).encode()


def portions(sequences: range) -> Iterator[range]:
    """Pieces of `sequences` that do not keep the process busy for long."""
    for start in range(0, len(sequences), _PORTION):
        yield sequences[start : start + _PORTION]


def feed(process: ForwarderProcess, sequences: range, **changes: Any) -> None:
    """Send failures, and wait until they are acknowledged."""
    for portion in portions(sequences):
        process.fail(portion, **changes)
        process.wait_for_ack(portion[-1])


def flush_until(process: ForwarderProcess, condition: Callable[[], bool], seconds: float) -> None:
    """Cut pauses short until the condition holds, or the time is over."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        process.send(FrameType.FLUSH, {})
        time.sleep(_FLUSH_EVERY)


def flush_until_dealt(process: ForwarderProcess, plan: Plan, seconds: float) -> None:
    """Cut pauses short until the plan has dealt all it has, or the time is over."""
    flush_until(process, lambda: plan.round_over, seconds)


def dead_ids(directory: Path) -> frozenset[UUID]:
    """Ids of the dead letters in the one log."""
    return _ids_of_bodies(directory, "SELECT body FROM dead_letters")


def logged_ids(directory: Path) -> frozenset[UUID]:
    """Ids of all failures in the one log."""
    return _ids_of_bodies(directory, "SELECT body FROM events WHERE kind = 'failures'")


def _ids_of_bodies(directory: Path, query: str) -> frozenset[UUID]:
    """What is on the disk, whatever the code under test would make of it."""
    (path,) = (directory / "logs").glob("*.db")
    with closing(sqlite3.connect(path)) as db:
        return frozenset(UUID(json.loads(body)["id"]) for (body,) in db.execute(query))


def logged_account(directory: Path) -> dict[str, Any]:
    """The account of the failures' route in the one log."""
    with only_log(directory) as log:
        account = log.accounts()[FAILURES]
        assert account.pending == log.unsettled(FAILURES)
    return {
        "captured": account.captured,
        "delivered": account.delivered,
        "pending": account.pending,
        "dead": account.dead,
        "dropped": dict(account.dropped),
    }
