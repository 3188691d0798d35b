"""Accounts in the summary of a run: the node's own, and those of a master's workers. P1, P3, P4."""

from typing import Any

import pytest
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.delivery_counts import delivery_counts
from locust_failure_schemas import DeliveryCount
from support.frames import SECRET

OWN = {
    RouteKey("monitoring", "failures"): Account(captured=9, delivered=4, dead=1, dropped={"buffer_full": 2}),
    RouteKey("monitoring", "summaries"): Account(captured=1),
    RouteKey("archive", "failures"): Account(),
    RouteKey("chat", "alerts"): Account(captured=3, delivered=3),
}
TOLD = {"captured": 20, "delivered": 11, "pending": 5, "dead": 1, "dropped": 3}


def _same(text: str) -> str:
    return text


def _count(destination: str, captured: int, delivered: int, pending: int, dead: int, dropped: int) -> DeliveryCount:
    return DeliveryCount(
        destination=destination, captured=captured, delivered=delivered, pending=pending, dead=dead, dropped=dropped
    )


def test_p1_a_local_run_has_its_own() -> None:
    assert delivery_counts(OWN, {}, _same) == (_count("monitoring", 9, 4, 2, 1, 2),)


def test_p1_a_master_has_those_of_its_workers_in_the_order_of_its_configuration() -> None:
    nothing = dict.fromkeys(OWN, Account())
    told = {"elsewhere": TOLD, "archive": TOLD, "monitoring": TOLD}
    found = delivery_counts(nothing, told, _same)
    assert found == tuple(_count(name, 20, 11, 5, 1, 3) for name in ("monitoring", "archive", "elsewhere"))


def test_what_a_master_captured_itself_is_added() -> None:
    assert delivery_counts(OWN, {"monitoring": TOLD}, _same) == (_count("monitoring", 29, 15, 7, 2, 5),)


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        7,
        "monitoring",
        [["monitoring", TOLD]],
        {"monitoring": {**TOLD, "captured": 21}},
        {"monitoring": {**TOLD, "pending": -5, "dropped": 13}},
        {"monitoring": {**TOLD, "dead": True}},
        {"monitoring": [20, 11, 5, 1, 3]},
        {"monitoring": {}},
        {"": TOLD, "a b": TOLD, "x" * 65: TOLD, "<!channel>": TOLD, "monitoring\n": TOLD, 7: TOLD},
    ],
    ids=repr,
)
def test_p3_what_is_no_account_costs_itself_and_not_the_summary(garbage: Any) -> None:
    assert delivery_counts(OWN, garbage, _same) == (_count("monitoring", 9, 4, 2, 1, 2),)


def test_p4_a_name_that_this_node_does_not_know_is_redacted() -> None:
    def clean(text: str) -> str:
        return "[redacted]" if text == SECRET else f"seen-{text}"

    found = delivery_counts(OWN, {SECRET: TOLD, "monitoring": TOLD}, clean)
    assert [account.destination for account in found] == ["monitoring", "[redacted]"]
