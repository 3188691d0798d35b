"""The statistics of an earlier run, from its log. Reads only; judges nothing."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

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
    remarks, others = list[str](), list[str]()
    for path in paths:
        try:
            for recorded in _runs(path):
                if str(recorded.run["id"]).startswith(wanted):
                    return replace(recorded, remarks=tuple(remarks))
                others.append(f"{recorded.run['id']} ({recorded.run['name']})")
        except LogError as error:
            if not logs.is_dir():
                raise LogError(f"{error}; {_WHERE}" if isinstance(error, LogCorruptError) else str(error)) from error
            remarks.append(f"left out: {error}")
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
                    yield RecordedRun(path, orjson.loads(run), samples, _began_at(log_samples.state_of(db, origin)))
    except (sqlite3.Error, ValueError) as error:
        raise LogError(f"the samples in {path} cannot be read: {error}") from error


def _began_at(state: bytes | None) -> float | None:
    try:
        return None if state is None else load_state(state)[0].began_at
    except ValueError:  # written by another version, perhaps
        return None


def _nothing(logs: Path, run_id: str | None, others: list[str]) -> str:
    if run_id and others:
        more = ", …" if len(others) > _MOST_NAMED else ""
        return f"{logs} has no run {run_id} with statistics; there are: {', '.join(others[:_MOST_NAMED])}{more}"
    return f"{logs} has no run with statistics; masters and local tests keep them, workers do not"
