"""`failure-forwarder alerts simulate`: the samples of an earlier run, replayed against rules. Reads only."""

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ..alerts import engine
from ..alerts.episodes import Notice
from ..alerts.samples import Sample
from ..alerts.stored import load_samples
from ..config.alert_rules import AnyRule
from ..config.load import load_rules
from ..errors import LogError
from ..pipeline import log_samples
from ..pipeline.alert_event import utc
from ..pipeline.baseline import known_by_rule
from ..pipeline.log_files import list_logs
from ..pipeline.log_schema import open_for_reading
from ..report.words import counted
from .rule_words import finding_in_words
from .terminal import console, say


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """The samples of a run as its log has them."""

    log: Path
    run: Mapping[str, Any]
    """The schemas package's `Run`."""
    samples: tuple[Sample, ...]


def simulate_rules(rules: Path, logs: Path, run_id: str | None, env: Mapping[str, str], *, as_json: bool) -> int:
    """Print what `rules` would have told of a run; 0, whether or not that is anything.

    Raises:
        ConfigError: the rules cannot be used.
        LogError: there is no such run, or its log cannot be read.
    """
    loaded = load_rules(rules, env)
    recorded = find_run(logs, run_id)
    notices = replay(loaded, recorded.samples, str(recorded.log))
    if as_json:
        for notice in notices:
            sys.stdout.write(orjson.dumps(_as_json(notice, loaded)).decode() + "\n")
        return 0
    _print(recorded, loaded, notices)
    return 0


def replay(rules: Sequence[AnyRule], samples: Sequence[Sample], log: str = "") -> list[Notice]:
    """All messages of the run, those of its end included.

    Raises:
        LogError: the baseline of a rule cannot be read.
    """
    known = known_by_rule(rules, log)
    state, notices = engine.start(samples[0].at - 1.0), list[Notice]()
    for sample in samples:
        state, more = engine.step(rules, state, sample, known)
        notices += more
    return notices + list(engine.finish(rules, state, samples[-1].at)[1])


def find_run(logs: Path, run_id: str | None) -> RecordedRun:
    """The run whose id begins with `run_id`; the last one without it.

    Raises:
        LogError: there is none, or a log cannot be read.
    """
    paths = list(reversed(list_logs(logs))) if logs.is_dir() else [logs]
    wanted = (run_id or "").lower()
    for path in paths:
        try:
            with closing(open_for_reading(path)) as db:
                for origin, run, _ in reversed(log_samples.runs(db) if log_samples.has_samples(db) else []):
                    named = orjson.loads(run)
                    if not str(named["id"]).startswith(wanted):
                        continue
                    samples = tuple(load_samples(log_samples.samples(db, origin)))
                    if samples:
                        return RecordedRun(path, named, samples)
        except (sqlite3.Error, ValueError) as error:
            raise LogError(f"the samples in {path} cannot be read: {error}") from error
    which = f"run {run_id}" if run_id else "run with statistics"
    raise LogError(f"{logs} has no {which}; masters and local tests keep them, workers do not")


def _print(recorded: RecordedRun, rules: Sequence[AnyRule], notices: Sequence[Notice]) -> None:
    terminal = console()
    first, last = recorded.samples[0], recorded.samples[-1]
    say(terminal, f"{recorded.run['name']}, run {recorded.run['id']}, in {recorded.log.name}")
    say(
        terminal,
        f"{utc(first.at):%Y-%m-%d %H:%M:%S} UTC, {_clock(last.at - first.at)} long, "
        f"{counted(last.requests, 'request')}, {last.failures} failed",
    )
    by_name = {rule.name: rule for rule in rules}
    for notice in notices:
        state = "again" if notice.repeat and notice.state == "firing" else notice.state
        state = "test ended" if notice.resolution == "test_ended" else state
        found = finding_in_words(by_name[notice.rule.name], notice.finding)
        more = f"; {counted(len(notice.firing), 'endpoint')}" if by_name[notice.rule.name].scope == "endpoint" else ""
        folded = f"; {counted(notice.folded, 'episode')} before not told" if notice.folded else ""
        say(terminal, f"  {_clock(notice.at - first.at):>8}  {state:<10}  {notice.rule.name}: {found}{more}{folded}")
    episodes = sum(1 for notice in notices if notice.state == "firing" and not notice.repeat)
    say(terminal, f"{counted(episodes, 'alert')} in {counted(len(notices), 'message')}")


def _as_json(notice: Notice, rules: Sequence[AnyRule]) -> dict[str, Any]:
    rule = next(rule for rule in rules if rule.name == notice.rule.name)
    found = notice.finding
    return {
        "at": utc(notice.at).isoformat(),
        "rule": rule.name,
        "condition": rule.when,
        "state": notice.state,
        "resolution": notice.resolution,
        "repeat": notice.repeat,
        "value": found.value,
        "threshold": found.limit,
        "before": found.before,
        "window_s": found.window,
        "requests": found.requests,
        "failures": found.failures,
        "affected": len(notice.firing) if rule.scope == "endpoint" else 0,
        "started_at": utc(notice.episode.started_at).isoformat(),
        "folded_episodes": notice.folded,
    }


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
