"""P8: the rule `spike` alerts on what chance does not explain, and is silent on what it does."""

import random
from math import exp, log

import pytest
from locust_failure_forwarder.alerts.proportions import Baseline, dispersion, log_tail
from locust_failure_forwarder.config.alert_rules import DEFAULT_RULES, SpikeRule
from support.ratio_samples import BEGIN, seconds, told


def rule(**changes: object) -> SpikeRule:
    return SpikeRule.model_validate({"name": "rise", "when": "spike", "repeat": 0, **changes})


def drawn(pace: int, share: float, length: int, seed: int = 1) -> list[tuple[int, int]]:
    draw = random.Random(seed)
    return [(pace, sum(draw.random() < share for _ in range(pace))) for _ in range(length)]


def test_a_usual_3_percent_that_becomes_9_alerts_within_seconds_and_resolves() -> None:
    samples = seconds(*drawn(100, 0.03, 300), *drawn(100, 0.09, 60, 2), *drawn(100, 0.03, 120, 3))
    firing, resolved = told([rule()], samples, end=BEGIN + 481)
    assert BEGIN + 301 <= firing.at <= BEGIN + 312
    assert firing.finding.before == pytest.approx(0.03, abs=0.006)
    assert (resolved.state, resolved.resolution) == ("resolved", "recovered")
    assert resolved.at <= BEGIN + 360 + 60


def test_a_usual_3_percent_that_stays_says_nothing() -> None:
    for pace in (3, 30, 300):
        assert told([rule()], seconds(*drawn(pace, 0.03, 900, pace))) == []


def test_the_first_failure_of_ten_requests_says_nothing_after_none_for_long() -> None:
    assert told([rule()], seconds(*[(1, 0)] * 600, (1, 1), *[(1, 0)] * 60)) == []
    assert told([rule()], seconds(*[(1000, 0)] * 600, (10, 1), *[(0, 0)] * 60)) == []


def test_no_failures_that_become_many_alert_in_the_first_second() -> None:
    notices = told([rule()], seconds(*[(50, 0)] * 60, (50, 40)))
    assert [(notice.state, notice.at) for notice in notices] == [("firing", BEGIN + 61)]


def test_little_traffic_needs_the_longer_windows() -> None:
    samples = seconds(*drawn(10, 0.03, 600), *drawn(10, 0.09, 120, 5))
    firing = told([rule()], samples)[0]
    assert firing.finding.window > rule().over
    assert firing.at > BEGIN + 600


def test_without_a_baseline_it_is_silent() -> None:
    assert told([rule()], seconds(*[(50, 40)] * 60)) == []


def test_the_spike_does_not_become_what_is_usual_while_it_lasts() -> None:
    notices = told([rule(baseline="1m")], seconds(*[(50, 0)] * 120, *[(50, 10)] * 900))
    assert [notice.state for notice in notices] == ["firing"]


def test_a_long_window_still_full_of_what_is_over_fires_nothing() -> None:
    notices = told([rule(resolve_after=0)], seconds(*[(50, 0)] * 120, *[(50, 30)] * 30, *[(50, 0)] * 300))
    assert [notice.state for notice in notices] == ["firing", "resolved"]


def test_failures_that_always_come_in_clumps_are_usual() -> None:
    """The first of them may be told; it is a change as far as anybody knows by then."""
    for seed in range(5):
        draw = random.Random(seed)
        clumped = [(50, 10 if draw.random() < 0.05 else 0) for _ in range(3600)]
        notices = told([rule()], seconds(*clumped))
        assert [notice for notice in notices if notice.state == "firing" and notice.at > BEGIN + 300] == []


def test_defaults_tell_an_outage_once() -> None:
    samples = seconds(*[(50, 0)] * 60, *[(50, 40)] * 30, *[(50, 0)] * 120)
    notices = told(list(DEFAULT_RULES), samples, end=BEGIN + 211)
    assert [(notice.rule.name, notice.state) for notice in notices] == [
        ("failure-rise", "firing"),
        ("failure-rise", "resolved"),
    ]


def test_the_tail_is_that_of_the_binomial_where_the_share_is_known() -> None:
    # P(X >= 2) for n = 3, p = 1/2 is 4/8
    assert exp(log_tail(2, 3, Baseline(10**9, 10**9 // 2))) == pytest.approx(0.5, rel=1e-5)
    # all of ten at p = 1/10
    assert log_tail(10, 10, Baseline(10**9, 10**8)) == pytest.approx(10 * log(0.1), rel=1e-5)


def test_the_tail_is_that_of_the_beta_binomial_summed_up() -> None:
    from math import lgamma

    def pmf(k: int, n: int, a: float, b: float) -> float:
        def beta(x: float, y: float) -> float:
            return lgamma(x) + lgamma(y) - lgamma(x + y)

        choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        return exp(choose + beta(k + a, n - k + b) - beta(a, b))

    for k, n, failures, requests in ((5, 10, 0, 100), (9, 100, 3, 100), (50, 500, 10, 1000)):
        whole = sum(pmf(j, n, failures + 0.5, requests - failures + 0.5) for j in range(k, n + 1))
        assert exp(log_tail(k, n, Baseline(requests, failures))) == pytest.approx(whole, rel=1e-5)


def test_no_more_than_expected_is_no_surprise() -> None:
    assert log_tail(3, 100, Baseline(1000, 30)) == 0.0
    assert log_tail(0, 0, Baseline(0, 0)) == 0.0


def test_dispersion_is_one_for_chance_and_more_for_clumps() -> None:
    draw = random.Random(7)
    chance = [(500, sum(draw.random() < 0.03 for _ in range(500))) for _ in range(30)]
    clumps = [(500, 10 * sum(draw.random() < 0.03 for _ in range(50))) for _ in range(30)]
    assert dispersion(chance) < 2
    assert 4 < dispersion(clumps) < 25
    assert dispersion([(10, 1)] * 3) == 1.0
