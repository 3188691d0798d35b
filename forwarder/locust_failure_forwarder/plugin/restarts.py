"""Whether, and when, a forwarder process that died is started again. Pure; starts nothing."""

from typing import Final

IN_A_ROW: Final = 5
"""Restarts without any progress in between: a frame that kills every process must not do so for ever."""
IN_ALL: Final = 100
"""Restarts of one test."""
FIRST_DELAY: Final = 0.1
"""Seconds; doubles with every restart in a row."""
GAVE_UP: Final = (
    "the forwarder process has died too often and is not started again; the test goes on, but no more "
    "is forwarded. What was committed can be sent with `failure-forwarder replay %s --config %s`"
)
"""For the user; takes the log's directory and the configuration."""


class Restarts:
    """Counts the deaths of one Locust process's forwarder processes."""

    def __init__(self) -> None:
        self.in_a_row = 0
        self.in_all = 0

    def next_delay(self, *, progressed: bool) -> float | None:
        """Seconds to wait before the next start; None if there is to be none.

        `progressed` says whether the process that died had acknowledged anything that was not acknowledged before.
        """
        if progressed:
            self.in_a_row = 0
        if self.in_a_row >= IN_A_ROW or self.in_all >= IN_ALL:
            return None
        self.in_a_row += 1
        self.in_all += 1
        return FIRST_DELAY * 2.0 ** (self.in_a_row - 1)
