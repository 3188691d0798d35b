"""Results as a table, and as ratios to the first of them. Pure; ratios only among those that lost nothing."""

from collections.abc import Sequence
from typing import Final

from .contenders import Result

_MIB: Final = 1024 * 1024


def rows(results: Sequence[Result]) -> list[str]:
    """One line a contender, with what was lost."""
    costs = f"{'us/arrived':>11}{'us/sent':>9}{'peak MiB':>9}{'bytes':>6}"
    lines = [f"{'':<42}{'records/s':>10}{costs}{'arrived of sent':>18}{'lost':>7}"]
    lines += [
        f"{each.name:<42}{each.rate:>10,.0f}{each.cpu_each:>11,.0f}{each.cpu_sent:>9,.0f}{each.memory / _MIB:>9.0f}"
        f"{each.wire / max(1, each.arrived):>6.0f}{f'{each.arrived:,} of {each.sent:,}':>18}"
        f"{1 - each.arrived / each.sent:>7.1%}"
        for each in results
    ]
    return lines


def ratios(results: Sequence[Result]) -> list[str]:
    """Each that lost nothing against the first: how many times its records a second, its CPU for a record, its memory.

    One that lost records has spent most of its CPU on what did not arrive: a ratio would say how much was offered.
    """
    base = results[0]
    lines = [f"{'times the first line':<42}{'records/s':>10}{'CPU us':>8}{'peak MiB':>10}"]
    lines += [
        f"{each.name:<42}{each.rate / base.rate:>10.2f}{each.cpu_each / base.cpu_each:>8.2f}"
        f"{each.memory / base.memory:>10.2f}"
        for each in results
        if each.arrived == each.sent
    ]
    return lines
