"""The rule `spike`: more failures than before, by more than chance and by enough to matter. Pure.

Windows of one, three, six and twelve times `over` are looked at, since few requests need longer to tell. What came
before a window is its baseline. It is held fast while the alert lasts, or the spike would become what is usual, and
leaves out the episodes that are over (usual.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log
from typing import Final

from ..config.alert_rules import SpikeRule
from .findings import Finding, subject_of
from .history import History, Window
from .measures import LOOK, keys_of
from .proportions import Baseline, log_tail
from .samples import Key
from .usual import Held, Memory, before, scattered

WINDOWS: Final = (1, 3, 6, 12)
"""Lengths of the windows, in `over`."""


def horizon(rule: SpikeRule) -> float:
    """Seconds of history that it needs."""
    return rule.over * WINDOWS[-1] + rule.baseline


def spike(rule: SpikeRule, history: History, since: float, memory: Memory) -> list[tuple[Finding, Baseline]]:
    """The share of failed requests now against what was usual, for the whole test or for each endpoint.

    Returns:
        What was found, and with what it was compared.
    """
    views = [_view(rule, history, factor, since, since) for factor in WINDOWS]
    keys = keys_of(rule, views[0].window)
    # One look a second at each subject through each window: together they may be wrong once in `false_alarm_every`
    # (Boole's inequality; the windows overlap, so the true rate is lower).
    chance = log(LOOK / rule.false_alarm_every / (len(WINDOWS) * max(len(keys), 1)))
    looked: list[tuple[Finding, Baseline]] = []
    for key in keys:
        held = memory.get(subject_of(key)) if memory else None
        if held is not None and held.ended is not None and held.ended > since:
            # What belonged to the last episode is no reason for another.
            later = [_view(rule, history, factor, since, held.ended) for factor in WINDOWS[1:]]
            looked.append(_look(rule, history, key, [views[0], *later], chance, held))
        else:
            looked.append(_look(rule, history, key, views, chance, held))
    return looked


@dataclass(frozen=True, slots=True)
class _View:
    window: Window
    past: Window | None
    """The time before it, if there was any."""
    length: float


def _view(rule: SpikeRule, history: History, factor: int, since: float, begin: float) -> _View:
    window = history.window(rule.over * factor, since=begin)
    past = history.before(window, rule.baseline, since) if isfinite(window.start.at) else None
    return _View(window, past, rule.over * factor)


def _look(
    rule: SpikeRule, history: History, key: Key | None, views: Sequence[_View], chance: float, held: Held | None
) -> tuple[Finding, Baseline]:
    shortest = views[0].window.tally(key)
    usual, _ = before(rule, history, key, views[0].past, held)
    counts, length, breached = shortest, rule.over, False
    for view in views:
        seen = view.window.tally(key)
        if not _is_enough(rule, *seen):
            continue
        then, past = before(rule, history, key, view.past, held)
        if _ratio(*seen) < rule.factor * then.ratio:
            continue
        then = scattered(rule, history, key, then, past)
        if log_tail(seen[1], seen[0], then) < chance:
            # The shortest window that tells has the best figures.
            counts, usual, length, breached = seen, then, view.length, True
            break
    below = _is_below(rule, *shortest, usual)
    if below:  # a long window may still be full of what is over
        counts, length, breached = shortest, rule.over, False
    finding = Finding(
        subject_of(key),
        _ratio(*counts),
        max(usual.ratio * rule.factor, rule.at_least),
        *counts,
        length,
        breached=breached,
        below=below,
        before=usual.ratio if usual.requests else None,
    )
    return finding, usual


def _is_enough(rule: SpikeRule, requests: int, failures: int) -> bool:
    """Whether it would matter, whatever was usual. Costs little, and is seldom so."""
    return (
        failures >= rule.min_failures and requests >= rule.min_requests and _ratio(requests, failures) >= rule.at_least
    )


def _is_below(rule: SpikeRule, requests: int, failures: int, usual: Baseline) -> bool | None:
    """Whether it is over; None if there was no request to tell."""
    settled = rule.resolve_below
    if settled is None:
        settled = max(usual.ratio * (1 + rule.factor) / 2, rule.at_least / 2)
    return None if not requests else not failures or _ratio(requests, failures) < settled


def _ratio(requests: int, failures: int) -> float:
    return failures / requests if requests else 0.0
