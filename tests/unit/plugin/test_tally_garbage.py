"""What a master reads of a worker's report when it is of another shape: workers are other machines. P3."""

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.plugin.tally import KEY, Tally
from locust_failure_forwarder.plugin.told import read_report

RUN = "72" * 16


@pytest.mark.parametrize(
    "categories",
    [
        *({"tls": value} for value in (-1, 0, True, 1.5, "7", None, 2**60)),
        *({name: 1} for name in (7, "x" * 65, None, b"tls")),
    ],
    ids=repr,
)
def test_what_is_no_count_is_left_out(categories: dict[Any, Any]) -> None:
    report = {"run": RUN, "source": "a", "categories": {**categories, "dns": 2}}
    assert read_report(report, RUN) == ("a", Counter(dns=2), None)


def _account(
    captured: Any = 9, delivered: Any = 4, pending: Any = 2, dead: Any = 1, dropped: Any = 2
) -> dict[str, Any]:
    return {"captured": captured, "delivered": delivered, "pending": pending, "dead": dead, "dropped": dropped}


@pytest.mark.parametrize(
    "bad",
    [
        *({"chat": _account(captured=value)} for value in (8, 10, "9", 9.0, None, True)),
        {"chat": _account(delivered=7, pending=-1)},
        {"chat": _account(captured=2**60 + 5, delivered=2**60)},
        {"chat": {"captured": 9, "delivered": 9}},
        *({name: _account()} for name in (7, "x" * 65, None, b"chat")),
        {"chat": [9, 4, 2, 1, 2]},
        {f"chat-{n}": _account() for n in range(65)},
        [["chat", _account()]],
        7,
    ],
    ids=lambda bad: repr(bad)[:60],
)
def test_p1_accounts_that_do_not_add_up_or_are_none_are_left_out_and_the_categories_stay(bad: Any) -> None:
    accounts: Any = bad
    if isinstance(bad, dict):
        accounts = {"monitoring": _account()} | cast("dict[Any, Any]", bad)
    report: dict[str, Any] = {"run": RUN, "source": "a", "categories": {"dns": 2}, "accounts": accounts}
    assert read_report(report, RUN) == ("a", Counter(dns=2), None)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


_PART = st.integers(-1, 3) | st.booleans() | st.none()
_ACCOUNTS = st.dictionaries(st.text(max_size=3), st.builds(_account, _PART, _PART, _PART, _PART, _PART))


@given(_JSON, _JSON, _JSON, _JSON | _ACCOUNTS)
def test_p3_no_garbage_is_counted_or_raises(whole: Any, source: Any, categories: Any, accounts: Any) -> None:
    shaped: dict[str, Any] = {"run": RUN, "source": source, "categories": categories, "accounts": accounts}
    reports: list[Any] = [whole, shaped, {**shaped, "run": whole}, {**shaped, "source": "a", "categories": {}}]
    for report in reports:
        found = read_report(report, RUN)
        if found is not None:
            assert all(type(count) is int and count > 0 for count in found.categories.values())
            for account in (found.accounts or {}).values():
                captured, *parts = account.values()
                assert captured == sum(parts)


@given(_JSON)
def test_p3_a_report_of_any_shape_raises_nothing(data: Any) -> None:
    tally = Tally(SimpleNamespace(runner=None, parsed_options=None))
    tally.on_worker_report(client_id="1", data=data)
    tally.on_worker_report(client_id="1", data={KEY: data})
    assert (tally.of_workers(), tally.accounts_of_workers()) == ({}, {})
