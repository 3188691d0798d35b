"""One line of a proxy's access log, and what it tells of a client's patience. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """One request. Times are seconds of the day's clock (Unix)."""

    began: float
    ended: float
    status: int
    """What was answered; nothing real (0, -1, 444, 499) where nothing was."""


def impatient(requests: Iterable[Access], status: int, wait: float, grace: float) -> list[str]:
    """Requests that came in the `wait` seconds after an answer of `status` that asked for that wait (P7).

    For `grace` seconds, requests that were under way when the answer arrived are let pass.
    """
    every = list(requests)
    return [
        f"came {later.began - asked.ended:.2f} s after {status} asked for {wait:g} s"
        for asked in every
        if asked.status == status
        for later in every
        if asked.ended + grace < later.began < asked.ended + wait - 0.05
    ]
