"""Samples and the rules' state as bytes for the log, and back. Pure; knows no file.

A sample is stored whole now and then, and as the difference to the one before in between: of most endpoints little
changes in a second.
"""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from .engine import State, Watch
from .episodes import Episode, RuleState, Standing
from .findings import Subject
from .proportions import Baseline
from .samples import Counts, EndpointSample, Key, NewFailure, Point, Sample, point_of
from .usual import Held, Span

WHOLE_EVERY: Final = 60
"""Samples from one that is stored whole to the next."""
_LEVEL: Final = 6
_NO_COUNTS: Final = Counts()


def dump_sample(sample: Sample, before: Point | None) -> bytes:
    """The sample; what has changed since `before`, if that is given."""
    point = point_of(sample)
    rows: list[Any] = []
    for key, counts in point.endpoints.items():
        old = before.counts(key) if before is not None else _NO_COUNTS
        if before is None or (counts.requests, counts.failures) != (old.requests, old.failures):
            rows.append([*key, *_changes(counts, old)])
    total = _changes(point.total, before.total if before is not None else _NO_COUNTS)
    fresh = [[f.fingerprint, f.method, f.name, f.message] for f in sample.fresh]
    content = {"at": sample.at, "users": sample.users, "total": total, "endpoints": rows, "fresh": fresh}
    return zlib.compress(orjson.dumps(content), _LEVEL)


def load_sample(stored: bytes, before: Point | None) -> Sample:
    """What `dump_sample` made, given the same `before`.

    Raises:
        ValueError: it is no sample.
    """
    try:
        content = orjson.loads(zlib.decompress(stored))
        endpoints = dict(before.endpoints) if before is not None else dict[Key, Counts]()
        for method, name, requests, failures, times in content["endpoints"]:
            key = str(method), str(name)
            endpoints[key] = _changed(endpoints.get(key, _NO_COUNTS), requests, failures, times)
        total = _changed(before.total if before is not None else _NO_COUNTS, *content["total"])
        return Sample(
            at=float(content["at"]),
            requests=total.requests,
            failures=total.failures,
            users=int(content["users"]),
            endpoints=tuple(EndpointSample(*key, c.requests, c.failures, c.times) for key, c in endpoints.items()),
            times=total.times,
            fresh=tuple(NewFailure(*map(str, fresh)) for fresh in content["fresh"]),
        )
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError(f"no sample: {type(error).__name__}") from error


def load_samples(stored: Iterable[tuple[bool, bytes]]) -> Iterable[Sample]:
    """Samples in a row, from the first that is whole.

    Args:
        stored: whether it is whole, and what `dump_sample` made.

    Raises:
        ValueError: one of them is no sample.
    """
    before: Point | None = None
    for whole, body in stored:
        if before is None and not whole:
            continue
        sample = load_sample(body, None if whole else before)
        before = point_of(sample)
        yield sample


def _changes(counts: Counts, old: Counts) -> list[Any]:
    """New counts, and the response times that were added; text keys, as JSON wants them."""
    times = {str(ms): n - old.times.get(ms, 0) for ms, n in counts.times.items() if n != old.times.get(ms, 0)}
    return [counts.requests, counts.failures, times]


def _changed(old: Counts, requests: int, failures: int, added: Mapping[str, int]) -> Counts:
    times = dict(old.times)
    for ms, n in added.items():
        times[int(ms)] = times.get(int(ms), 0) + n
    return Counts(requests, failures, times)


def dump_state(state: State, groups: int) -> bytes:
    """All of a state but its history, which the samples give; and how many kinds of failures its samples told of."""
    watches = {name: _from_watch(watch) for name, watch in state.watches.items() if watch != Watch(found=watch.found)}
    content = {
        "clock": state.clock,
        "began_at": state.began_at,
        "finished": state.finished,
        "groups": groups,
        "watches": watches,
    }
    return orjson.dumps(content)


def load_state(stored: bytes) -> tuple[State, int]:
    """What `dump_state` was given, with an empty history.

    Raises:
        ValueError: it is no state.
    """
    try:
        content = orjson.loads(stored)
        state = State(
            watches={str(name): _to_watch(watch) for name, watch in content["watches"].items()},
            clock=float(content["clock"]),
            began_at=content["began_at"],
            finished=bool(content["finished"]),
        )
        return state, int(content["groups"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no state: {type(error).__name__}") from error


def _from_watch(watch: Watch) -> dict[str, Any]:
    state = watch.state
    return {
        "standings": [
            [*_from_subject(subject), standing.pending_since, standing.firing, standing.below_for]
            for subject, standing in state.standings.items()
        ],
        "episode": _from_episode(state.episode),
        "hidden": _from_episode(state.hidden),
        "numbers": [state.episodes, state.rests_until, state.folded, watch.new],
        "sent": list(state.sent),
        "held": [[*_from_subject(subject), *_from_held(held)] for subject, held in watch.held.items()],
    }


def _to_watch(content: Mapping[str, Any]) -> Watch:
    episodes, rests_until, folded, new = content["numbers"]
    state = RuleState(
        standings={Subject(*row[:3]): Standing(*row[3:]) for row in content["standings"]},
        episode=_to_episode(content["episode"]),
        episodes=episodes,
        rests_until=rests_until,
        sent=tuple(content["sent"]),
        folded=folded,
        hidden=_to_episode(content["hidden"]),
    )
    held = {Subject(*row[:3]): _to_held(*row[3:]) for row in content["held"]}
    return Watch(state, held, new)


def _from_held(held: Held) -> list[Any]:
    usual, spans = held.usual, [[span.began, span.ended, span.dispersion] for span in held.spans]
    return [usual.requests, usual.failures, usual.dispersion, held.ended, held.began, held.found, held.bad, spans]


def _to_held(requests: int, failures: int, dispersion: float, ended: float | None, *times: Any) -> Held:
    """What follows `ended` is missing in what 0.1.0 stored before it remembered episodes."""
    usual = Baseline(requests, failures, dispersion)
    if not times:
        return Held(usual, ended)
    began, found, bad, spans = times
    return Held(usual, ended, began, found, bad, tuple(Span(*span) for span in spans))


def _from_subject(subject: Subject) -> list[str]:
    return [subject.method, subject.name, subject.detail]


def _from_episode(episode: Episode | None) -> list[Any] | None:
    if episode is None:
        return None
    members = [[_from_subject(member) for member in sorted(group)] for group in (episode.members, episode.told_members)]
    return [episode.number, episode.started_at, episode.told, episode.told_at, *members, episode.peak]


def _to_episode(content: list[Any] | None) -> Episode | None:
    if content is None:
        return None
    number, started_at, told, told_at, members, told_members, peak = content
    groups = (frozenset(Subject(*row) for row in group) for group in (members, told_members))
    return Episode(number, started_at, next(groups), told, told_at, next(groups), peak)
