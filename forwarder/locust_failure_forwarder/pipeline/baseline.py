"""What earlier runs have failed with, by their logs: to tell what is new. Reads only."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import orjson

from ..alerts.stored import load_samples
from ..config.alert_rules import AnyRule, NewFailureRule
from ..errors import LogError
from . import log_samples
from .log_files import list_logs
from .log_schema import open_for_reading

Known: TypeAlias = Mapping[str, frozenset[str]]
"""Fingerprints by the name of the rule."""


class BaselineError(LogError):
    """The baseline of a rule cannot be read."""


def known_by_rule(rules: Iterable[AnyRule], own: str | None = None) -> Known:
    """What each rule `new_failure` with a `baseline` knows. `own` is this run's log, which is none.

    Raises:
        BaselineError: a baseline cannot be read.
    """
    found: dict[str, frozenset[str]] = {}
    for index, rule in enumerate(rules):
        if isinstance(rule, NewFailureRule) and rule.baseline is not None:
            try:
                found[rule.name] = known_failures(Path(rule.baseline), own)
            except (LogError, sqlite3.Error, ValueError) as error:
                raise BaselineError(f"alerts[{index}].baseline: {error}") from error
    return found


def known_failures(path: Path, own: str | None = None) -> frozenset[str]:
    """Fingerprints of all failures in a log, or in all logs of a folder.

    Raises:
        LogError, sqlite3.Error: one of them cannot be read.
        ValueError: it holds what no log does.
    """
    logs = list_logs(path) if path.is_dir() else [path]
    return frozenset[str]().union(
        *(_known_in(log) for log in logs if own is None or log.absolute() != Path(own).absolute())
    )


def _known_in(path: Path) -> frozenset[str]:
    known: set[str] = set()
    with closing(open_for_reading(path)) as db:
        for (body,) in db.execute("SELECT body FROM events WHERE kind = 'failures'"):
            known.add(str(orjson.loads(body)["error"]["fingerprint"]))
        if log_samples.has_samples(db):
            # A master has captured nothing; what its workers failed with is in its samples.
            for origin, _, _ in log_samples.runs(db):
                for sample in load_samples(log_samples.samples(db, origin)):
                    known.update(failure.fingerprint for failure in sample.fresh)
    return frozenset(known)
