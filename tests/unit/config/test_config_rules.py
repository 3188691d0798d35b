"""Every problem of an alert rule with its line, its key, what was expected and a suggestion (P9)."""

from pathlib import Path

import pytest
from locust_failure_forwarder.config.alert_rules import FailureRatioRule, NewFailureRule
from locust_failure_forwarder.config.load import load_rules
from locust_failure_forwarder.errors import ConfigError
from support.config_cases import VALID, load, only_problem, problems


@pytest.mark.parametrize(
    ("rule", "key", "message", "hint"),
    [
        ("{name: a, when: spiek}", "when", "expected one of: failure_ratio, failures_per", "Did you mean `spike`?"),
        ("{name: a, when: spike, factr: 3}", "factr", "unknown key", "Did you mean `factor`?"),
        ("{name: a, when: spike, above: 3}", "above", "unknown key", "Allowed here: name, severity"),
        ("{name: a, when: spike, factor: 1}", "factor", "must be at least 1.1", ""),
        ("{name: a, when: spike, baseline: 5s}", "baseline", "must not be shorter than `over`", "5m"),
        ("{name: a, when: slow_requests, percentile: 100}", "percentile", "must be less than 100", ""),
        ("{name: a, when: slow_requests, percentile: 0.95}", "percentile", "such as 95 or 99.9, not a share of 1", ""),
        ("{name: a, when: slow_requests, percentile: 0}", "percentile", "expected a percentile such as 95", ""),
        ("{name: a, when: slow_requests, percentile: median}", "percentile", "expected a percentile such as 95", ""),
        ("{name: a, when: slow_requests, resolve_below: 3s}", "resolve_below", "which is 2s by default", "without end"),
        ("{name: a, when: failures_per_second, above: 0}", "above", "must be greater than 0", ""),
        ("{name: a, per: endpiont}", "per", "expected one of: test, endpoint", "Did you mean `endpoint`?"),
        ("{name: a, for: soon}", "for", "expected a duration such as", ""),
        ("{name: a, fro: 5s}", "fro", "unknown key", "Did you mean `for`?"),
        ("{name: a, max_per_hour: 1}", "max_per_hour", "must be at least 2", ""),
        ("{name: a, severity: bad}", "severity", "expected one of: info, warning, critical", ""),
        ("{name: a, unless: [a]}", "unless[0]", "this is the rule itself", ""),
        ("{name: a, unless: [other]}", "unless[0]", "there is no such rule", "Rules here: a"),
        ("{name: a, when: new_failure, baseline: nowhere.db}", "baseline", "no such file or folder", "earlier run"),
        ("{name: a, when: new_failure, for: 5s}", "for", "a failure is new only once", "Remove"),
        ("{when: spike}", "name", "required key is missing", "Unique name"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_told_with_its_place_p9(tmp_path: Path, rule: str, key: str, message: str, hint: str) -> None:
    problem = only_problem(tmp_path, VALID + f"alerts:\n  - {rule}\n")
    assert problem.key == f"alerts[0].{key}"
    assert problem.line == 7
    assert message in problem.message
    assert hint in problem.hint


def test_all_problems_of_all_rules_come_together_p9(tmp_path: Path) -> None:
    found = problems(tmp_path, VALID + "alerts:\n  - {name: a, when: spike, over: x}\n  - {name: a, above: 200%}\n")
    assert [(problem.key, problem.line) for problem in found] == [
        ("alerts[0].over", 7),
        ("alerts[1].name", 8),
        ("alerts[1].above", 8),
    ]


def test_a_rule_without_when_is_a_failure_ratio(tmp_path: Path) -> None:
    (rule,) = load(tmp_path, VALID + "alerts: [{name: a, for: 5s, labels: {v: 1.10}}]\n").rules
    assert isinstance(rule, FailureRatioRule)
    assert (rule.hold, rule.labels) == (5.0, {"v": "1.10"})


def test_what_else_is_wrong_with_a_rule_whose_kind_is_misspelled_is_told_too_p9(tmp_path: Path) -> None:
    found = problems(tmp_path, VALID + "alerts:\n  - {name: a, when: spiek, factor: 1, basline: 5m}\n")
    assert [(problem.key, problem.line) for problem in found] == [
        ("alerts[0].when", 7),
        ("alerts[0].factor", 7),
        ("alerts[0].basline", 7),
    ]


@pytest.mark.parametrize("written", ["95", "p95", "P95", "95%", "'95.0'"])
def test_a_percentile_may_be_written_as_it_is_spoken_of(tmp_path: Path, written: str) -> None:
    (rule,) = load(tmp_path, VALID + f"alerts: [{{name: a, when: slow_requests, percentile: {written}}}]\n").rules
    assert rule.percentile == 95.0


def test_rules_are_read_from_a_file_of_their_own_and_from_a_configuration_whose_secrets_are_not_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("alerts: [{name: news, when: new_failure}]\n")
    (rule,) = load_rules(path, {})
    assert isinstance(rule, NewFailureRule)
    path.write_text(VALID + "    token: ${NOT_THERE}\nalerts: [{name: a}]\n")
    assert [rule.name for rule in load_rules(path, {})] == ["a"]
    path.write_text(VALID)
    assert [rule.name for rule in load_rules(path, {})] == ["failure-spike", "failure-rise", "no-requests"]
    path.write_text("alerts:\n  - {name: a, abov: 3%}\n")
    with pytest.raises(ConfigError) as caught:
        load_rules(path, {})
    assert "rules.yaml:2:15: alerts[0].abov: unknown key" in str(caught.value)
