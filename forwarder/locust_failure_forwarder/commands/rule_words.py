"""An alert rule, and what it found, in a line. Pure."""

from typing import assert_never

from ..alerts.findings import Finding
from ..config.alert_rules import (
    AnyRule,
    FailureRatioRule,
    FailuresPerSecondRule,
    NewFailureRule,
    NoRequestsRule,
    SlowRequestsRule,
    SpikeRule,
)
from ..destinations.words import duration


def rule_in_words(rule: AnyRule) -> str:
    """When it fires, in the test or at an endpoint."""
    match rule:
        case FailureRatioRule():
            chance = ", beyond chance," if rule.false_alarm_every is not None else ""
            condition = f"more than {_share(rule.above)} of at least {rule.min_requests} requests failed{chance}"
        case FailuresPerSecondRule():
            condition = f"more than {rule.above:g} failures a second"
        case SpikeRule():
            condition = f"{rule.factor:g} times the usual share of failures, and {_share(rule.at_least)} at least,"
        case NewFailureRule():
            baseline = f", nor in {rule.baseline}" if rule.baseline else ""
            return f"a failure that was not seen before in the run{baseline}; at most {rule.at_most} in a run"
        case NoRequestsRule():
            condition = "no request ended, although users are running,"
        case SlowRequestsRule():
            condition = f"p{rule.percentile:g} of the response times above {duration(rule.above)}"
        case _:
            assert_never(rule)
    held = f", for {duration(rule.hold)}" if rule.hold else ""
    unless = f"; not while {' or '.join(rule.unless)} fires" if rule.unless else ""
    return f"{condition} within {duration(rule.over)}{held}{unless}"


def finding_in_words(rule: AnyRule, finding: Finding) -> str:
    """What was measured against what."""
    value, limit = finding.value, finding.limit
    match rule:
        case FailureRatioRule():
            return f"{_share(value)} of {finding.requests} requests failed (limit {_share(limit)})"
        case SpikeRule():
            before = "none before" if finding.before is None else f"{_share(finding.before)} before"
            return f"{_share(value)} of {finding.requests} requests failed ({before}, limit {_share(limit)})"
        case FailuresPerSecondRule():
            return f"{value:.3g} failures a second (limit {limit:g})"
        case NewFailureRule():
            subject = finding.subject
            return f"new: {subject.method} {subject.name}: {subject.detail[:200]}"
        case NoRequestsRule():
            return f"{value:.3g} requests a second ({finding.before or 0:.3g} before)"
        case SlowRequestsRule():
            return (
                f"p{rule.percentile:g} {value / 1000:.3g} s of {finding.requests} requests (limit {limit / 1000:g} s)"
            )
        case _:
            assert_never(rule)


def _share(ratio: float) -> str:
    return f"{ratio * 100:.3g}%"
