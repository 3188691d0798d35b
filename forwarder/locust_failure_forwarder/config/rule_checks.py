"""What no single key of an alert rule can tell. No message repeats a value. Only asks if a file is there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError

from .alert_rules import AnyRule, FailureRatioRule, FailuresPerSecondRule, NewFailureRule, SlowRequestsRule, SpikeRule
from .places import Finding, KeyPath
from .suggest import did_you_mean, listing, sentences

_RULE: TypeAdapter[AnyRule] = TypeAdapter(AnyRule)
_ENDLESS = "An alert that resolves above its own limit would fire and resolve without end."


def check_rules(rules: list[object]) -> Iterator[Finding]:
    """All findings about the entries of `alerts`, as they were written."""
    names = [_name(written) for written in rules]
    for index, written in enumerate(rules):
        path: KeyPath = ("alerts", index)
        name = names[index]
        if name is not None and names.index(name) != index:
            message = f"another rule has this name: alerts[{names.index(name)}]"
            yield Finding((*path, "name"), message, "Names tell the alerts apart; choose another.")
        try:
            rule = _RULE.validate_python(written)
        except ValidationError:
            continue  # told by the models
        yield from _check_limits(rule, path)
        yield from _check_unless(rule, path, [name for name in names if name is not None])
        if isinstance(rule, NewFailureRule) and rule.hold:
            yield Finding((*path, "for"), "a failure is new only once, so nothing can hold", "Remove the key.")
        if isinstance(rule, NewFailureRule) and rule.baseline is not None and not Path(rule.baseline).exists():
            hint = "Give the log of an earlier run, or the folder of its logs; or remove the key."
            yield Finding((*path, "baseline"), "no such file or folder", hint)


def _name(written: object) -> str | None:
    name = cast("Mapping[str, object]", written).get("name") if isinstance(written, Mapping) else None
    return name if isinstance(name, str) else None


def _check_limits(rule: AnyRule, path: KeyPath) -> Iterator[Finding]:
    if isinstance(rule, FailureRatioRule) and rule.above >= 1:
        yield Finding((*path, "above"), "no share is above 100%, so this rule can never fire", "Choose a lower share.")
    if isinstance(rule, SpikeRule) and rule.at_least >= 1:
        yield Finding((*path, "at_least"), "only a test that fails altogether would fire", "Choose a lower share.")
    if isinstance(rule, SpikeRule) and rule.baseline < rule.over:
        yield Finding(
            (*path, "baseline"), "must not be shorter than `over`", "It is what the window is compared with: 5m, say."
        )
    if isinstance(rule, FailureRatioRule | FailuresPerSecondRule | SlowRequestsRule):
        if rule.resolve_below is None or rule.resolve_below <= rule.above:
            return
        default = "" if "above" in rule.model_fields_set else f", which is {_limit(rule)} by default"
        yield Finding((*path, "resolve_below"), f"must not be greater than `above`{default}", _ENDLESS)


def _limit(rule: FailureRatioRule | FailuresPerSecondRule | SlowRequestsRule) -> str:
    if isinstance(rule, FailureRatioRule):
        return f"{rule.above:.0%}"
    return f"{rule.above:g}s" if isinstance(rule, SlowRequestsRule) else f"{rule.above:g}"


def _check_unless(rule: AnyRule, path: KeyPath, names: list[str]) -> Iterator[Finding]:
    for place, other in enumerate(rule.unless):
        if other == rule.name:
            yield Finding((*path, "unless", place), "this is the rule itself", "Name another rule, or none.")
        elif other not in names:
            hint = sentences(did_you_mean(other, names), f"Rules here: {listing(names)}.")
            yield Finding((*path, "unless", place), "there is no such rule", hint)
