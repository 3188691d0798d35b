"""Errors of a window: Locust's table as groups, and what they had counted before."""

from itertools import pairwise

import pytest
from locust_failure_forwarder.pipeline.recent_errors import MOST_COUNTS, MOST_ROWS, ErrorTable, RecentErrors
from locust_failure_schemas import ErrorCount


def _row(message: str, count: int, method: str = "GET") -> ErrorCount:
    return ErrorCount(method=method, name="/", message=message, count=count)


def _top(table: ErrorTable) -> list[tuple[str, str, int]]:
    return [(error.method, error.message, error.count) for error in table.groups.top(5)]


def test_rows_that_differ_in_ids_alone_are_one_group() -> None:
    table = ErrorTable()
    rows = [("order 17 is gone", 2, "GET"), ("out of stock", 3, "GET"), ("order 4711 is gone", 2, "GET")]
    table.take([_row(*row) for row in rows])
    table.take([_row("order 1 is gone", 1, "POST")])
    assert _top(table) == [("GET", "order 17 is gone", 4), ("GET", "out of stock", 3), ("POST", "order 1 is gone", 1)]


def test_a_row_that_comes_again_counts_what_it_has_grown_by() -> None:
    table = ErrorTable()
    for count in (2, 2, 5):
        table.take([_row("refused", count)])
    assert _top(table) == [("GET", "refused", 5)]


def test_a_row_with_less_than_before_began_anew() -> None:
    table = ErrorTable()
    for count in (5, 1, 2):
        table.take([_row("refused", count)])
    assert _top(table) == [("GET", "refused", 7)]


def test_a_table_that_never_ends_fills_no_memory() -> None:
    table = ErrorTable()
    table.take(_row("a" * (n % 50 + 1) + " row", 1, f"M{n}") for n in range(MOST_ROWS + 100))
    table.take([_row("a row", 3, "M0")])
    assert table.groups.top(1)[0].count == 3, "what is known is counted on"


def test_what_was_counted_at_a_moment_is_what_was_noted_last() -> None:
    recent = RecentErrors(100)
    recent.note(10, {"a": 1})
    recent.note(11, {"a": 4})
    moments = (float("-inf"), 9.5, 10, 10.9, 11, 99)
    assert [recent.before(at) for at in moments] == [{}, {}, {"a": 1}, {"a": 1}, {"a": 4}, {"a": 4}]


def test_what_was_before_this_process_is_not_known() -> None:
    recent = RecentErrors(100, from_start=False)
    assert recent.before(5) is None
    recent.note(10, {"a": 1})
    assert recent.before(float("-inf")) is recent.before(9) is None
    assert recent.before(10) == {"a": 1}


def test_a_clock_that_is_set_back_leaves_nothing_to_compare_with() -> None:
    recent = RecentErrors(100)
    recent.note(10, {"a": 1})
    recent.note(5, {"a": 2})
    assert recent.before(4) is None
    assert recent.before(6) == {"a": 2}


def test_the_longest_window_is_covered_and_no_more_is_kept() -> None:
    recent = RecentErrors(30)
    for second in range(1, 200):
        recent.note(second, {"a": second})
    assert recent.before(199 - 30) == {"a": 169}
    assert recent.before(199 - 32) is None


@pytest.mark.parametrize("changes", [True, False])
def test_many_groups_shorten_the_memory_only_if_they_change(changes: bool) -> None:
    recent = RecentErrors(1000)
    groups = MOST_COUNTS // 10
    for second in range(1, 31):
        recent.note(second, {str(n): second if changes else 1 for n in range(groups)})
    known = [recent.before(second) is not None for second in range(31)]
    assert sum(known) == (10 if changes else 31)
    assert all(before <= after for before, after in pairwise(known)), "the newest are kept"
