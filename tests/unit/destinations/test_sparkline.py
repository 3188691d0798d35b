"""A row of blocks that shows how a share went."""

from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.sparkline import BLOCKS, GAP, WIDTH, sparkline

VALUES = st.lists(st.none() | st.floats(min_value=0, max_value=1), max_size=200)


def test_values_are_drawn_from_nothing_to_the_greatest() -> None:
    assert sparkline([0.0, 0.1, 0.2, 0.4]) == "▁▃▅█"


def test_nothing_is_drawn_flat() -> None:
    assert sparkline([0.0] * 4) == "▁▁▁▁"
    assert sparkline([]) == ""


def test_a_short_spike_among_many_values_stays_visible() -> None:
    assert sparkline([0.0] * 299 + [0.3] + [0.0] * 300).count("█") == 1


def test_a_little_is_not_drawn_as_nothing() -> None:
    assert sparkline([1e-9, 1.0]) == "▂█"


@given(VALUES)
def test_it_is_one_short_line_of_blocks(values: list[float | None]) -> None:
    drawn = sparkline(values)
    assert len(drawn) == min(len(values), WIDTH)
    assert set(drawn) <= {*BLOCKS, GAP}
