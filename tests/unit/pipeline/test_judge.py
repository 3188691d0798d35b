"""From sample frames to alerts and summaries that keep the contract. The rules themselves: tests/unit/alerts."""

from typing import Any

from locust_failure_forwarder.config.alert_rules import NewFailureRule
from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.pipeline.alert_event import TOP
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import NewEvent
from locust_failure_forwarder.pipeline.runs import RunBook, RunState
from locust_failure_schemas import Alert, RunSummary
from support.frames import MASK, NODE, RUN_ID, SECRET, MarkingRedactor
from support.ratio_samples import BEGIN, rule
from support.samples import alert, failure, uuid7


def _judge(*names: str) -> tuple[Judge, RunState]:
    redact = MarkingRedactor().redact_text
    judge = Judge([rule(name=name, severity="critical") for name in names or ("spike",)], redact)
    run = RunBook(RunConfig(name="checkout-soak"), redact).begin(RUN_ID, NODE)
    judge.begin()
    return judge, run


def _sample(second: int, requests: int, failures: int, **changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "run": RUN_ID,
        "at": BEGIN + second,
        "requests": requests,
        "failures": failures,
        "users": 50,
        "endpoints": [["POST", "/checkout", requests, failures]],
        "errors": [["POST", "/checkout", "503 for order 17", failures]] if failures else [],
    }
    return payload | changes


def _alerts(events: list[NewEvent]) -> list[Alert]:
    assert all(event.kind == "alerts" for event in events)
    alerts = [Alert.model_validate_json(event.body) for event in events]
    assert [alert.id for alert in alerts] == [event.id for event in events]
    return alerts


def test_a_healthy_sample_says_nothing() -> None:
    judge, run = _judge()
    assert judge.sample(run, _sample(1, 100, 0)) == []


def test_p8_a_spike_becomes_one_firing_and_one_resolved_alert_of_one_episode() -> None:
    judge, run = _judge()
    events: list[NewEvent] = []
    for second in range(1, 100):
        failed = 40 * min(second, 5)
        events += judge.sample(run, _sample(second, 50 * second, failed))
    firing, resolved = _alerts(events)
    assert (firing.state, firing.resolution, firing.sequence) == ("firing", None, 1)
    assert (resolved.state, resolved.resolution, resolved.sequence) == ("resolved", "recovered", 2)
    assert firing.episode_id == resolved.episode_id
    assert firing.id != resolved.id
    assert firing.started_at == resolved.started_at == firing.occurred_at
    assert (firing.rule, firing.severity, firing.condition) == ("spike", "critical", "failure_ratio")
    assert (firing.value, firing.threshold, firing.window_s) == (0.8, 0.05, 10.0)
    assert (firing.requests, firing.failures, firing.users) == (50, 40, 50)
    assert firing.run == run.run
    assert firing.node == run.node
    assert [(e.name, e.failures) for e in firing.top_endpoints] == [("/checkout", 40)]
    assert run.alerts_fired == 1
    assert {event.origin for event in events} == {run.origin}


def test_in_a_run_younger_than_the_window_an_alert_says_how_long_was_looked_at() -> None:
    judge, run = _judge()
    judge.begin(BEGIN)
    (alert,) = _alerts(judge.sample(run, _sample(2, 50, 40)))
    assert (alert.window_s, alert.top_s, alert.requests) == (2.0, 2.0, 50)


def test_the_end_of_the_test_resolves_what_fires_once() -> None:
    judge, run = _judge("first", "second")
    firing = _alerts(judge.sample(run, _sample(1, 50, 40)))
    ended = _alerts(judge.end(run, BEGIN + 5))
    assert [(a.rule, a.state, a.resolution) for a in ended] == [
        ("first", "resolved", "test_ended"),
        ("second", "resolved", "test_ended"),
    ]
    assert [a.episode_id for a in ended] == [a.episode_id for a in firing]
    assert len({a.episode_id for a in firing}) == 2
    assert [a.sequence for a in (*firing, *ended)] == [1, 2, 3, 4]
    assert judge.end(run, BEGIN + 6) == []
    assert judge.sample(run, _sample(7, 500, 400)) == [], "a late sample sets nothing off that nobody would resolve"


def test_the_next_run_starts_anew_and_goes_on_numbering() -> None:
    judge, run = _judge()
    judge.sample(run, _sample(1, 50, 40))
    judge.end(run, BEGIN + 2)
    judge.begin()
    (again,) = _alerts(judge.sample(run, _sample(10, 50, 40)))
    assert (again.state, again.sequence) == ("firing", 3)


def test_an_alert_names_what_this_node_captured_rather_than_locusts_table() -> None:
    judge, run = _judge()
    run.count(failure())
    (alert,) = _alerts(judge.sample(run, _sample(1, 50, 40)))
    assert [error.message for error in alert.top_errors] == [failure().error.message]


