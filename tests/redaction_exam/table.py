"""The report of an exam as text: the figures beside their goals, then each category with the worst on top."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from .model import Case
from .score import Figures, Mark, figures

_SECRET_DIMENSIONS: Final[tuple[tuple[str, Callable[[Case], Iterable[str]]], ...]] = (
    ("place", lambda case: [case.place]),
    ("kind", lambda case: [case.kind]),
    ("encoding", lambda case: case.encoding.split(" + ")),
    ("depth", lambda case: [str(case.depth)]),
    ("cut", lambda case: [case.cut]),
    ("slot", lambda case: [case.slot]),
    ("language", lambda case: [case.language]),
)
GOALS: Final = {"mark": 97.0, "recall": 97.0, "recall, hard": 93.0, "over-redaction": 0.5, "context lost": 0.5}
AT_MOST: Final = frozenset({"over-redaction", "context lost"})


def headline(marks: Sequence[Mark]) -> dict[str, float]:
    """The five figures that have goals, in percent."""
    every = figures(marks)
    hard = figures(mark for mark in marks if mark.case.cores and mark.case.hard)
    return {
        "mark": every.mark,
        "recall": every.recall,
        "recall, hard": hard.recall,
        "over-redaction": every.over_redaction,
        "context lost": every.context_lost,
    }


def report(marks: Sequence[Mark], *, examples: int = 1, rows: int = 12) -> str:
    """All of it; `examples` of what went wrong for each of the worst `rows` rows of a category."""
    every = figures(marks)
    lines = [f"{every.secrets} cases with a secret, {every.benign} without", ""]
    for name, value in headline(marks).items():
        lines.append(f"  {name:<16}{value:7.2f} %   goal {'<=' if name in AT_MOST else '>='} {GOALS[name]}")
    secret = [mark for mark in marks if mark.case.cores]
    for title, of in _SECRET_DIMENSIONS:
        lines += ["", f"{title:<26}{'cases':>6}{'recall':>9}{'lost':>8}"]
        for name, group in _worst_first(secret, of)[:rows]:
            found = figures(group)
            lines.append(f"  {name:<24}{found.secrets:>6}{found.recall:>8.1f}%{found.context_lost:>7.1f}%")
    benign = [mark for mark in marks if not mark.case.cores]
    for title, of in (*_SECRET_DIMENSIONS[:3], _SECRET_DIMENSIONS[5]):
        lines += ["", f"benign by {title:<16}{'cases':>6}{'damaged':>9}"]
        for name, group in _worst_first(benign, of)[:rows]:
            lines.append(f"  {name:<24}{len(group):>6}{figures(group).over_redaction:>8.1f}%")
    if examples:
        lines += ["", "examples, the worst places first"]
        for _, group in (
            *_worst_first(secret, _SECRET_DIMENSIONS[0][1]),
            *_worst_first(benign, _SECRET_DIMENSIONS[0][1]),
        ):
            lines += [example(mark) for mark in group if not mark.exact or mark.damaged][:examples]
    return "\n".join(lines)


def example(mark: Mark) -> str:
    """What went wrong with one case, in two lines."""
    case = mark.case
    what = f"leaked {mark.leaked!r}" if mark.leaked else f"lost {mark.lost}" if mark.lost else "damaged"
    kind = "secret" if case.cores else "benign"
    head = (
        f"  [{kind} {case.number}] {case.place} / {case.kind} / {case.slot} / {case.encoding} / cut {case.cut}: {what}"
    )
    given = {
        **case.changes,
        **({"traceback": case.traceback} if case.traceback else {}),
        **({"labels": case.labels} if case.labels else {}),
    }
    return f"{head}\n      {str(given)[:600]}"


def _worst_first(marks: Iterable[Mark], of: Callable[[Case], Iterable[str]]) -> list[tuple[str, list[Mark]]]:
    groups: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        for name in of(mark.case):
            groups[name].append(mark)

    def badness(item: tuple[str, list[Mark]]) -> tuple[float, float, str]:
        found: Figures = figures(item[1])
        return (found.recall - found.over_redaction, -found.context_lost, item[0])

    return sorted(groups.items(), key=badness)
