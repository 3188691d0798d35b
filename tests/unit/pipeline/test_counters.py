"""P1 as arithmetic: captured = delivered + pending + dead + dropped, whatever is added."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.counters import Account, RouteKey, as_json, from_json, key_of

COUNT = st.integers(0, 1000)
ACCOUNTS = st.builds(
    Account,
    captured=COUNT,
    delivered=COUNT,
    dead=COUNT,
    dropped=st.dictionaries(st.sampled_from(["log_full", "buffer_full"]), st.integers(1, 1000)),
)


def _balanced(account: Account) -> bool:
    lost = account.dead + sum(account.dropped.values())
    return account.captured == account.delivered + account.pending + lost


@settings(deadline=None)
@given(ACCOUNTS, ACCOUNTS)
def test_p1_sums_of_accounts_balance(first: Account, second: Account) -> None:
    both = first + second
    assert _balanced(both)
    assert both.pending == first.pending + second.pending
    assert both == second + first


@settings(deadline=None)
@given(ACCOUNTS, st.integers(1, 100))
def test_what_was_counted_as_dropped_too_early_can_be_taken_back(account: Account, count: int) -> None:
    there_and_back = account.plus(dropped={"torn": count}).plus(dropped={"torn": -count})
    assert there_and_back == account
    assert "torn" not in there_and_back.dropped


def test_adding_leaves_the_first_account_alone() -> None:
    account = Account(captured=1, dropped={"log_full": 1})
    account.plus(captured=1, dropped={"log_full": 1})
    assert account == Account(captured=1, dropped={"log_full": 1})


def test_as_json_names_everything_and_is_json() -> None:
    account = Account(captured=10, delivered=4, dead=1, dropped={"log_full": 2})
    state = {"note": "429", "breaker": "open"}
    assert json.loads(json.dumps(as_json(RouteKey("slack", "alerts"), account, state))) == {
        "destination": "slack",
        "kind": "alerts",
        "captured": 10,
        "delivered": 4,
        "pending": 3,
        "dead": 1,
        "dropped": {"log_full": 2},
        "note": "429",
        "breaker": "open",
    }


def test_a_route_without_a_state_has_an_empty_note() -> None:
    assert as_json(RouteKey("slack", "alerts"), Account())["note"] is None


@settings(deadline=None)
@given(ACCOUNTS)
def test_what_a_process_said_of_its_accounts_can_be_taken_over_by_the_next(account: Account) -> None:
    key = RouteKey("slack", "alerts")
    said = json.loads(json.dumps(as_json(key, account, {"note": "429"})))
    assert (key_of(said), from_json(said)) == (key, account)


def test_a_route_is_named_by_destination_and_kind() -> None:
    assert str(RouteKey("slack", "alerts")) == "slack/alerts"
