"""Whether a forwarder process that died is started again, and when."""

import pytest
from locust_failure_forwarder.plugin.restarts import IN_A_ROW, IN_ALL, Restarts


def test_restarts_in_a_row_come_later_and_later_and_have_an_end() -> None:
    restarts = Restarts()
    delays = [restarts.next_delay(progressed=False) for _ in range(IN_A_ROW + 2)]
    assert delays == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, None, None])


def test_progress_begins_the_row_anew() -> None:
    restarts = Restarts()
    for _ in range(IN_A_ROW):
        restarts.next_delay(progressed=False)
    assert restarts.next_delay(progressed=True) == pytest.approx(0.1)
    assert restarts.next_delay(progressed=False) == pytest.approx(0.2)


def test_even_with_progress_there_is_an_end() -> None:
    restarts = Restarts()
    assert all(restarts.next_delay(progressed=True) for _ in range(IN_ALL))
    assert restarts.next_delay(progressed=True) is None


def test_the_first_death_counts_from_nothing() -> None:
    assert Restarts().next_delay(progressed=True) == Restarts().next_delay(progressed=False) == pytest.approx(0.1)
