"""What a message says besides its rule: how the failures went, and how they were before. Pure."""

from typing import Final

from .findings import Subject
from .history import History
from .samples import Key

STEP: Final = 5.0
"""Seconds; a master's numbers move every 3 s."""
STEPS: Final = 24
_BEFORE: Final = 300.0
"""Seconds that are looked at."""


def trend(history: History) -> tuple[float | None, ...]:
    """Share of failed requests of the test in each step up to now, oldest first; None for a step without requests."""
    shares: list[float | None] = []
    for number in range(STEPS):
        window = history.window(STEP, ago=number * STEP)
        if window.end.at <= window.start.at or window.end.at == float("-inf"):
            break  # before the run
        counts = window.counts()
        shares.append(counts.ratio if counts.requests else None)
    return tuple(reversed(shares))


def share_before(history: History, subject: Subject, until: float, since: float) -> float | None:
    """Share of failed requests of a subject until a moment, as far back as another; None without any. Epoch seconds."""
    ago = max(history.newest.at - until, 0.0)
    counts = history.window(_BEFORE, ago=ago, since=since).counts(key_of(subject))
    return counts.ratio if counts.requests else None


def key_of(subject: Subject) -> Key | None:
    """The endpoint of a subject; None for the whole test."""
    return (subject.method, subject.name) if subject.method or subject.name else None
