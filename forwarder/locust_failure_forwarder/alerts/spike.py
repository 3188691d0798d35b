"""The rule `spike`: more failures than before, by more than chance and by enough to matter. Pure.

Windows of one, three, six and twelve times `over` are looked at, since few requests need longer to tell. What came
before a window is its baseline. It is held fast while the alert lasts, or the spike would become what is usual.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import isfinite, log
from typing import Final, TypeAlias

from ..config.alert_rules import SpikeRule
from .findings import Finding, Subject, subject_of
from .history import History, Window
from .measures import LOOK, keys_of
from .proportions import Baseline, dispersion, log_tail
from .samples import Counts, Key

WINDOWS: Final = (1, 3, 6, 12)
"""Lengths of the windows, in `over`."""
LONGEST: Final = 3600.0
"""Seconds for which the end of an episode is remembered; no window reaches back further."""


@dataclass(frozen=True, slots=True)
class Held:
    """What was usual for a subject when it began to misbehave."""

    usual: Baseline
    ended: float | None = None
    """Epoch seconds since which it behaves again; None while it does not."""


Memory: TypeAlias = Mapping[Subject, Held]


def horizon(rule: SpikeRule) -> float:
    """Seconds of history that it needs."""
    return rule.over * WINDOWS[-1] + rule.baseline


def spike(rule: SpikeRule, history: History, since: float, memory: Memory) -> list[tuple[Finding, Baseline]]:
    """The share of failed requests now against what was usual, for the whole test or for each endpoint."""
    newest = history.window(rule.over, since=since)
    keys = keys_of(rule, newest)
    # One look a second at each subject through each window: together they may be wrong once in `false_alarm_every`
    # (Boole's inequality; the windows overlap, so the true rate is lower).
    chance = log(LOOK / rule.false_alarm_every / (len(WINDOWS) * max(len(keys), 1)))
    return [_look(rule, history, since, key, chance, memory.get(subject_of(key))) for key in keys]


def remember(
    memory: Memory, looked: Mapping[Subject, Baseline], active: Collection[Subject], at: float
) -> dict[Subject, Held]:
    """The memory after a sample at `at`, with the subjects that are pending or firing then."""
    kept: dict[Subject, Held] = {}
    for subject, usual in looked.items():
        held = memory.get(subject)
        if subject in active:
            kept[subject] = held if held is not None and held.ended is None else Held(usual)
        elif held is not None and held.ended is None:
            kept[subject] = Held(held.usual, at)
        elif held is not None and held.ended is not None and 0 <= at - held.ended < LONGEST:
            kept[subject] = held
    return kept


def _look(
    rule: SpikeRule, history: History, since: float, key: Key | None, chance: float, held: Held | None
) -> tuple[Finding, Baseline]:
    newest = history.window(rule.over, since=since)
    shortest = newest.counts(key)
    counts, usual, breached, length = shortest, Baseline(0, 0), False, rule.over
    # What belonged to the last episode is no reason for another.
    begin = since if held is None or held.ended is None else max(since, held.ended)
    for factor in reversed(WINDOWS):
        over = rule.over * factor
        window = newest if factor == 1 else history.window(over, since=begin)
        seen = window.counts(key)
        before, past = _before(rule, history, since, key, window, held)
        hit = _is_enough(rule, seen, before) and _is_no_chance(rule, history, key, seen, before, past, chance)
        if hit or not breached:
            # The shortest window that tells, or the shortest of all, has the best figures.
            counts, usual = seen, before
            breached = breached or hit
            length = over
    settled = rule.resolve_below
    if settled is None:
        settled = max(usual.ratio * (1 + rule.factor) / 2, rule.at_least / 2)
    below = None if not shortest.requests else not shortest.failures or shortest.ratio < settled
    if below:  # a long window may still be full of what is over
        counts, length, breached = shortest, rule.over, False
    limit = max(usual.ratio * rule.factor, rule.at_least)
    finding = Finding(
        subject_of(key),
        counts.ratio,
        limit,
        counts.requests,
        counts.failures,
        length,
        breached=breached,
        below=below,
        before=usual.ratio if usual.requests else None,
    )
    return finding, usual


def _before(
    rule: SpikeRule, history: History, since: float, key: Key | None, window: Window, held: Held | None
) -> tuple[Baseline, Window | None]:
    """What is usual, and the time whose scatter has still to be looked at: all that came before the window."""
    if held is not None and held.ended is None:
        return held.usual, None
    if not isfinite(window.start.at):
        return Baseline(0, 0), None  # nothing did
    past = history.window(rule.baseline, ago=history.newest.at - window.start.at, since=since)
    counts = past.counts(key)
    return Baseline(counts.requests, counts.failures), past


def _is_enough(rule: SpikeRule, seen: Counts, before: Baseline) -> bool:
    """Whether it would matter if it were no chance. Costs little, and is seldom so."""
    return (
        seen.failures >= rule.min_failures
        and seen.requests >= rule.min_requests
        and seen.ratio >= rule.at_least
        and seen.ratio >= rule.factor * before.ratio
    )


def _is_no_chance(
    rule: SpikeRule,
    history: History,
    key: Key | None,
    seen: Counts,
    before: Baseline,
    window: Window | None,
    chance: float,
) -> bool:
    if window is not None:
        blocks = [part.counts(key) for part in history.between(window, rule.over)]
        before = replace(before, dispersion=dispersion([(b.requests, b.failures) for b in blocks]))
    return log_tail(seen.failures, seen.requests, before) < chance
