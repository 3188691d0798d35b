"""An exam for the redactor, drawn from a seed: prints the report, and fails below the thresholds.

    make redaction-exam SEED=7          (or: PYTHONPATH=tests python -m redaction_exam.run --seed 7 --examples 3)

Each seed is a new exam. What it finds is fixed by a rule, never by naming the case.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from redaction_exam.exam import benign_exam, secret_exam
from redaction_exam.examinee import Examinee, Untouched, changed, parts
from redaction_exam.score import Examiner, Mark
from redaction_exam.table import AT_MOST, GOALS, example, headline, report


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    started = time.monotonic()
    examiner = Examiner(Examinee(Redactor(RedactionConfig())))
    marks = [examiner.mark(case) for case in secret_exam(options.seed, options.secrets)]
    marks += [examiner.mark(case) for case in benign_exam(options.seed, options.benign)]
    wrong = [mark for mark in marks if not mark.exact or mark.damaged]
    if options.only:
        blank = Examinee(Untouched())
        for mark in wrong:
            if _matches(mark, options.only):
                lines = changed(parts(blank.leaves(mark.case)), parts(mark.output))
                _print("\n   -> ".join([example(mark), *(lines or ["nothing was changed"])]))
        return 0
    _print(f"seed {options.seed}: " + report(marks, examples=options.examples, rows=options.rows))
    _print(f"\n{time.monotonic() - started:.0f} s; --only 'secret 17' or --only 'form' shows cases with what came out")
    missed = [name for name, value in headline(marks).items() if not _reached(name, value, options)]
    if missed:
        _print(f"below the threshold: {', '.join(missed)}")
    return 1 if missed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="redaction-exam", description="An exam for the redactor, drawn from a seed.")
    parser.add_argument("--seed", default="1", help="any text; each is a new exam")
    parser.add_argument("--secrets", type=int, default=2000, help="cases with a secret")
    parser.add_argument("--benign", type=int, default=2000, help="cases without one")
    parser.add_argument("--examples", type=int, default=1, help="failures shown for each place")
    parser.add_argument("--rows", type=int, default=60, help="rows of each table")
    parser.add_argument(
        "--only", help="show failures of this place, kind, encoding, slot, cut or number, with what came out"
    )
    for name, goal in GOALS.items():
        parser.add_argument(_option(name), type=float, default=goal, metavar="PERCENT", help=f"threshold; goal {goal}")
    return parser.parse_args(arguments)


def _option(name: str) -> str:
    return "--" + ("max-" if name in AT_MOST else "min-") + name.replace(", ", "-").replace(" ", "-")


def _reached(name: str, value: float, options: argparse.Namespace) -> bool:
    threshold: float = getattr(options, _option(name)[2:].replace("-", "_"))
    return value <= threshold if name in AT_MOST else value >= threshold


def _matches(mark: Mark, only: str) -> bool:
    case = mark.case
    kind = "secret" if case.cores else "benign"
    return only in {
        f"{kind} {case.number}",
        case.place,
        case.kind,
        case.slot,
        case.cut,
        kind,
        *case.encoding.split(" + "),
    }


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
