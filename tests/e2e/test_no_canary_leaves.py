"""P4: planted secrets stand in every request and answer of a real run, and afterwards nowhere else.

What is searched: every file of the run, every value in the logs, what the commands print, what was sent, and what
destinations that refuse a batch repeat of it, as it stands and after up to five rounds of decoding.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from support.canary import Canary, Search
from support.canary_run import Outcome, run_canaries

KEPT_WHOLE = ("file .locust-failures/", "file while-it-ran/", "table events.body", "table dead_letters.body")
LISTED = ("dead list --json --full", "body to accepting", "body to judging")


def test_p4_no_canary_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run_canaries(tmp_path, monkeypatch.setenv)
    search = Search([*outcome.planted, *outcome.configured])
    _assert_planted(search, outcome)
    found = _found(search, outcome)
    assert {place: names for place, names in found.items() if names} == {}


def test_p4_the_same_search_finds_them_all_where_redaction_is_off_but_never_the_configurations_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = run_canaries(tmp_path, monkeypatch.setenv, redacts=False)
    found = _found(Search([*outcome.planted, *outcome.configured]), outcome)
    never_a_record = "context of what became no record"
    everything = _places_of(outcome.planted) - {never_a_record}
    for place in (*KEPT_WHOLE, *LISTED):
        names = set[str]().union(*(names for other, names in found.items() if other.startswith(place)))
        assert everything - names == set(), place
    assert never_a_record in found["table dead_letters.body"]
    # What shows only some of the records or the run's names has something to hide as well.
    shown = {"table origins.run", "table dead_letters.answer", "dead list --full", "body to refusing", "body to slack"}
    assert {place for place in shown if found[place]} == shown
    assert set[str]().union(*found.values()) & _places_of(outcome.configured) == set()


def _assert_planted(search: Search, outcome: Outcome) -> None:
    """The servers saw each canary, by the very same search, and where it is missing what stood beside it is not."""
    seen = set[str]().union(*map(search.anywhere, outcome.witnesses))
    assert _places_of((*outcome.planted, *outcome.configured)) - seen == set()
    assert [beacon for beacon in outcome.beacons if beacon not in outcome.accepted] == []
    for place in ("table dead_letters.answer", "body to refusing", "body to slack", "dead list --json --full"):
        assert any(outcome.places[place]), f"nothing to search: {place}"


def _found(search: Search, outcome: Outcome) -> dict[str, set[str]]:
    """Which canaries are in which place."""
    return {place: set[str]().union(*map(search.anywhere, (place, *texts))) for place, texts in outcome.places.items()}


def _places_of(canaries: Iterable[Canary]) -> set[str]:
    return {canary.place for canary in canaries}
