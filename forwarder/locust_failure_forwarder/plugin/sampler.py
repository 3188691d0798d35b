"""Reads Locust's own statistics once a second. No cost per request; judges nothing.

On a master these are the numbers of all workers, which report every 3 s.
"""

import ast
import heapq
import re
from itertools import islice
from typing import Any, Final

MAX_ENDPOINTS: Final = 200
"""Endpoints that are told apart: the first that were requested, so that it is the same ones from sample to sample."""
OTHERS: Final = ("", "(other endpoints)")
"""Method and name of the row in which all further ones are added up."""
MAX_ERRORS: Final = 10
"""Most frequent errors in a sample: of the run, and as many of the time since the sample before."""
MAX_NEW_ERRORS: Final = 50
"""Errors of a sample that were in none before; what is left comes with the next."""
_TOO_MANY_ERRORS: Final = 2000
"""Locust's error table is unbounded; beyond this size looking for the most frequent would stall the test."""
_TOO_MANY_TIMES: Final = 1000
"""Locust rounds response times to about 310 values; who replaces its rounding gets no percentiles here."""
_LONGEST: Final = 2000
"""Characters of an error's text."""
_REPR: Final = re.compile(r"""[A-Za-z_]\w*\(('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),?\)""", re.DOTALL)
"""An exception with nothing but a text."""


class Sampler:
    """Takes samples of one runner after the other; remembers how much of Locust's error table it has told."""

    def __init__(self) -> None:
        self._errors_told = 0
        self._occurred: dict[Any, int] = {}

    def sample(self, runner: Any, now: float) -> dict[str, Any]:
        """Cumulative counts of the whole test and of each endpoint, at `now` (epoch seconds).

        Response times are Locust's own histograms, milliseconds to requests: what a window holds is the difference of
        two of them. They are copied whole, since a dict is copied in C and comparing it is not.
        """
        stats = runner.stats
        total = stats.total
        endpoints = [
            (str(e.method), str(e.name), e.num_requests, e.num_failures, _times(e))
            for e in islice(list(stats.entries.values()), MAX_ENDPOINTS)
        ]
        if len(stats.entries) > MAX_ENDPOINTS:
            requests = total.num_requests - sum(endpoint[2] for endpoint in endpoints)
            failures = total.num_failures - sum(endpoint[3] for endpoint in endpoints)
            endpoints.append((*OTHERS, max(requests, failures, 0), max(failures, 0), {}))
        return {
            "at": now,
            "requests": total.num_requests,
            "failures": total.num_failures,
            "times": _times(total),
            "users": runner.user_count,
            "endpoints": endpoints,
            "errors": self._most_frequent(stats.errors),
            "new_errors": self._new_errors(stats.errors),
        }

    def _most_frequent(self, errors: Any) -> list[tuple[str, str, str, int]]:
        """The most frequent of the run, and those of which most have come since the sample before."""
        if len(errors) > _TOO_MANY_ERRORS:
            return []
        known, self._occurred = self._occurred, {key: error.occurrences for key, error in errors.items()}
        counts = self._occurred
        grown = {key: count - known.get(key, 0) for key, count in counts.items() if count != known.get(key)}
        return [_row(errors[key]) for key in dict.fromkeys((*_most(counts), *_most(grown)))]

    def _new_errors(self, errors: Any) -> list[tuple[str, str, str, int]]:
        if len(errors) < self._errors_told:  # Locust's statistics were reset
            self._errors_told = 0
        if not self._errors_told < len(errors) <= _TOO_MANY_ERRORS:
            return []
        # A dict keeps the order of insertion, so what is new is at its end.
        found: list[Any] = list(islice(errors.values(), self._errors_told, self._errors_told + MAX_NEW_ERRORS))
        self._errors_told += len(found)
        return [_row(error) for error in found]


def _times(entry: Any) -> dict[int, int]:
    times = entry.response_times
    return dict(times) if len(times) <= _TOO_MANY_TIMES else {}


def _most(counts: dict[Any, int]) -> list[Any]:
    return heapq.nlargest(MAX_ERRORS, counts, key=counts.__getitem__)


def _row(error: Any) -> tuple[str, str, str, int]:
    return str(error.method), str(error.name), _message(error.error), error.occurrences


def _message(error: Any) -> str:
    """The error's text without Locust's wrapping; on a master it has been turned into a `repr` by the worker."""
    try:
        text = error if isinstance(error, str) else str(error)
    except Exception as failure:  # noqa: BLE001 - the user's __str__ may raise anything
        return f"<str() of the exception raised {type(failure).__name__}>"
    if wrapped := _REPR.fullmatch(text[: 4 * _LONGEST]):
        try:
            text = str(ast.literal_eval(wrapped[1]))
        except (ValueError, SyntaxError):
            text = wrapped[1][1:-1]
    return text[:_LONGEST]
