"""P4: planted secrets stand in every request and answer of a real run, and afterwards nowhere else.

What is searched: every file of the run, every value in the logs, what the commands print, what was sent, and what
destinations that refuse a batch repeat of it.
"""

from pathlib import Path

import pytest
from support.canary import Search
from support.canary_run import run_canaries


def test_p4_no_canary_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run_canaries(tmp_path, monkeypatch)
    search = Search([*outcome.planted, *outcome.configured])

    seen = set[str]().union(*map(search.anywhere, outcome.witnesses))
    assert {canary.place for canary in (*outcome.planted, *outcome.configured)} - seen == set(), "never planted"
    assert [beacon for beacon in outcome.beacons if beacon not in outcome.accepted] == [], "lost with its canary"

    found = {place: search_all(search, texts) for place, texts in outcome.places.items()}
    assert {place: names for place, names in found.items() if names} == {}


def search_all(search: Search, texts: list[str | bytes]) -> list[str]:
    return sorted(set[str]().union(*map(search.anywhere, texts)))
