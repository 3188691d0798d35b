"""Ends a process whose event loop stands still, so that nothing that never returns outlives the test.

What was acknowledged is on disk, and the plugin starts another process. Python code could not do this: a pattern that
runs away holds the interpreter's lock. faulthandler's thread is none of Python's; it writes where the loop stood (files
and lines, no values) and exits.
"""

import asyncio
import faulthandler
from collections.abc import Awaitable, Callable
from typing import Final

STUCK: Final = 60.0
"""Seconds without a turn of the loop. Nothing that is only slow takes that long."""
_TICK: Final = 1.0


def arm() -> None:
    """Count from here."""
    faulthandler.dump_traceback_later(STUCK, exit=True)


async def watch(
    arm: Callable[[], None] = arm,
    disarm: Callable[[], None] = faulthandler.cancel_dump_traceback_later,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Arm again and again, as long as the loop turns; until cancelled."""
    try:
        while True:
            arm()
            await sleep(_TICK)
    finally:
        disarm()
