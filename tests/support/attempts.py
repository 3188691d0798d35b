"""Requests in a row through one transport, in a process of their own, whose memory is measured.

`python attempts.py ROUNDS TIMEOUT URL…` prints JSON: the growth of the resident memory since the first round, the most
that Python allocated within one attempt (both bytes), and each address's last outcome.
"""

import asyncio
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from locust_failure_forwarder.destinations.base import HttpRequest
from locust_failure_forwarder.pipeline.deliver import NetworkError, Transport

_WARM_UP: Final = 3
"""Rounds until everything is imported and allocated that stays."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the requests took and came to."""

    grown: int
    peak: int
    outcomes: Mapping[str, str]


def measure(rounds: int, timeout: float, urls: Mapping[str, str]) -> Measured:
    """Send `rounds` requests to each of the addresses, which have names; outcomes are by name."""
    run = subprocess.run(
        [sys.executable, Path(__file__), str(rounds), str(timeout), *urls.values()],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr
    grown, peak, outcomes = json.loads(run.stdout)
    return Measured(grown, peak, dict(zip(urls, outcomes, strict=True)))


async def _attempt(transport: Transport, url: str) -> str:
    try:
        answer = await transport.send(HttpRequest(url, {"Idempotency-Key": "0123456789abcdef"}, b"{}"))
    except NetworkError as error:
        return error.reason
    return f"{answer.status}, {len(answer.body)} bytes"


async def _main(rounds: int, patience: float, urls: list[str]) -> None:
    memory = psutil.Process().memory_info
    outcomes: list[str] = []
    peak = first = 0
    async with Transport(patience) as transport:
        for number in range(rounds + _WARM_UP):
            if number == _WARM_UP:
                first = memory().rss
            outcomes = []
            for url in urls:
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                outcomes.append(await _attempt(transport, url))
                if number >= _WARM_UP:
                    peak = max(peak, tracemalloc.get_traced_memory()[1] - before)
    print(json.dumps([memory().rss - first, peak, outcomes]))  # noqa: T201 - read by `measure`


if __name__ == "__main__":
    tracemalloc.start()
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
