"""Log after log is sent, with a progress bar; what `replay` and `dead replay` have in common."""

import asyncio
import contextlib
import math
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..errors import LogError
from ..pipeline.log import Log
from ..pipeline.log_files import list_logs
from ..pipeline.replay import Listener
from ..pipeline.retry import RateLimit
from .terminal import say

R = TypeVar("R")
IN_USE = "is in use: a test is running, or its last failures are still being sent; left alone"


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do in a folder."""

    due: Mapping[Path, int]
    """Logs with something that was asked for, and how much of it."""
    destinations: frozenset[str]
    """Names that occur in these logs."""
    unreadable: int


@dataclass(slots=True)
class Sent(Generic[R]):
    """What became of it."""

    done: list[R] = field(default_factory=list[R])
    untouched: int = 0
    """Logs that could not be used."""
    interrupted: bool = False


def plan(directory: Path, terminal: Console, count: Callable[[Log], int]) -> Plan:
    """Look through a folder; names the logs that cannot be read. `count` is how much of a log was asked for.

    Raises:
        LogError: no such folder.
    """
    due: dict[Path, int] = {}
    names: set[str] = set()
    unreadable = 0
    for path in list_logs(directory):
        try:
            log = Log.open(path)
            try:
                names |= {key.destination for key in log.accounts()}
                if number := count(log):
                    due[path] = number
            finally:
                log.close()
        except (LogError, sqlite3.Error) as error:
            unreadable += 1
            say(terminal, cannot_be_used(path, error))
    return Plan(due, frozenset(names), unreadable)


def cannot_be_used(path: Path, error: Exception) -> str:
    """A line about a log; most errors name it themselves."""
    text = str(error)
    return f"left alone: {text}" if str(path) in text else f"left alone: {path.name} cannot be used: {text}"


def rate_limit(per_second: float | None) -> RateLimit | None:
    """The limit of `--rate`, by this machine's clock."""
    return None if per_second is None else RateLimit(per_second, time.monotonic, asyncio.sleep)


def deadline_in(seconds: float | None) -> float:
    """Monotonic time of the end of `--deadline`."""
    return math.inf if seconds is None else time.monotonic() + seconds


def send_all(
    due: Mapping[Path, int], terminal: Console, send: Callable[[Path, Listener], Awaitable[R | None]]
) -> Sent[R]:
    """Take log after log. One that cannot be used does not keep the others waiting; Ctrl-C ends it in good order."""
    sent = Sent[R]()
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        asyncio.run(_send_all(due, terminal, send, progress, sent))
    return sent


async def _send_all(
    due: Mapping[Path, int],
    terminal: Console,
    send: Callable[[Path, Listener], Awaitable[R | None]],
    progress: Progress,
    sent: Sent[R],
) -> None:
    loop = asyncio.get_running_loop()

    def call_off() -> None:
        sent.interrupted = True
        loop.remove_signal_handler(signal.SIGINT)  # the second one ends it at once

    with contextlib.suppress(ValueError, RuntimeError):  # not in the main thread, where no Ctrl-C arrives either
        loop.add_signal_handler(signal.SIGINT, call_off)
    task = progress.add_task("", total=sum(due.values()))
    before = 0
    for path, count in due.items():

        def show(left: int, before: int = before, count: int = count) -> None:
            progress.update(task, completed=before + max(0, count - left))

        listener = Listener(
            lambda text: say(terminal, text), lambda text: say(terminal, text), show, lambda: sent.interrupted
        )
        if sent.interrupted:
            break
        try:
            result = await send(path, listener)
        except (LogError, sqlite3.Error) as error:
            say(terminal, cannot_be_used(path, error))
            sent.untouched += 1
        else:
            if result is None:
                say(terminal, f"{path.name} {IN_USE}")
                sent.untouched += 1
            else:
                sent.done.append(result)
        before += count
    loop.remove_signal_handler(signal.SIGINT)
