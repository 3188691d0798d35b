"""The rule `new_failure`: a failure that the run, and an earlier run if one is named, had not shown before. Pure."""

from collections.abc import Collection, Mapping

from ..config.alert_rules import NewFailureRule
from .episodes import Standing
from .findings import Finding, Subject
from .history import History
from .samples import NewFailure


def new_failures(
    rule: NewFailureRule,
    history: History,
    fresh: Collection[NewFailure],
    standings: Mapping[Subject, Standing],
    left: int,
) -> list[Finding]:
    """One finding for each new failure, at most `left` of them, and one for each that the alert still speaks of."""
    window = history.window(rule.over)
    findings: list[Finding] = []
    told = list(fresh)[:left]
    for failure in told:
        subject = Subject(failure.method, failure.name, failure.message)
        counts = window.counts((failure.method, failure.name))
        findings.append(
            Finding(subject, 1.0, 0.0, counts.requests, counts.failures, rule.over, breached=True, below=False)
        )
    new = {finding.subject for finding in findings}
    for subject in standings:
        if subject not in new:
            counts = window.counts((subject.method, subject.name))
            findings.append(
                Finding(subject, 1.0, 0.0, counts.requests, counts.failures, rule.over, breached=False, below=not new)
            )
    return findings
