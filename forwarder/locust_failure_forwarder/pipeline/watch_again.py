"""The state of alert rules after the death of a forwarder process: from its samples, or else from its alerts. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from uuid import UUID

from locust_failure_schemas import Alert

from ..alerts import engine
from ..alerts.engine import State, Watch
from ..alerts.episodes import Episode, RuleState, Standing
from ..alerts.findings import TEST, Subject
from ..alerts.history import History, resumed
from ..alerts.samples import Sample, point_of
from ..config.alert_rules import AnyRule

_OVER: Final = -1
"""In place of the number of an episode that is over: none that comes has its id."""
Episodes: TypeAlias = dict[str, tuple[int, UUID]]
"""Number and id of the last episode that a message told of, by rule."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What there was."""

    state: State
    episodes: Episodes


def watch_again(
    rules: Sequence[AnyRule], alerts: Sequence[Alert], samples: Iterable[Sample], stored: State | None, fresh: State
) -> Restored:
    """The state after the last sample.

    Args:
        rules: all rules.
        alerts: of this run, oldest first.
        samples: the last ones of this run, oldest first.
        stored: the state after the last of them, without its history; None if there is none.
        fresh: the state at the start of the run.
    """
    last = {alert.rule: alert for alert in alerts}
    if stored is None:
        watches = {name: Watch(_from_alert(alert)) for name, alert in last.items()}
        return Restored(replace(fresh, watches=watches), {name: (1, alert.episode_id) for name, alert in last.items()})
    history = History()
    for number, sample in enumerate(samples):
        point = point_of(sample)
        if not number and sample.at - (stored.began_at or 0.0) > engine.FIRST:
            history = resumed(point)  # it is not the run's first, and what was before is unknown
        else:
            history = history.advance(point, engine.keep(rules))
    episodes: Episodes = {}
    for name, alert in last.items():
        watch = stored.watches.get(name, Watch())
        told = watch.state.episode
        number = told.number if told is not None and told.told else _OVER
        episodes[name] = (number, alert.episode_id)
    return Restored(replace(stored, history=history), episodes)


def _from_alert(alert: Alert) -> RuleState:
    """What its last message tells of a rule."""
    if alert.state != "firing":
        return RuleState(episodes=1)
    members = frozenset(Subject(a.method, a.name, a.message or "") for a in alert.affected) or frozenset({TEST})
    episode = Episode(1, alert.started_at.timestamp(), members, alert.repeat + 1, 0.0, members)
    return RuleState(dict.fromkeys(members, Standing(firing=True)), episode, 1)
