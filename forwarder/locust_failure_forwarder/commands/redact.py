"""`failure-forwarder redact`: FailureRecord lines in, redacted lines out. What it prints is what would leave."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from locust_failure_schemas import FailureRecord
from pydantic import ValidationError

from ..config.models import RedactionConfig
from ..destinations import load_settings
from ..redaction import Redactor


def redact_lines(source: BinaryIO, target: BinaryIO, config: Path | None, env: Mapping[str, str]) -> int:
    """Redact every line; 1 if a line was no FailureRecord (it is named on stderr, never repeated).

    Raises:
        ConfigError: the configuration cannot be used.
    """
    redactor = Redactor(load_settings(config, env).redaction if config else RedactionConfig())
    bad = 0
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            record = FailureRecord.model_validate_json(line)
        except ValidationError as error:
            bad += 1
            problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, problem["loc"])) or "line"
            sys.stderr.write(f"line {number}: no FailureRecord: {where}: {problem['msg']}\n")
            continue
        target.write(redactor.redact(record).model_dump_json().encode() + b"\n")
    target.flush()
    return 1 if bad else 0
