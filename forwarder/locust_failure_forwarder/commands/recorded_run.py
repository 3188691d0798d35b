"""The statistics of an earlier run, from its log. Reads only; judges nothing."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from ..alerts.engine import State
from ..alerts.samples import Sample
from ..alerts.stored import load_samples, load_state
from ..errors import LogCorruptError, LogError
from ..pipeline import log_samples
from ..pipeline.log_files import list_logs
from ..pipeline.log_schema import open_for_reading

_WHERE: Final = "give the log of a run, or the folder of logs: log.directory of its configuration"
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """The samples of a run as its log has them."""

    log: Path
    run: Mapping[str, Any]
    """The schemas package's `Run`."""
    samples: tuple[Sample, ...]
    began_at: float | None = None
    """Epoch seconds of its start, where the log says so."""
    is_over: bool = True
    """Whether its end is in the log; it may still go on, or have been killed."""
    remarks: tuple[str, ...] = ()
    """Logs that could not be read, and why."""


def find_run(logs: Path, run_id: str | None) -> RecordedRun:
    """The run whose id begins with `run_id`; the last one without it. In a folder, logs that are damaged are left out.

    Raises:
        LogError: there is none, or its log cannot be read.
    """
    if not logs.exists():
        raise LogError(f"{logs} does not exist; {_WHERE}")
    paths = list(reversed(list_logs(logs))) if logs.is_dir() else [logs]
    if not paths:
        raise LogError(f"{logs} holds no logs; {_WHERE}")
    wanted = (run_id or "").lower()
    remarks, others, found = list[str](), list[str](), list[RecordedRun]()
    for path in paths:
        try:
            for recorded in _runs(path):
                if not wanted:
                    return replace(recorded, remarks=tuple(remarks))
                if str(recorded.run["id"]).startswith(wanted):
                    found.append(recorded)
                    continue
                others.append(f"{recorded.run['id']} ({recorded.run['name']})")
        except LogError as error:
            if not logs.is_dir():
                raise LogError(f"{error}; {_WHERE}" if isinstance(error, LogCorruptError) else str(error)) from error
            remarks.append(f"left out: {error}")
    if len(found) > 1:
        named = ", ".join(str(recorded.run["id"]) for recorded in found[:_MOST_NAMED])
        raise LogError(f"{len(found)} runs in {logs} begin with {run_id}: {named}{_more(found)}; give more of the id")
    if found:
        return replace(found[0], remarks=tuple(remarks))
    raise LogError("\n".join([_nothing(logs, run_id, others), *remarks]))


def _runs(path: Path) -> Iterator[RecordedRun]:
    """The runs of one log, the last first.

    Raises:
        LogError: it cannot be read, or is none.
    """
    try:
        with closing(open_for_reading(path)) as db:
            for origin, run, _ in reversed(log_samples.runs(db) if log_samples.has_samples(db) else []):
                if samples := tuple(load_samples(log_samples.samples(db, origin))):
                    state = _state(log_samples.state_of(db, origin))
                    began_at, is_over = (state.began_at, state.finished) if state else (None, True)
                    yield RecordedRun(path, orjson.loads(run), samples, began_at, is_over)
    except (sqlite3.Error, ValueError) as error:
        raise LogError(f"the samples in {path} cannot be read: {error}") from error


def _state(stored: bytes | None) -> State | None:
    try:
        return None if stored is None else load_state(stored)[0]
    except ValueError:  # written by another version, perhaps
        return None


def _more(listed: Sequence[object]) -> str:
    return ", …" if len(listed) > _MOST_NAMED else ""


def _nothing(logs: Path, run_id: str | None, others: list[str]) -> str:
    if run_id and others:
        named = ", ".join(others[:_MOST_NAMED]) + _more(others)
        return f"{logs} has no run {run_id} with statistics; there are: {named}"
    return f"{logs} has no run with statistics; masters and local tests keep them, workers do not"
