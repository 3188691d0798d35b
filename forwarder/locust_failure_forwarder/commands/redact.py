"""`failure-forwarder redact`: FailureRecord lines in, redacted lines out. What it prints is what would leave."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from locust_failure_schemas import FailureRecord
from pydantic import ValidationError

from ..config.models import RedactionConfig
from ..destinations import load_settings
from ..redaction import Redactor, remarks

_FREE_MAPS: Final = frozenset({"headers", "labels", "context", "redactions"})
"""Fields whose keys are data, and may be secret."""
_OWN_WORDS: Final = {
    "json_invalid": "not JSON",
    "uuid_parsing": "Input should be a valid UUID",
    "extra_forbidden": "holds a key that a FailureRecord does not have",
}
"""Instead of pydantic's texts, which quote the input or are about its code."""


def redact_lines(source: BinaryIO, target: BinaryIO, config: Path | None, env: Mapping[str, str]) -> int:
    """Redact every line; 1 if a line was no FailureRecord (it is named on stderr, never repeated).

    Raises:
        ConfigError: the configuration cannot be used.
    """
    redaction = load_settings(config, env).redaction if config else RedactionConfig()
    for remark in remarks(redaction):
        sys.stderr.write(f"warning: {remark}\n")
    redactor = Redactor(redaction)
    bad = 0
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            record = FailureRecord.model_validate_json(line)
        except ValidationError as error:
            bad += 1
            sys.stderr.write(f"line {number} is no FailureRecord: {_problem(error)}\n")
            continue
        target.write(redactor.redact(record).model_dump_json().encode() + b"\n")
    target.flush()
    return 1 if bad else 0


def _problem(error: ValidationError) -> str:
    """Where and why, for the first thing wrong, without anything from the line but names of our own fields."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    kind, location = problem["type"], problem["loc"]
    if kind == "extra_forbidden":
        location = location[:-1]
    shown: list[str] = []
    for part in location:
        shown.append(str(part))
        if part in _FREE_MAPS:
            break
    reason = _OWN_WORDS.get(kind, problem["msg"])
    return f"{'.'.join(shown)}: {reason}" if shown else reason
