"""What holds each route up, in words: since when, why, and what to do about it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..pipeline.counters import RouteKey
from .accounts import LogReport, RouteReport
from .words import counted, one_line, recently

SEND_IT: Final = (
    "pending records are sent by the next test that uses this folder, or by `failure-forwarder replay --config CONFIG`"
)


@dataclass(frozen=True, slots=True)
class _Group:
    """Routes of the same name, in several logs, that are held up by the same thing."""

    key: RouteKey
    in_use: bool
    routes: Sequence[RouteReport]

    def state(self, name: str) -> Any:
        """What all of them have in common."""
        return (self.routes[0].state or {}).get(name)

    @property
    def pending(self) -> int:
        return sum(route.account.pending for route in self.routes)

    @property
    def since(self) -> float | None:
        return min((route.waits_since for route in self.routes if route.waits_since is not None), default=None)

    @property
    def as_of(self) -> float | None:
        return max((route.state["at"] for route in self.routes if route.state), default=None)

    @property
    def next_try(self) -> float | None:
        tries = [r.state["at"] + r.state["next_try_s"] for r in self.routes if r.state and r.state.get("next_try_s")]
        return min(tries, default=None)

    @property
    def concurrency(self) -> int:
        return sum(route.state.get("concurrency") or 0 for route in self.routes if route.state)


def state_lines(reports: Iterable[LogReport], now: float) -> list[str]:
    """A line for each route that is in use, or has something pending. `now` is epoch seconds."""
    lines: list[str] = []
    resting = False
    for group in _groups(reports):
        if group.in_use:
            lines.append(_line_in_use(group, now))
        elif group.pending:
            resting = True
            lines.append(_line_resting(group, now))
    return [*lines, SEND_IT] if resting else lines


def _groups(reports: Iterable[LogReport]) -> list[_Group]:
    groups: dict[tuple[Any, ...], list[RouteReport]] = {}
    for report in reports:
        for route in report.routes:
            state = route.state or {}
            # How often a destination was tried in a test that has ended is of no use to anybody.
            breaker = (state.get("breaker") or "") if report.in_use else ""
            cause = (state.get("note") or "", breaker, bool(state.get("needs_repair")))
            # What is delivered has nothing to do with what is held up, even if the cause was the same once.
            waits = route.account.pending > 0
            groups.setdefault((route.key, not report.in_use, waits, *cause), []).append(route)
    return [_Group(identity[0], not identity[1], routes) for identity, routes in sorted(groups.items())]


def _line_in_use(group: _Group, now: float) -> str:
    details: list[str] = [f"{group.pending:,} pending"] if group.pending else []
    if group.concurrency:
        details.append(f"at most {counted(group.concurrency, 'batch', 'batches')} at a time")
    if group.as_of is not None:
        details.append(f"as of {recently(group.as_of, now)}")
    tail = f" ({', '.join(details)})" if details else ""
    note, breaker = group.state("note"), group.state("breaker")
    if note is None and breaker in (None, "closed"):
        return f"{group.key}: {'delivering' if group.pending else 'nothing is waiting'}{tail}"
    return f"{group.key}: not delivered{_since(group, now)}: {_why(group)}; {_what_next(group, now)}{tail}"


def _line_resting(group: _Group, now: float) -> str:
    head = f"{group.key}: {group.pending:,} pending{_since(group, now)}"
    if group.state("note") is None:
        return f"{head}: the test ended before they were delivered"
    heard = "" if group.as_of is None else f" (as of {recently(group.as_of, now)})"
    mend = "; mend that first" if group.state("needs_repair") else ""
    return f"{head}: {_why(group)}{mend}{heard}"


def _since(group: _Group, now: float) -> str:
    return "" if group.since is None else f" since {recently(group.since, now)}"


def _why(group: _Group) -> str:
    return one_line(str(group.state("note") or "the destination does not answer"))


def _what_next(group: _Group, now: float) -> str:
    due = group.next_try
    when = "soon" if due is None or due <= now else f"at {recently(due, now)}"
    if group.state("needs_repair"):
        return f"mend that, then it goes on by itself: it is tried again {when}"
    if group.state("breaker") == "probing":
        return "it is being tried again now"
    return f"it is tried again {when}"
