"""A row of block characters that shows how a share went. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

BLOCKS: Final = "▁▂▃▄▅▆▇█"
GAP: Final = "·"
"""Where there was nothing to measure."""
WIDTH: Final = 30
"""Characters at most: one line on a phone."""


def sparkline(values: Sequence[float | None], width: int = WIDTH) -> str:
    """One block for each value, oldest first, drawn from nothing to the greatest.

    Where there are more values than `width`, each block is the greatest of its share of them: a short spike stays
    visible. Only a value of zero or less is the lowest block. Empty for no values.
    """
    count = min(width, len(values))
    edges = [index * len(values) // count for index in range(count + 1)] if count else [0]
    parts = [[value for value in values[start:end] if value is not None] for start, end in pairwise(edges)]
    peaks = [max(part, default=None) for part in parts]
    top = max((peak for peak in peaks if peak is not None), default=0.0)
    return "".join([GAP if peak is None else BLOCKS[_level(peak, top)] for peak in peaks])


def _level(value: float, top: float) -> int:
    if value <= 0 or top <= 0:
        return 0
    return max(1, round(value / top * (len(BLOCKS) - 1)))
