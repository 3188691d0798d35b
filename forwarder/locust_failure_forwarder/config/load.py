"""From a path to a validated configuration, or to every problem in it at once. Knows no destination by name."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ..errors import ConfigError, Problem
from .alert_rules import DEFAULT_RULES, AnyRule
from .base import ConfigModel
from .checks import check
from .interpolate import interpolate
from .messages import explain, with_meant_tags
from .models import Config
from .places import Finding, as_written, is_within, to_problem, value_at
from .source import Source, read_source
from .suggest import closest

C = TypeVar("C", bound=Config[Any])
M = TypeVar("M", bound=ConfigModel)


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


class _RulesFile(ConfigModel):
    alerts: tuple[AnyRule, ...] = DEFAULT_RULES


def load_rules(path: str | Path, env: Mapping[str, str]) -> tuple[AnyRule, ...]:
    """The alert rules in the YAML file at `path`: under `alerts`, whatever else it holds, or as a bare list.

    The default ones, `DEFAULT_RULES`, if it has none.

    Raises:
        ConfigError: they cannot be used; as `load_config`.
    """
    source = read_source(Path(path), str(path), "alerts")
    rules = source.data.get("alerts")
    findings = [finding for finding in source.findings if finding.path[:1] in ((), ("alerts",))]
    if "alerts" not in source.data and (misspelled := closest("alerts", source.data)):
        findings.append(Finding((misspelled,), "unknown key", "Did you mean `alerts`?", of_key=True))
    part = replace(
        source,
        data={} if rules is None else {"alerts": rules},
        findings=tuple(findings),
        broken=frozenset(key for key in source.broken if key[:1] == ("alerts",)),
    )
    config, problems = _validate(part, _RulesFile, env, Path(path).parent)
    if config is None or problems:
        raise ConfigError(str(path), problems)
    return config.alerts


def _validate(
    source: Source, model: type[M], env: Mapping[str, str], folder: Path
) -> tuple[M | None, tuple[Problem, ...]]:
    interpolated = interpolate(source.data, env, folder)
    broken = source.broken | interpolated.broken
    config, findings = None, list[Finding]()
    try:
        config = model.model_validate(interpolated.data)
    except ValidationError as error:
        findings = explain(error, model)
        if meant := with_meant_tags(error, model, interpolated.data):
            findings += _explained(meant, model)
    findings += check(interpolated.data, model)
    consequences_left_out = [finding for finding in findings if finding.of_key or not is_within(finding.path, broken)]
    told = [as_written(finding, value_at(source.data, finding.path)) for finding in consequences_left_out]
    found = [*source.findings, *interpolated.findings, *told]
    return config, _in_order_of_file(found, source)


def _explained(data: Mapping[str, object], model: type[ConfigModel]) -> list[Finding]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return explain(error, model)
    return []


def _in_order_of_file(findings: Iterable[Finding], source: Source) -> tuple[Problem, ...]:
    problems = dict.fromkeys(to_problem(finding, source.places) for finding in findings)
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
