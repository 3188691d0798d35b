"""What was usual for a subject before it misbehaved, without the episodes that are over. Pure; decides on no alert.

Left out of the baseline, an ended episode does not hide the next one. But failures in clumps make short episodes
again and again: what an episode says about their scatter is kept, and one too short to say anything stays in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, TypeAlias

from ..config.alert_rules import SpikeRule
from .findings import TEST, Finding, Subject
from .history import LEAST_STEP, History, Window
from .proportions import Baseline, dispersion, scatter
from .samples import Key

LONGEST: Final = 3600.0
"""Seconds for which the end of an episode is remembered; no window reaches back further."""
MOST_SPANS: Final = 8
"""Episodes remembered of a subject; of more, the two oldest become one."""
_BLOCKS: Final = 5
"""Blocks within `over`, to see whether an episode was made of clumps."""


@dataclass(frozen=True, slots=True)
class Span:
    """An episode that is over. Epoch seconds."""

    began: float
    ended: float
    dispersion: float
    """How much more than chance its failures scattered; 1 for trouble that was steady."""


@dataclass(frozen=True, slots=True)
class Held:
    """What was usual for a subject when it began to misbehave. Epoch seconds."""

    usual: Baseline
    ended: float | None = None
    """Since when it behaves again; None while it does not."""
    began: float | None = None
    """Start of the window by which it was found; None if that is not known."""
    found: float = 0.0
    """When it was."""
    bad: float = 0.0
    """The last time that it was."""
    spans: tuple[Span, ...] = ()
    """Episodes before this one; with it, once it has ended. Oldest first."""


Memory: TypeAlias = Mapping[Subject, Held]
Past: TypeAlias = tuple[Window, ...]


def before(
    rule: SpikeRule, history: History, key: Key | None, past: Window | None, held: Held | None
) -> tuple[Baseline, Past]:
    """What is usual, and the time whose scatter has still to be looked at: what came before a window.

    Without the episodes that are over. The time they took is made up for by what was usual before the last of them.

    Args:
        rule: the rule.
        history: all samples.
        key: an endpoint, or None for the test.
        past: the time before the window; None if there is none.
        held: what is remembered of the subject.
    """
    if held is not None and held.ended is None:
        return held.usual, ()
    if past is None:
        return Baseline(0, 0), ()
    spans = _within(past, held.spans) if held is not None else []
    if held is None or not spans:
        return Baseline(*past.tally(key)), (past,)
    pieces = history.without(past, [(span.began, span.ended) for span in spans])
    tallies = [piece.tally(key) for piece in pieces]
    requests, failures = sum(n for n, _ in tallies), sum(k for _, k in tallies)
    scattered = max(span.dispersion for span in spans)
    missing = _missing(rule, past, pieces) if requests else 1.0
    made_up = Baseline(
        requests + round(held.usual.requests * missing),
        failures + round(held.usual.failures * missing),
        max(scattered, 1 + (held.usual.dispersion - 1) * missing),
    )
    return made_up, tuple(pieces)


def scattered(rule: SpikeRule, history: History, key: Key | None, usual: Baseline, past: Past) -> Baseline:
    """The baseline with the scatter that was seen in its time."""
    blocks = [part.tally(key) for piece in past for part in history.between(piece, rule.over)]
    return replace(usual, dispersion=max(usual.dispersion, dispersion(blocks)))


def remember(
    rule: SpikeRule,
    history: History,
    memory: Memory,
    looked: Iterable[tuple[Finding, Baseline]],
    active: Collection[Subject],
) -> dict[Subject, Held]:
    """The memory after the last sample, with the subjects that are pending or firing by then."""
    at = history.newest.at
    kept: dict[Subject, Held] = {}
    for finding, usual in looked:
        subject = finding.subject
        held = memory.get(subject)
        if subject in active:
            if held is None or held.ended is not None:
                spans = held.spans if held is not None else ()
                kept[subject] = Held(usual, None, at - finding.window, at, at, spans)
            else:
                kept[subject] = replace(held, bad=at) if finding.below is False else held
        elif held is not None and held.ended is None:
            spans = _bounded((*held.spans, *_span(rule, history, subject, held)), at - LONGEST)
            kept[subject] = Held(held.usual, at, spans=spans)
        elif held is not None and held.ended is not None and 0 <= at - held.ended < LONGEST:
            kept[subject] = held
    return kept


def shifted(memory: Memory, seconds: float) -> Memory:
    """The same, with all times moved: the clock was set back."""
    return {
        subject: replace(
            held,
            ended=None if held.ended is None else held.ended + seconds,
            began=None if held.began is None else held.began + seconds,
            found=held.found + seconds,
            bad=held.bad + seconds,
            spans=tuple(replace(s, began=s.began + seconds, ended=s.ended + seconds) for s in held.spans),
        )
        for subject, held in memory.items()
    }


def _within(past: Window, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if span.ended > past.start.at and span.began < past.end.at]


def _missing(rule: SpikeRule, past: Window, pieces: Iterable[Window]) -> float:
    """The share of the baseline's time that episodes took; 0 if the run is younger, since nothing came before then."""
    length = past.end.at - past.start.at
    if not isfinite(length) or length < rule.baseline - LEAST_STEP:
        return 0.0
    return 1 - sum(piece.end.at - piece.start.at for piece in pieces) / length


def _span(rule: SpikeRule, history: History, subject: Subject, held: Held) -> tuple[Span, ...]:
    """The episode that has ended, if it was long enough to tell steady trouble from clumps."""
    if held.began is None:
        return ()
    key = None if subject == TEST else (subject.method, subject.name)
    # From when it was surely bad until it surely was no longer, or its edges would look like scatter.
    core = history.part(held.found, held.bad - rule.over)
    if core is None:
        return ()
    blocks = [part.tally(key) for part in history.between(core, rule.over / _BLOCKS)]
    seen = scatter(blocks)
    return (Span(held.began, held.bad, seen),) if seen is not None else ()


def _bounded(spans: tuple[Span, ...], oldest: float) -> tuple[Span, ...]:
    spans = tuple(span for span in spans if span.ended >= oldest)
    while len(spans) > MOST_SPANS:
        first, second = spans[:2]
        joined = Span(first.began, second.ended, max(first.dispersion, second.dispersion))
        spans = (joined, *spans[2:])
    return spans
