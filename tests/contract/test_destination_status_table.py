"""What each status means at each destination, beside a table that a person has read. A change must be meant.

To write the tables anew: `UPDATE_GOLDEN=1 pytest tests/contract/test_destination_status_table.py`, then read the
difference. Statuses of one meaning stand on one line; `#` stands for the status in its reason.
"""

import os
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest
from locust_failure_forwarder.destinations.base import (
    Delivered,
    Destination,
    HttpResponse,
    Itemised,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from support.destination_cases import CASES, Case
from support.samples import NOW

FOLDER: Final = Path(__file__).parent.parent / "golden" / "statuses"
UPDATE: Final = os.environ.get("UPDATE_GOLDEN") == "1"
FIRST: Final = {case.config["type"]: case for case in reversed(CASES)}
"""One case of each type."""


def _meaning(status: int, verdict: Verdict) -> str:
    match verdict:
        case Delivered():
            return "delivered"
        case Retry(needs_repair=True):
            what = "keep, ask rarely, until a person mends it"
        case Retry():
            what = "try again"
        case Rejected(splittable=True):
            what = "dead letter, after halving"
        case Rejected():
            what = "dead letter"
        case Simplify():
            what = "once more in a simpler form"
        case Itemised():
            return "each record by itself"
    return f"{what}: {_reason(status, verdict.reason)}"


def _reason(status: int, reason: str) -> str:
    """Without what depends on the status or on Python: its names of statuses change from version to version."""
    if status in set(HTTPStatus) and reason == f"{status}: {HTTPStatus(status).phrase.lower()}":
        return "#: (its name in HTTP)"
    return reason.replace(str(status), "#")


def _table(destination: Destination) -> str:
    """All of 100 to 599 with an empty body."""
    meanings = [(status, _meaning(status, destination.read(HttpResponse(status), NOW))) for status in range(100, 600)]
    lines: list[str] = []
    for meaning, group in groupby(meanings, key=lambda pair: pair[1]):
        statuses = [status for status, _ in group]
        span = str(statuses[0]) if len(statuses) == 1 else f"{statuses[0]}-{statuses[-1]}"
        lines.append(f"{span:<8} {meaning}\n")
    return "".join(lines)


@pytest.mark.parametrize("kind", sorted(FIRST))
def test_the_meaning_of_every_status_is_the_golden_one(kind: str) -> None:
    text = _table(FIRST[kind].make())
    file = FOLDER / f"{kind}.txt"
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{file.name} differs; if that is meant, see this file's docstring"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_how_a_destination_is_configured_changes_no_meaning(case: Case) -> None:
    assert _table(case.make()) == _table(FIRST[case.config["type"]].make())


def test_no_table_is_left_over() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(FIRST)
