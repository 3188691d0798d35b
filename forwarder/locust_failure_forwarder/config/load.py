"""From a path to a validated configuration, or to every problem in it at once. Knows no destination by name."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ..errors import ConfigError, Problem
from .checks import check
from .interpolate import interpolate
from .messages import explain
from .models import Config
from .places import Finding, is_within, to_problem
from .source import Source, read_source

C = TypeVar("C", bound=Config[Any])


def load_config(path: str | Path, model: type[C], env: Mapping[str, str]) -> C:
    """The configuration in the YAML file at `path`, with `${NAME}` taken from `env`.

    Raises:
        ConfigError: it cannot be used. Carries all that is wrong, in the order of the file, and no value from the file,
            the environment or a secret's file; nor do the exceptions it came from.
    """
    source = read_source(Path(path), str(path))
    config, problems = _validate(source, model, env, Path(path).parent)
    # raised here and not where pydantic's error is caught: that error quotes values and would be chained to this one
    if config is None or problems:
        raise ConfigError(str(path), problems)
    return config


def _validate(
    source: Source, model: type[C], env: Mapping[str, str], folder: Path
) -> tuple[C | None, tuple[Problem, ...]]:
    interpolated = interpolate(source.data, env, folder)
    broken = source.broken | interpolated.broken
    config, findings = None, list[Finding]()
    try:
        config = model.model_validate(interpolated.data)
    except ValidationError as error:
        findings = explain(error, model)
    findings += check(interpolated.data, model)
    consequences_left_out = [finding for finding in findings if finding.of_key or not is_within(finding.path, broken)]
    found = [*source.findings, *interpolated.findings, *consequences_left_out]
    return config, _in_order_of_file(found, source)


def _in_order_of_file(findings: Iterable[Finding], source: Source) -> tuple[Problem, ...]:
    problems = dict.fromkeys(to_problem(finding, source.places) for finding in findings)
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
