"""`failure-forwarder alerts simulate`: the samples of an earlier run, replayed against rules. Reads only."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from ..alerts import engine
from ..alerts.episodes import Notice
from ..config.alert_rules import DEFAULT_RULES, AnyRule
from ..config.load import load_rules
from ..errors import LogError
from ..pipeline.alert_event import utc
from ..pipeline.baseline import known_by_rule
from ..report.words import counted
from .recorded_run import RecordedRun, find_run
from .rule_words import finding_in_words
from .terminal import console, say

NOTHING: Final = "no rule would have fired: lower a limit, or take a run in which more failed"


def simulate_rules(rules: Path, logs: Path, run_id: str | None, env: Mapping[str, str], *, as_json: bool) -> int:
    """Print what `rules` would have told of a run; 0, whether or not that is anything.

    Raises:
        ConfigError: the rules cannot be used.
        LogError: there is no such run, or its log cannot be read.
    """
    if rules.is_dir() or rules.suffix == ".db":
        raise LogError(f"{rules} holds no rules; first the file of rules, then the log: alerts simulate RULES RUN")
    loaded = load_rules(rules, env)
    recorded = find_run(logs, run_id)
    for remark in recorded.remarks:
        say(console(stderr=True), remark)
    if _is_cut(recorded):
        say(console(stderr=True), "the log has lost the beginning of this run: rules do not know what came before")
    notices = replay(loaded, recorded)
    if as_json:
        for notice in notices:
            sys.stdout.write(orjson.dumps(_as_json(notice, loaded)).decode() + "\n")
        return 0
    _print(recorded, loaded, notices)
    if not notices:
        say(console(), NOTHING if loaded else f"{rules} has no rules: `alerts` is an empty list")
    return 0


def replay(rules: Sequence[AnyRule], recorded: RecordedRun) -> list[Notice]:
    """All messages of the run, those of its end included.

    Raises:
        LogError: the baseline of a rule cannot be read.
    """
    known = known_by_rule(rules, str(recorded.log))
    samples = recorded.samples
    began_at = samples[0].at - 1.0 if recorded.began_at is None else recorded.began_at
    state, notices = engine.start(began_at), list[Notice]()
    if _is_cut(recorded):
        state, samples = engine.resume(state, samples[0]), samples[1:]
    for sample in samples:
        state, more = engine.step(rules, state, sample, known)
        notices += more
    return notices + list(engine.finish(rules, state, recorded.samples[-1].at)[1])


def _is_cut(recorded: RecordedRun) -> bool:
    """Whether its first samples are gone: a full log lets them go first."""
    return recorded.began_at is not None and recorded.samples[0].at - recorded.began_at > engine.FIRST


def _print(recorded: RecordedRun, rules: Sequence[AnyRule], notices: Sequence[Notice]) -> None:
    terminal = console()
    first, last = recorded.samples[0], recorded.samples[-1]
    say(terminal, f"{recorded.run['name']}, run {recorded.run['id']}, in {recorded.log.name}")
    say(
        terminal,
        f"{utc(first.at):%Y-%m-%d %H:%M:%S} UTC, {_clock(last.at - first.at)} long, "
        f"{counted(last.requests, 'request')}, {last.failures} failed",
    )
    default = "; the default ones" if rules == DEFAULT_RULES else ""
    say(terminal, f"rules: {', '.join(rule.name for rule in rules) or 'none'}{default}")
    by_name = {rule.name: rule for rule in rules}
    for notice in notices:
        state = "again" if notice.repeat and notice.state == "firing" else notice.state
        if notice.resolution == "test_ended":
            state = "test ended" if recorded.is_over else "log ends"
        found = finding_in_words(by_name[notice.rule.name], notice.finding)
        told = "; ".join((found, *_besides(notice, by_name[notice.rule.name])))
        say(terminal, f"  {_clock(notice.at - first.at):>8}  {state:<10}  {notice.rule.name}: {told}")
    episodes = sum(1 for notice in notices if notice.state == "firing" and not notice.repeat)
    say(terminal, f"{counted(episodes, 'alert')} in {counted(len(notices), 'message')}")


def _besides(notice: Notice, rule: AnyRule) -> Iterator[str]:
    worst = notice.finding.subject
    if rule.scope == "endpoint":
        yield f"{counted(len(notice.firing), 'endpoint')}, worst {worst.method} {worst.name}"
    if rule.when == "new_failure" and len(notice.firing) > 1:
        yield f"{len(notice.firing)} in all"
    if notice.state == "resolved" and not notice.repeat:
        yield "its beginning not told, by max_per_hour"
    if notice.folded:
        yield f"{counted(notice.folded, 'episode')} before not told"
    if notice.last:
        yield "no more for now, by max_per_hour"


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