def test_on_a_master_locusts_table_is_merged_by_what_is_the_same() -> None:
    judge, run = _judge()
    errors = [["GET", f"/{'ab'[n % 2]}", f"order {n} is gone", 1] for n in range(20)] + [["GET", "/", "never", 0]]
    (alert,) = _alerts(judge.sample(run, _sample(1, 50, 40, errors=errors)))
    assert [(error.name, error.count) for error in alert.top_errors] == [("/a", 10), ("/b", 10)]


def test_p8_an_alert_shows_the_errors_of_its_window_and_its_end_those_of_the_episode() -> None:
    judge, run = _judge()
    run.node = run.node.model_copy(update={"role": "master"})
    events: list[NewEvent] = []
    old, new = (["GET", "/a", "old", 500], ["POST", "/checkout", "timed out", 0])
    endpoint = ["POST", "/checkout"]
    for second in range(1, 130):
        failed = 10 * min(max(second - 60, 0), 20)
        new = [*new[:3], failed]
        made = 50 * second
        counts = {"endpoints": [["GET", "/a", made, 500], [*endpoint, made, failed]], "errors": [old, new]}
        events += judge.sample(run, _sample(second, 2 * made, 500 + failed if second > 2 else 500, **counts))
    firing, resolved = _alerts(events)[-2:]
    assert [(e.message, e.count) for e in firing.top_errors] == [("timed out", firing.failures)]
    assert [(e.name, e.failures) for e in firing.top_endpoints] == [("/checkout", firing.failures)]
    assert (firing.top_s, firing.episode_failures, firing.peak) == (10.0, firing.failures, firing.value)
    assert [(e.message, e.count) for e in resolved.top_errors] == [("timed out", 200)]
    assert [(e.name, e.failures) for e in resolved.top_endpoints] == [("/checkout", 200)]
    assert (resolved.peak, resolved.episode_failures) == (0.1, 200)
    lasted = (resolved.occurred_at - resolved.started_at).total_seconds()
    assert resolved.top_s == lasted + 10
    assert resolved.episode_requests == 100 * (lasted + 10)


def test_p8_once_all_new_failures_are_told_that_may_be_the_alert_says_so() -> None:
    redact = MarkingRedactor().redact_text
    news = NewFailureRule(name="news", when="new_failure", at_most=2, resolve_after=0)
    judge, run = Judge([news], redact), RunBook(RunConfig(), redact).begin(RUN_ID, NODE)
    judge.begin()
    events: list[NewEvent] = []
    for second, category in enumerate(("server_error", "not_found", "tls", "dns"), 1):
        error = failure().error.model_copy(update={"category": category, "fingerprint": f"{second:016x}"})
        run.count(failure(error=error))
        events += judge.sample(run, _sample(2 * second, 50 * second, second))
        events += judge.sample(run, _sample(2 * second + 1, 50 * second, second))
    told = [(alert.state, alert.quota_used) for alert in _alerts(events)]
    assert told == [("firing", False), ("resolved", False), ("firing", True), ("resolved", True)]


def test_p4_names_and_messages_from_locusts_statistics_are_redacted_and_readable() -> None:
    judge, run = _judge()
    texts = _sample(
        1,
        50,
        40,
        endpoints=[["GET", f"/{SECRET}\udc80", 50, 40]],
        errors=[["GET", f"/{SECRET}", f"refused {SECRET}\udc80", 40]],
    )
    (event,) = judge.sample(run, texts)
    assert SECRET.encode() not in event.body
    (alert,) = _alerts([event])
    assert alert.top_endpoints[0].name == f"/{MASK}?"
    assert alert.top_errors[0].message == f"refused {MASK}?"
    body = judge.summary(run, {**texts, "started_at": BEGIN, "users_peak": 50}).body
    assert SECRET.encode() not in body
    assert MASK.encode() in body


def test_a_summary_counts_the_whole_run() -> None:
    judge, run = _judge()
    run.count(failure(1))
    run.count(failure(2))
    judge.sample(run, _sample(1, 50, 40))
    many = [["GET", f"/{n}", 10, 1] for n in range(TOP + 3)]
    payload = {**_sample(600, 24_000, 172, endpoints=many), "started_at": BEGIN, "users_peak": 70}
    event = judge.summary(run, payload)
    summary = RunSummary.model_validate_json(event.body)
    assert (event.kind, event.id, event.origin) == ("summaries", summary.id, run.origin)
    assert (summary.requests, summary.failures, summary.users_peak, summary.duration_s) == (24_000, 172, 70, 600.0)
    assert summary.started_at.timestamp() == BEGIN
    assert summary.ended_at.timestamp() == BEGIN + 600
    assert summary.categories == {"server_error": 2}
    assert summary.alerts_fired == 1
    assert len(summary.top_endpoints) == TOP
    assert summary.top_errors[0].count == 2
    assert summary.sequence == 1
    assert RunSummary.model_validate_json(judge.summary(run, payload).body).sequence == 2


