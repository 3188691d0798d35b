"""From findings to messages: pending, firing, resolved; one episode at a time for each rule. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, Literal

from ..config.alert_rules import Rule
from .episodes import Episode, Notice, RuleState, Standing
from .findings import Finding, Subject

HOUR: Final = 3600.0
REGROUP: Final = 10.0
"""Seconds after the first message before endpoints that have joined the episode since are worth another; twice as many
after each further one, so that a failure that spreads slowly is few messages, too."""


def judge(
    rule: Rule,
    state: RuleState,
    findings: Iterable[Finding],
    *,
    clock: float,
    elapsed: float,
    at: float,
    held_back: bool = False,
) -> tuple[RuleState, tuple[Notice, ...]]:
    """Take in what was found at one moment.

    Args:
        rule: the rule.
        state: what it remembers.
        findings: of all its subjects.
        clock: seconds of the run.
        elapsed: seconds since the sample before.
        at: epoch seconds.
        held_back: whether another rule says the same and more, so that this one may not begin an episode.
    """
    found = {finding.subject: finding for finding in findings}
    resting = held_back or (state.episode is None and clock < state.rests_until)
    standings: dict[Subject, Standing] = {}
    for subject, finding in found.items():
        standing = _next(rule, state.standings.get(subject, _IDLE), finding, clock, elapsed, resting=resting)
        if standing != _IDLE:
            standings[subject] = standing
    # Where nothing is known any more, that is no recovery.
    standings |= {s: standing for s, standing in state.standings.items() if s not in found and standing.firing}
    state = replace(state, standings=standings, sent=tuple(moment for moment in state.sent if clock - moment < HOUR))
    return _tell(rule, state, found, clock, at)


_IDLE: Final = Standing()


def _next(rule: Rule, standing: Standing, finding: Finding, clock: float, elapsed: float, *, resting: bool) -> Standing:
    if not standing.firing:
        if not finding.breached:
            return _IDLE
        since = clock if standing.pending_since is None else standing.pending_since
        return Standing(since) if resting or clock - since < rule.hold else Standing(firing=True)
    if finding.below is None:
        return standing
    if not finding.below:
        return replace(standing, below_for=None)
    below_for = 0.0 if standing.below_for is None else standing.below_for + elapsed
    return _IDLE if below_for >= rule.resolve_after else replace(standing, below_for=below_for)


def _tell(
    rule: Rule, state: RuleState, found: Mapping[Subject, Finding], clock: float, at: float
) -> tuple[RuleState, tuple[Notice, ...]]:
    firing = frozenset(subject for subject, standing in state.standings.items() if standing.firing)
    episode = state.episode
    if firing:
        if episode is None:
            episode = Episode(state.episodes + 1, at, firing)
            state = replace(state, episodes=episode.number)
        values = [found[subject].value for subject in firing if subject in found]
        episode = replace(episode, members=episode.members | firing, peak=max(episode.peak, *values, 0.0))
        state = replace(state, episode=episode)
        return _tell_firing(rule, state, episode, found, firing, clock, at)
    if episode is not None:
        state = replace(state, episode=None, rests_until=clock + rule.cooldown)
        notice = _resolved(rule, state, episode, found, at, "recovered")
        if episode.told:
            return _sent(state, clock), (notice,)
        state = replace(state, folded=state.folded + 1, hidden=episode)
    if state.hidden is not None and _has_room(rule, state):
        return _digest(rule, state, state.hidden, found, clock, at, "recovered")
    return state, ()


def _has_room(rule: Rule, state: RuleState) -> bool:
    """Whether a message may be sent now; the one that resolves it has its place kept."""
    return len(state.sent) + 2 <= rule.max_per_hour


def _digest(
    rule: Rule,
    state: RuleState,
    hidden: Episode,
    found: Mapping[Subject, Finding],
    clock: float,
    at: float,
    resolution: Literal["recovered", "test_ended"],
) -> tuple[RuleState, tuple[Notice, ...]]:
    """One message for all episodes that none has told of: the last one's end, with the number of the others."""
    state = replace(state, folded=state.folded - 1)
    return _sent(state, clock), (_resolved(rule, state, hidden, found, at, resolution),)


def _tell_firing(
    rule: Rule,
    state: RuleState,
    episode: Episode,
    found: Mapping[Subject, Finding],
    firing: frozenset[Subject],
    clock: float,
    at: float,
) -> tuple[RuleState, tuple[Notice, ...]]:
    # What is below its limit, only not for long enough to be sure, is nothing to tell of.
    live = frozenset(subject for subject in firing if state.standings[subject].below_for is None)
    quiet = clock - episode.told_at
    due = (
        not episode.told
        or (rule.repeat > 0 and quiet >= rule.repeat)
        or (quiet >= REGROUP * 2 ** (episode.told - 1) and not live <= episode.told_members)
    )
    if not due or not _has_room(rule, state):
        return state, ()
    ranked = _ranked(found, live)
    if not ranked:
        return state, ()  # nor is what has not been measured since a restart
    told = replace(episode, told=episode.told + 1, told_at=clock, told_members=episode.told_members | live)
    after = _sent(replace(state, episode=told), clock)
    last = not _has_room(rule, after)
    notice = Notice(rule, "firing", episode, at, episode.told, None, ranked[0], ranked, state.folded, last)
    return after, (notice,)


def finish(
    rule: Rule, state: RuleState, findings: Iterable[Finding], *, clock: float, at: float
) -> tuple[RuleState, tuple[Notice, ...]]:
    """The run ended: what still fires is resolved as `test_ended`; what no message has told of yet is told now."""
    found = {finding.subject: finding for finding in findings}
    episode = state.episode
    state = replace(state, episode=None, standings={})
    if episode is not None and episode.told:
        return _sent(state, clock), (_resolved(rule, state, episode, found, at, "test_ended"),)
    if episode is not None:
        state = replace(state, folded=state.folded + 1, hidden=episode)
    if state.hidden is None:
        return state, ()
    return _digest(rule, state, state.hidden, found, clock, at, "recovered" if episode is None else "test_ended")


def _resolved(
    rule: Rule,
    state: RuleState,
    episode: Episode,
    found: Mapping[Subject, Finding],
    at: float,
    resolution: Literal["recovered", "test_ended"],
) -> Notice:
    ranked = _ranked(found, episode.members) or _ranked(found, frozenset(found)) or (_nothing(episode, rule),)
    return Notice(rule, "resolved", episode, at, episode.told, resolution, ranked[0], ranked, state.folded)


def _sent(state: RuleState, clock: float) -> RuleState:
    return replace(state, sent=(*state.sent, clock), folded=0, hidden=None)


def _ranked(found: Mapping[Subject, Finding], subjects: frozenset[Subject]) -> tuple[Finding, ...]:
    measured = [finding for subject, finding in found.items() if subject in subjects]
    measured.sort(key=lambda finding: (-finding.badness, -finding.failures, -finding.requests, finding.subject))
    return tuple(measured)


def _nothing(episode: Episode, rule: Rule) -> Finding:
    """Where nothing was measured any more."""
    subject = min(episode.members, default=Subject())
    return Finding(subject, 0.0, 0.0, 0, 0, rule.over, breached=False, below=True)
