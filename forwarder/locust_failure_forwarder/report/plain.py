"""The report of `status` as plain data, for scripts."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..pipeline.counters import as_json
from .accounts import LogReport, RouteReport, dead_reasons, routes_of, total


def to_json(directory: Path, reports: Sequence[LogReport], damaged: Sequence[Path]) -> dict[str, Any]:
    """The whole report. Times are UTC, ISO 8601."""
    dead = dead_reasons(reports)
    kept: Counter[Any] = Counter()
    for route in routes_of(reports):
        kept[route.key] += route.dead_kept
    return {
        "directory": str(directory),
        "routes": [
            {**as_json(key, account), "dead_kept": kept[key], "dead_reasons": dead.get(key, Counter[str]())}
            for key, account in total(reports).items()
        ],
        "logs": [
            {
                "path": str(report.path),
                "in_use": report.in_use,
                "error": report.error,
                "mismatches": list(report.mismatches),
                "routes": [_route(route) for route in report.routes],
            }
            for report in reports
        ],
        "damaged": [str(path) for path in damaged],
    }


def _route(route: RouteReport) -> dict[str, Any]:
    """Account and state; `state` is null if the log holds none."""
    state = None if route.state is None else {**route.state, "at": iso(route.state["at"])}
    return {
        **as_json(route.key, route.account, {"note": None if state is None else state.get("note")}),
        "dead_kept": route.dead_kept,
        "waits_since": None if route.waits_since is None else iso(route.waits_since),
        "state": state,
    }


def iso(epoch_seconds: float) -> str:
    """UTC, to the millisecond."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