def test_a_clock_that_was_set_back_gives_no_negative_duration() -> None:
    judge, run = _judge()
    payload = {**_sample(1, 10, 0), "started_at": BEGIN + 60, "users_peak": 1}
    assert RunSummary.model_validate_json(judge.summary(run, payload).body).duration_s == 0.0


def test_without_rules_there_are_no_alerts() -> None:
    judge = Judge([], lambda text: text)
    run = RunBook(RunConfig(), lambda text: text).begin(RUN_ID, NODE)
    judge.begin()
    assert judge.sample(run, _sample(1, 50, 50)) == []
    assert judge.end(run, BEGIN) == []


# -- after the death of a forwarder process ------------------------------------------------------------------------


def _restored(*emitted: NewEvent, summaries: int = 0) -> tuple[Judge, RunState]:
    judge, run = _judge()
    judge.restore(_alerts(list(emitted)), run.run.id, summaries)
    return judge, run


def _firing() -> list[NewEvent]:
    judge, run = _judge()
    return judge.sample(run, _sample(1, 50, 40))


def test_p8_an_episode_that_fired_before_is_resolved_and_not_fired_again() -> None:
    events = _firing()
    (fired,) = _alerts(events)
    judge, run = _restored(*events)
    later = [e for second in range(2, 60) for e in judge.sample(run, _sample(second, 50 * second, 40))]
    (resolved,) = _alerts(later)
    assert (resolved.state, resolved.resolution, resolved.sequence) == ("resolved", "recovered", 2)
    assert resolved.episode_id == fired.episode_id
    assert resolved.started_at == fired.started_at


def test_p8_an_episode_that_goes_on_says_nothing_until_the_end_of_the_test() -> None:
    events = _firing()
    (fired,) = _alerts(events)
    judge, run = _restored(*events)
    for second in range(2, 60):
        assert judge.sample(run, _sample(second, 50 * second, 40 * second)) == []
    (ended,) = _alerts(judge.end(run, BEGIN + 60))
    assert (ended.resolution, ended.episode_id) == ("test_ended", fired.episode_id)


def test_p8_what_happened_before_the_restart_fires_nothing_after_it() -> None:
    judge, run = _restored()
    for second in range(1000, 1060):
        healthy = _sample(second, 50 * second, 20_000)  # all the failures were in the first half
        assert judge.sample(run, healthy) == []


def test_p8_a_spike_after_the_restart_fires_within_two_samples() -> None:
    judge, run = _restored()
    assert judge.sample(run, _sample(1000, 1_000_000, 0)) == []
    (alert,) = _alerts(judge.sample(run, _sample(1001, 1_000_050, 40)))
    assert (alert.requests, alert.failures, alert.value) == (50, 40, 0.8)
    assert [(e.name, e.requests, e.failures) for e in alert.top_endpoints] == [("/checkout", 50, 40)]


def test_a_resolved_episode_leaves_the_rule_ready_for_the_next() -> None:
    judge, run = _judge()
    events = [*judge.sample(run, _sample(1, 50, 40)), *judge.end(run, BEGIN + 2)]
    judge, run = _restored(*events)
    judge.sample(run, _sample(100, 5000, 40))
    (again,) = _alerts(judge.sample(run, _sample(101, 5050, 80)))
    assert (again.state, again.sequence) == ("firing", 3)
    assert again.episode_id != _alerts(events)[0].episode_id


def test_numbers_go_on_over_all_runs_of_the_process() -> None:
    other = alert(7, state="firing")
    judge, run = _judge()
    assert other.run.id != uuid7(0xBB)
    judge.restore([other], uuid7(0xBB), summaries=3)
    judge.sample(run, _sample(1, 50, 0))
    (fired,) = _alerts(judge.sample(run, _sample(2, 100, 40)))
    assert fired.sequence == 8
    assert fired.state == "firing", "the other run's episode is none of this one's"
    payload = {**_sample(3, 100, 40), "started_at": BEGIN, "users_peak": 1}
    assert RunSummary.model_validate_json(judge.summary(run, payload).body).sequence == 4


def test_the_next_run_begins_with_nothing_of_what_was_restored() -> None:
    judge, run = _restored(*_firing())
    judge.begin()
    (fired,) = _alerts(judge.sample(run, _sample(1, 50, 40)))
    assert (fired.state, fired.requests) == ("firing", 50)
