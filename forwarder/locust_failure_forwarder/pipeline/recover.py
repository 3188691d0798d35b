"""Takes up a run in the middle, after the forwarder process before this one died: counts and alerts, from its log.

Reads the log once. What it had deleted to stay within its bound is missing from the counts, not from the deliveries.
"""

from typing import Any
from uuid import UUID

import orjson
from locust_failure_schemas import Alert

from ..alerts.engine import State
from ..alerts.samples import Sample
from ..alerts.stored import load_samples, load_state
from . import log_samples
from .judge import Judge
from .log import Log
from .runs import RunBook, RunState


def recover(log: Log, received: int, runs: list[dict[str, Any]], book: RunBook, judge: Judge) -> bytes:
    """Begin the runs that were announced already, and count what the log holds of them.

    Args:
        log: what the earlier process left; empty if that had to be set aside.
        received: number of the last frame that will not come again.
        runs: the `run_started` payloads of this Locust process, each with its frame's `number`.
        book: gets the runs and their counts.
        judge: gets the state of the last one's alerts.

    Returns:
        The id of the last of these runs; empty if there is none.

    Raises:
        sqlite3.Error: the log cannot be read.
    """
    known = [run for run in runs if run["number"] <= received]
    if not known:
        return b""
    states = {UUID(bytes=run["run"]): book.begin(run["run"], run["node"]) for run in known}
    for body in log.bodies("failures"):
        _count(orjson.loads(body), states)
    judge.begin(known[-1].get("at"))
    current = UUID(bytes=known[-1]["run"])
    alerts = [Alert.read(body) for body in log.bodies("alerts")]
    for alert in alerts:
        state = states.get(alert.run.id)
        if state is not None and alert.state == "firing" and not alert.repeat:
            state.alerts_fired += 1
    samples, state, groups = _watched(log, states[current], judge.reach)
    summaries = sum(1 for _ in log.bodies("summaries"))
    judge.restore(alerts, current, summaries, samples=samples, state=state, groups=groups)
    return known[-1]["run"]


def _watched(log: Log, run: RunState, seconds: float) -> tuple[tuple[Sample, ...], State | None, int]:
    """The last samples of the run, the state of its rules after them, and how many groups of failures they told of."""
    kept = log_samples.state(log.connection, run.origin)
    if kept is None:
        return (), None, len(run.groups.since(0))
    try:
        state, groups = load_state(kept[1])
        return tuple(load_samples(log_samples.samples(log.connection, kept[0], seconds))), state, groups
    except ValueError:
        return (), None, len(run.groups.since(0))  # written by another version, perhaps


def _count(record: dict[str, Any], states: dict[UUID, RunState]) -> None:
    state = states.get(UUID(record["run"]["id"]))
    if state is None:
        return
    error, request = record["error"], record["request"]
    state.categories[error["category"]] += 1
    state.groups.add(error["fingerprint"], request["method"], request["name"], error["message"])
