"""Failures that are the same, counted together within a bound."""

from locust_failure_forwarder.pipeline.fingerprint import fingerprint
from locust_failure_forwarder.pipeline.groups import MAX_GROUPS, Groups
from locust_failure_schemas import ErrorCount


def test_the_most_frequent_groups_come_first_each_with_its_first_message() -> None:
    groups = Groups()
    for number in range(3):
        groups.add("b", "GET", "/orders", f"order {number} is gone")
    groups.add("a", "POST", "/checkout", "out of stock")
    assert groups.top(5) == (
        ErrorCount(method="GET", name="/orders", message="order 0 is gone", count=3),
        ErrorCount(method="POST", name="/checkout", message="out of stock", count=1),
    )
    assert [error.message for error in groups.top(1)] == ["order 0 is gone"]
    assert Groups().top(5) == ()


def test_a_service_that_words_every_failure_anew_does_not_fill_the_memory() -> None:
    groups = Groups()
    for number in range(MAX_GROUPS + 10):
        groups.add(str(number), "GET", "/", "x" * 10_000)
    groups.add("0", "GET", "/", "x")
    kept = groups.top(MAX_GROUPS * 2)
    assert len(kept) == MAX_GROUPS
    assert kept[0].count == 2, "groups that are known are still counted"
    assert all(len(error.message) == 500 for error in kept)


def test_of_a_window_only_what_has_come_since_counts() -> None:
    groups = Groups()
    groups.add("old", "GET", "/", "old", count=9)
    before = groups.counts()
    assert before == {"old": 9}
    groups.add("old", "GET", "/", "old")
    groups.add("new", "GET", "/", "new", count=3)
    assert [(error.message, error.count) for error in groups.top(5, before)] == [("new", 3), ("old", 1)]
    assert groups.top(5, groups.counts()) == ()


def test_a_group_of_several_endpoints_names_none_of_them() -> None:
    groups = Groups()
    for number in range(3):
        name = f"/orders/{number}"
        groups.add(fingerprint("GET", name, "server_error 503", "busy"), "GET", name, "busy")
    groups.add(fingerprint("GET", "/stock", "server_error 503", "busy"), "GET", "/stock", "busy")
    assert [(error.name, error.count) for error in groups.top(5)] == [("/orders/<id>", 3), ("/stock", 1)]
