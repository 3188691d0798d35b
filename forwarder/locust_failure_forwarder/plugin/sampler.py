"""Reads Locust's own statistics once a second. No cost per request; judges nothing."""

import heapq
from typing import Any, Final

MAX_ENDPOINTS: Final = 200
MAX_ERRORS: Final = 10
_TOO_MANY_ERRORS: Final = 2000
"""Locust's error table is unbounded; beyond this size looking for the most frequent would stall the test."""


def sample(runner: Any, now: float) -> dict[str, Any]:
    """Cumulative counts of the whole test and of the endpoints that failed, at `now` (epoch seconds)."""
    stats = runner.stats
    failing = [entry for entry in list(stats.entries.values()) if entry.num_failures]
    worst = heapq.nlargest(MAX_ENDPOINTS, failing, key=lambda entry: entry.num_failures)
    errors = list(stats.errors.values()) if len(stats.errors) <= _TOO_MANY_ERRORS else []
    frequent = heapq.nlargest(MAX_ERRORS, errors, key=lambda error: error.occurrences)
    return {
        "at": now,
        "requests": stats.total.num_requests,
        "failures": stats.total.num_failures,
        "users": runner.user_count,
        "endpoints": [(str(e.method), str(e.name), e.num_requests, e.num_failures) for e in worst],
        "errors": [(str(e.method), str(e.name), _message(e.error), e.occurrences) for e in frequent],
    }


def _message(error: Any) -> str:
    """The error's text without Locust's wrapping; on a master it has been turned into a `repr` by the worker."""
    try:
        text = error if isinstance(error, str) else str(error)
    except Exception as failure:  # noqa: BLE001 - the user's __str__ may raise anything
        return f"<str() of the exception raised {type(failure).__name__}>"
    if text.startswith("CatchResponseError(") and text.endswith(")"):
        text = text[len("CatchResponseError(") : -1].strip("'\"")
    return text[:2000]
