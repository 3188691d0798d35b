"""What a worker tells its master about its failures, and what the master takes of it. Pure; sends nothing.

Workers are other machines, perhaps with another version: whatever comes is bounded, what is no count is left out, and
accounts that do not add up are no accounts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast

_MOST_NAMES: Final = 64
_MOST_LETTERS: Final = 64
_MOST: Final = 2**48
"""Larger numbers are no counts; the sum of all workers' has to fit into 64 bits."""
_PARTS: Final = ("captured", "delivered", "pending", "dead", "dropped")
Accounts: TypeAlias = dict[str, dict[str, int]]
"""By destination: what was captured, and what became of it (P1)."""


class Told(NamedTuple):
    """A report of the run in progress."""

    source: str
    """The process that it comes from."""
    categories: Counter[str]
    """Its failures in this run."""
    accounts: Accounts | None
    """Its failures since it began; None if it says nothing of them that can be believed."""


def accounts_of(status: Mapping[str, Any]) -> Accounts:
    """What a `status` of the forwarder process says of failures, where any were captured."""
    return {
        route["destination"]: {**{part: route[part] for part in _PARTS[:-1]}, "dropped": sum(route["dropped"].values())}
        for route in status.get("routes", [])
        if route["kind"] == "failures" and route["captured"]
    }


def read_report(report: object, run: str) -> Told | None:
    """A worker's report of the run; None if it is none of ours or of another run."""
    if not isinstance(report, dict):
        return None
    found = cast("dict[Any, Any]", report)
    source, counts = found.get("source"), found.get("categories")
    if found.get("run") != run or not isinstance(source, str) or not isinstance(counts, dict):
        return None
    named = cast("dict[Any, Any]", counts)
    if len(source) > _MOST_LETTERS or len(named) > _MOST_NAMES:
        return None
    good = {name: count for name, count in named.items() if _is_name(name) and _is_count(count) and count}
    return Told(source, Counter(good), _accounts(found.get("accounts")))


def add_up(accounts: Iterable[Accounts]) -> Accounts:
    """The sums by destination, of so many destinations as a configuration may have."""
    sums: Accounts = {}
    for of_one in accounts:
        for name, parts in of_one.items():
            if name in sums or len(sums) < _MOST_NAMES:
                before = sums.get(name, {})
                sums[name] = {part: before.get(part, 0) + parts[part] for part in _PARTS}
    return sums


def _accounts(told: object) -> Accounts | None:
    """All of them or none: what adds up for one destination is no better than its neighbour that does not."""
    if not isinstance(told, dict):
        return None
    found = cast("dict[Any, Any]", told)
    if len(found) > _MOST_NAMES:
        return None
    accounts: Accounts = {}
    for name, parts in found.items():
        if not _is_name(name) or not isinstance(parts, dict):
            return None
        counts: list[Any] = [cast("dict[Any, Any]", parts).get(part) for part in _PARTS]
        if not all(_is_count(count) for count in counts) or counts[0] != sum(counts[1:]):
            return None
        accounts[name] = dict(zip(_PARTS, counts, strict=True))
    return accounts


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_LETTERS


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST
