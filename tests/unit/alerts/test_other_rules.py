"""Rules on rates, response times, silence and news."""

from collections.abc import Iterable

from locust_failure_forwarder.alerts.samples import Counts, EndpointSample, NewFailure, Sample
from locust_failure_forwarder.config.alert_rules import (
    FailuresPerSecondRule,
    NewFailureRule,
    NoRequestsRule,
    SlowRequestsRule,
)
from support.ratio_samples import BEGIN, seconds, told


def test_failures_per_second_fires_above_and_resolves_below() -> None:
    rule = FailuresPerSecondRule.model_validate({"name": "many", "when": "failures_per_second", "above": 2})
    notices = told([rule], seconds(*[(50, 2)] * 60, *[(50, 6)] * 20, *[(50, 0)] * 60))
    assert [(n.state, n.at) for n in notices] == [("firing", BEGIN + 61), ("resolved", BEGIN + 119)]
    assert notices[0].finding.value == 2.4


def lumps(per_second: int, total: int, every: int = 3, first: int = 3) -> list[tuple[int, int]]:
    """What a master sees of workers that report every few seconds; half of the requests fail."""
    reports = [second >= first and not (second - first) % every for second in range(1, total + 1)]
    return [(every * per_second, every * per_second // 2) if report else (0, 0) for report in reports]


def test_failures_per_second_on_a_master_are_of_the_time_that_was_reported() -> None:
    """Five seconds hold one report of three seconds, or two: that is no rise."""
    many = {"name": "many", "when": "failures_per_second", "over": "5s"}
    steady = seconds(*lumps(10, 120))
    assert told([FailuresPerSecondRule.model_validate({**many, "above": 5.1})], steady) == []
    (notice,) = told([FailuresPerSecondRule.model_validate({**many, "above": 4.9, "repeat": 0})], steady)
    assert notice.finding.value == 5


def test_a_rate_falls_where_reports_stay_away() -> None:
    rule = FailuresPerSecondRule.model_validate({"name": "many", "when": "failures_per_second", "above": 2})
    notices = told([rule], seconds(*lumps(10, 60), *[(0, 0)] * 60, *[(10, 0)] * 60))
    assert [n.state for n in notices] == ["firing", "resolved"]


def timed(per_second: Iterable[dict[int, int]]) -> list[Sample]:
    samples: list[Sample] = []
    times: dict[int, int] = {}
    for number, second in enumerate(per_second, 1):
        times = {ms: times.get(ms, 0) + second.get(ms, 0) for ms in times | second}
        total = sum(times.values())
        samples.append(Sample(BEGIN + number, total, 0, 50, (EndpointSample("GET", "/slow", total, 0, times),), times))
    return samples


def slow(**changes: object) -> SlowRequestsRule:
    return SlowRequestsRule.model_validate(
        {"name": "slow", "when": "slow_requests", "above": "1s", "over": "10s", "percentile": 90, **changes}
    )


def test_slow_requests_looks_at_the_window_and_not_at_the_run() -> None:
    quick, tardy = {20: 50}, {20: 40, 3000: 10}
    notices = told([slow(per="endpoint")], timed([*[quick] * 300, *[tardy] * 20, *[quick] * 60]))
    assert [n.state for n in notices] == ["firing", "resolved"]
    assert BEGIN + 303 <= notices[0].at <= BEGIN + 307
    assert notices[0].finding.value == 3000
    assert notices[0].finding.subject.name == "/slow"


def test_a_percentile_is_the_least_time_that_so_many_did_not_exceed() -> None:
    counts = Counts(100, 0, {10: 50, 20: 45, 5000: 5})
    assert [counts.percentile(p) for p in (50, 51, 95, 96)] == [10, 20, 20, 5000]
    assert Counts(5, 0).percentile(95) == 0


def silence(**changes: object) -> NoRequestsRule:
    return NoRequestsRule.model_validate({"name": "silence", "when": "no_requests", "over": "10s", **changes})


def test_no_requests_fires_when_the_pace_before_makes_silence_strange() -> None:
    notices = told([silence()], seconds(*[(5, 0)] * 60, *[(0, 0)] * 40, *[(5, 0)] * 30))
    assert [(n.state, n.at) for n in notices] == [("firing", BEGIN + 70), ("resolved", BEGIN + 106)]
    assert [(n.finding.value, n.finding.before) for n in notices] == [(0, 5), (5, 0)]


def test_no_requests_knows_a_slow_test_and_one_without_users() -> None:
    once_in_a_while = [*[(1, 0)], *[(0, 0)] * 14] * 20
    assert told([silence()], seconds(*once_in_a_while)) == []
    idle = [Sample(BEGIN + n, 500, 0, 0 if n > 55 else 5, ()) for n in range(55, 100)]
    assert told([silence()], [*seconds(*[(10, 0)] * 50), *idle]) == []


def test_a_test_in_which_no_request_ever_ends_fires() -> None:
    notices = told([silence()], seconds(*[(0, 0)] * 60))
    assert [(n.state, n.at) for n in notices] == [("firing", BEGIN + 21)]


def news(at: int, *messages: str) -> Sample:
    fresh = tuple(NewFailure(f"print-{message}", "GET", "/", message) for message in messages)
    return Sample(BEGIN + at, at * 10, at, 5, (), fresh=fresh)


def novelty(**changes: object) -> NewFailureRule:
    return NewFailureRule.model_validate({"name": "news", "when": "new_failure", **changes})


def test_new_failures_that_come_together_are_one_alert_and_it_ends_when_nothing_new_comes() -> None:
    samples = [news(1), news(2, "a", "b"), *[news(n) for n in range(3, 100)]]
    firing, resolved = told([novelty()], samples)
    assert [finding.subject.detail for finding in firing.firing] == ["a", "b"]
    assert (resolved.state, resolved.at) == ("resolved", BEGIN + 63)


def test_at_most_so_many_new_failures_are_told() -> None:
    rule = novelty(at_most=3, resolve_after=0)
    samples = [news(2 * n, f"m{n}") if n else news(1) for n in range(10)]
    samples = [*samples, *[news(n) for n in range(20, 60)]]
    told_of = {f.subject.detail for notice in told([rule], samples) for f in notice.firing}
    assert told_of == {"m1", "m2", "m3"}


def test_what_an_earlier_run_had_is_not_new() -> None:
    from locust_failure_forwarder.alerts import engine

    state, notices = engine.step([novelty()], engine.start(BEGIN), news(1, "a"), {"news": {"print-a"}})
    assert notices == ()
    state, notices = engine.step([novelty()], state, news(2, "b"), {"news": {"print-a"}})
    assert [n.state for n in notices] == ["firing"]
