"""Processes that are measured: which core they run on, what they used. Starts and ends them by their ids alone."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for what is measured; the others for the receiver and for whoever feeds."""

    measured: frozenset[int]
    others: frozenset[int]

    @classmethod
    def choose(cls) -> "Cores":
        """The last core is measured: interrupts tend to go to the first. All share where there is only one."""
        if not hasattr(os, "sched_getaffinity"):  # macOS has none
            return cls(frozenset(), frozenset())
        cores = sorted(os.sched_getaffinity(0))
        return cls(frozenset(cores[-1:]), frozenset(cores[:-1] or cores))


@contextmanager
def on(cores: frozenset[int]) -> Generator[None]:
    """Whatever this thread starts meanwhile runs on these cores only."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def started(
    command: list[str], cores: frozenset[int], stderr: IO[bytes] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """A process with pipes, which finds the package `bench`; killed if it still runs at the end of the block."""
    env = {**os.environ, "PYTHONPATH": str(FOLDER)}
    with on(cores):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, env=env)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                # What is still buffered for a process that has ended goes nowhere.
                with suppress(BrokenPipeError):
                    stream.close()


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used from its start to its end."""

    cpu: float
    """Seconds."""
    memory: float
    """Bytes resident, at the peak."""


def reap(process: "subprocess.Popen[Any]") -> Used:
    """Wait for the end of a process.

    Raises:
        RuntimeError: it failed.
    """
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit code {process.returncode} of {process.args}")
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return Used(usage.ru_utime + usage.ru_stime, float(usage.ru_maxrss * unit))
