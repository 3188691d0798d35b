"""A process whose event loop stands still ends by itself, even where no line of Python can run (P3, P5)."""

import asyncio
import subprocess
import sys

import pytest
from locust_failure_forwarder.pipeline import watchdog

STUCK = """
import asyncio, re
from locust_failure_forwarder.pipeline import watchdog

watchdog.STUCK = 0.5

async def main():
    task = asyncio.create_task(watchdog.watch())
    await asyncio.sleep(0)
    {blocks}

asyncio.run(main())
"""


@pytest.mark.parametrize("blocks", ["re.match('(a+)+b', 'a' * 60)", "__import__('time').sleep(120)"])
def test_p5_a_process_that_stands_still_ends_and_says_where(blocks: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STUCK.format(blocks=blocks)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in main" in ended.stderr


def test_a_process_that_turns_is_left_alone_and_the_watch_ends_with_it() -> None:
    said: list[str] = []

    async def run() -> None:
        turns = 0

        async def sleep(seconds: float) -> None:
            nonlocal turns
            turns += 1
            if turns == 3:
                raise asyncio.CancelledError

        await watchdog.watch(lambda: said.append("arm"), lambda: said.append("disarm"), sleep)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())
    assert said == ["arm", "arm", "arm", "disarm"]
