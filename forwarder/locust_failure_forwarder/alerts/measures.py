"""What each kind of rule measures, but `spike` and `new_failure`. Pure: a history in, findings out."""

from collections.abc import Iterator
from math import isfinite, log
from typing import Final

from ..config.alert_rules import (
    FailureRatioRule,
    FailuresPerSecondRule,
    NoRequestsRule,
    ScopedRule,
    SlowRequestsRule,
)
from .findings import TEST, Finding, subject_of
from .history import History, Window
from .proportions import Baseline, dispersion, log_tail
from .samples import Counts, Key

LOOK: Final = 1.0
"""Seconds between two looks."""
_MANY: Final = 10**9
_LATEST: Final = 5.0
"""Seconds by which the pace of now is told."""
_PAST: Final = 300.0
"""Seconds whose scatter is looked at."""


def keys_of(rule: ScopedRule, window: Window) -> tuple[Key | None, ...]:
    """What the rule looks at."""
    return (None,) if rule.scope == "test" else window.keys


def failure_ratio(rule: FailureRatioRule, history: History, since: float) -> Iterator[Finding]:
    """The share of failed requests in the window."""
    window = history.window(rule.over, since=since)
    keys = keys_of(rule, window)
    for key in keys:
        counts = window.counts(key)
        # A window without a request is no evidence of recovery; no failure at all is below every limit, even of zero.
        below = None if not counts.requests else not counts.failures or counts.ratio < rule.resolve_limit
        breached = counts.requests >= rule.min_requests and counts.ratio > rule.above
        if breached and rule.false_alarm_every is not None:
            chance = log(LOOK / rule.false_alarm_every / len(keys))
            breached = log_tail(counts.failures, counts.requests, _known(rule, history, key, since)) < chance
        yield _finding(rule, key, counts, (counts.ratio, rule.above), breached=breached, below=below)


def failures_per_second(rule: FailuresPerSecondRule, history: History, since: float) -> Iterator[Finding]:
    """Failures a second, on average over the window."""
    window = history.measured(rule.over, since)
    seconds = max(_covered(window, history) or rule.over, rule.over)
    for key in keys_of(rule, window):
        counts = window.counts(key)
        rate = counts.failures / seconds
        below = None if not counts.requests else not counts.failures or rate < rule.resolve_limit
        breached = counts.requests >= rule.min_requests and rate > rule.above
        yield _finding(rule, key, counts, (rate, rule.above), breached=breached, below=below)


def _covered(window: Window, history: History) -> float | None:
    """Seconds that its counts are of; from the first sample, where nothing was counted before."""
    if window.start.total.requests:
        return window.span
    first = next((point.at for point in history.points if isfinite(point.at)), history.newest.at)
    return window.end.known_at - first + LOOK


def slow_requests(rule: SlowRequestsRule, history: History, since: float) -> Iterator[Finding]:
    """A percentile of the response times in the window, in milliseconds."""
    window = history.window(rule.over, since=since)
    for key in keys_of(rule, window):
        counts = window.counts(key)
        slow = counts.percentile(rule.percentile)
        timed = sum(counts.times.values())
        below = None if not timed else slow < rule.resolve_limit * 1000
        breached = timed >= rule.min_requests and slow > rule.above * 1000
        yield _finding(rule, key, counts, (slow, rule.above * 1000), breached=breached, below=below)


def no_requests(rule: NoRequestsRule, history: History, since: float) -> Iterator[Finding]:
    """Whether requests ended in the window, where users ran all the time and the pace before says that some should.

    A test whose requests never ended says nothing about its pace. It is looked at once it has run for two windows.
    """
    window = history.window(rule.over, since=since)
    counts = window.counts()
    before = history.window(2 * rule.over, ago=rule.over, since=since)
    earlier = before.counts()
    first = max(next((point.at for point in history.points if isfinite(point.at)), history.newest.at), since)
    elapsed = before.end.at - max(before.start.at, first)
    # A young run is taken to be no younger than the window, or a single request would make a pace.
    expected = earlier.requests / max(elapsed, rule.over) * rule.over
    never = not window.end.total.requests and window.end.at - first >= 2 * rule.over
    running = min(window.start.users, window.end.users) > 0
    silent = running and not counts.requests and (expected >= rule.min_requests or never)
    latest = min(rule.over, _LATEST)
    pace = history.window(latest, since=since).counts().requests / latest
    yield Finding(
        subject=TEST,
        value=pace,
        limit=0.0,
        requests=counts.requests,
        failures=counts.failures,
        window=rule.over,
        breached=silent,
        below=counts.requests > 0 or not running,
        before=earlier.requests / max(elapsed, LOOK) if isfinite(elapsed) else None,
    )


def _known(rule: FailureRatioRule, history: History, key: Key | None, since: float) -> Baseline:
    """The limit as a share that is known and not measured, with the scatter that was seen before the window."""
    past = history.window(_PAST, ago=rule.over, since=since)
    blocks = [part.counts(key) for part in history.between(past, rule.over)]
    return Baseline(_MANY, round(_MANY * rule.above), dispersion([(b.requests, b.failures) for b in blocks]))


def _finding(
    rule: ScopedRule,
    key: Key | None,
    counts: Counts,
    measured: tuple[float, float],
    *,
    breached: bool,
    below: bool | None,
) -> Finding:
    value, limit = measured
    return Finding(
        subject_of(key), value, limit, counts.requests, counts.failures, rule.over, breached=breached, below=below
    )
