"""Which events wait for others at the same destination: a run's summary for its alerts. Pure; sends and stores nothing.

Alerts wait for nobody, and neither do failures. Without this a destination that takes one message a second, or is back
after an outage, would be told that the test is over before it is told what happened in it.
"""

from collections.abc import Mapping
from typing import Final

from ..events import Kind
from .log_values import LAST

AHEAD: Final[Mapping[Kind, Kind]] = {"summaries": "alerts"}
"""The kind that goes ahead, by the kind that waits for it."""

PATIENCE: Final = 10
"""Series of attempts in vain, from which on nobody waits for a batch: no alert may hold a summary for ever.

By the breaker's waits these are about twenty minutes in which the destination takes no alert (`breaker.py`).
"""
PATIENCE_AT_THE_END: Final = 3
"""The same once the process is to end: some seconds, so that the summary has its chance before the deadline."""


def reach(oldest_ahead: int | None, put_off: int, *, draining: bool) -> int:
    """The last position in the log that may be sent now by a route that lets another one go ahead.

    Args:
        oldest_ahead: position of that other one's first event that is neither delivered nor given up; None without any.
        put_off: how often the batch that it is sending was put off, each time after a series of attempts.
        draining: whether the process is to end.
    """
    patience = PATIENCE_AT_THE_END if draining else PATIENCE
    return LAST if oldest_ahead is None or put_off >= patience else oldest_ahead - 1
