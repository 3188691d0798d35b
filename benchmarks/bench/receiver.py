"""The receiver as the benchmarks see it: start, count, change its mode. The work is in `receiver_process`."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from .processes import started


class Receiver:
    """A running receiver process."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.port: int = self._read()["port"]

    def count(self) -> dict[str, Any]:
        """`requests`, `bytes`, distinct `records`, and records that came `again`, since `forget`; `first` and `last`
        are the monotonic times of bodies since `mode`, 0 if none came."""
        return self._order("count")

    def mode(self, mode: str) -> None:
        """`ok` answers 200, `slow` the same after 2 s, `down` 503, `hang` not at all."""
        self._order(f"mode {mode}")

    def forget(self) -> None:
        """Begin to count anew."""
        self._order("forget")

    def _order(self, order: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the receiver has ended")
        return json.loads(line)


@contextmanager
def receiver(cores: frozenset[int]) -> Generator[Receiver]:
    """A receiver on a port that the operating system chose; ended with the block."""
    with started([sys.executable, "-m", "bench.receiver_process"], cores) as process:
        yield Receiver(process)
