"""The exam of a seed: its cases, all of them fair. The same seed gives the same exam on every machine."""

from collections.abc import Iterator

from .benign_cases import benign_case
from .draw import Draw
from .examinee import Examinee, Untouched
from .model import Case
from .scan import find_piece, readings
from .secret_cases import secret_case

_TRIES = 40


def secret_exam(seed: str, number: int) -> Iterator[Case]:
    """`number` cases with a secret each."""
    blank = Examinee(Untouched())
    for index in range(number):
        yield _fair(seed, index, blank)


def benign_exam(seed: str, number: int) -> Iterator[Case]:
    """`number` cases without one."""
    for index in range(number):
        yield benign_case(Draw(f"{seed}/benign/{index}"), index)


def _fair(seed: str, index: int, blank: Examinee) -> Case:
    """A case whose secret can be found in the record if nothing is masked, and in nothing else of it.

    A cut may leave too little of a secret, an encoding too little of its cores.
    """
    for attempt in range(_TRIES):
        case = secret_case(Draw(f"{seed}/{index}/{attempt}"), index)
        if find_piece(case.cores, case.keep) is None and find_piece(case.cores, readings(blank.leaves(case))):
            return case
    raise AssertionError(f"no fair case of place {index} with seed {seed}")
