"""From sample frames to alerts and summaries that keep the contract. The rules themselves: tests/unit/alerts."""

from locust_failure_forwarder.config.alert_rules import NewFailureRule
from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.pipeline.alert_event import TOP
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import NewEvent
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_schemas import Alert, RunSummary
from support.frames import MASK, NODE, RUN_ID, SECRET, MarkingRedactor
from support.judged import alerts_in, judge_of, sample_at
from support.ratio_samples import BEGIN, rule
from support.samples import failure


def test_a_healthy_sample_says_nothing() -> None:
    judge, run = judge_of()
    assert judge.sample(run, sample_at(1, 100, 0)) == []


def test_p8_a_spike_becomes_one_firing_and_one_resolved_alert_of_one_episode() -> None:
    judge, run = judge_of()
    events: list[NewEvent] = []
    for second in range(1, 100):
        failed = 40 * min(second, 5)
        events += judge.sample(run, sample_at(second, 50 * second, failed))
    firing, resolved = alerts_in(events)
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


def test_what_was_before_is_none_of_the_episode_however_often_it_is_told() -> None:
    judge = Judge([rule(name="long", repeat="20s", warm_up="10s")], lambda text: text)
    run = RunBook(RunConfig(), lambda text: text).begin(RUN_ID, NODE)
    judge.begin(BEGIN)
    told: list[Alert] = []
    failed = 0
    for second in range(1, 160):
        failed += 50 if second <= 8 else 40 if 60 < second < 110 else second % 2
        told += alerts_in(judge.sample(run, sample_at(second, 50 * second, failed)))
    assert [alert.state for alert in told] == ["firing", "firing", "firing", "resolved"]
    assert all(alert.before is not None and alert.before < 0.011 for alert in told), "nor of the warm-up"


def test_in_a_run_younger_than_the_window_an_alert_says_how_long_was_looked_at() -> None:
    judge, run = judge_of()
    judge.begin(BEGIN)
    (alert,) = alerts_in(judge.sample(run, sample_at(2, 50, 40)))
    assert (alert.window_s, alert.top_s, alert.requests) == (2.0, 2.0, 50)


def test_the_end_of_the_test_resolves_what_fires_once() -> None:
    judge, run = judge_of("first", "second")
    firing = alerts_in(judge.sample(run, sample_at(1, 50, 40)))
    ended = alerts_in(judge.end(run, BEGIN + 5))
    assert [(a.rule, a.state, a.resolution) for a in ended] == [
        ("first", "resolved", "test_ended"),
        ("second", "resolved", "test_ended"),
    ]
    assert [a.episode_id for a in ended] == [a.episode_id for a in firing]
    assert len({a.episode_id for a in firing}) == 2
    assert [a.sequence for a in (*firing, *ended)] == [1, 2, 3, 4]
    assert judge.end(run, BEGIN + 6) == []
    assert judge.sample(run, sample_at(7, 500, 400)) == [], "a late sample sets nothing off that nobody would resolve"


def test_the_next_run_starts_anew_and_goes_on_numbering() -> None:
    judge, run = judge_of()
    judge.sample(run, sample_at(1, 50, 40))
    judge.end(run, BEGIN + 2)
    judge.begin()
    (again,) = alerts_in(judge.sample(run, sample_at(10, 50, 40)))
    assert (again.state, again.sequence) == ("firing", 3)


def test_an_alert_names_what_this_node_captured_rather_than_locusts_table() -> None:
    judge, run = judge_of()
    run.count(failure())
    (alert,) = alerts_in(judge.sample(run, sample_at(1, 50, 40)))
    assert [error.message for error in alert.top_errors] == [failure().error.message]


def test_on_a_master_locusts_table_is_merged_by_what_is_the_same() -> None:
    judge, run = judge_of()
    errors = [["GET", f"/{'ab'[n % 2]}", f"order {n} is gone", 1] for n in range(20)] + [["GET", "/", "never", 0]]
    (alert,) = alerts_in(judge.sample(run, sample_at(1, 50, 40, errors=errors)))
    assert [(error.name, error.count) for error in alert.top_errors] == [("/a", 10), ("/b", 10)]


def test_p8_an_alert_shows_the_errors_of_its_window_and_its_end_those_of_the_episode() -> None:
    judge, run = judge_of()
    run.node = run.node.model_copy(update={"role": "master"})
    events: list[NewEvent] = []
    old, new = (["GET", "/a", "old", 500], ["POST", "/checkout", "timed out", 0])
    endpoint = ["POST", "/checkout"]
    for second in range(1, 130):
        failed = 10 * min(max(second - 60, 0), 20)
        new = [*new[:3], failed]
        made = 50 * second
        counts = {"endpoints": [["GET", "/a", made, 500], [*endpoint, made, failed]], "errors": [old, new]}
        events += judge.sample(run, sample_at(second, 2 * made, 500 + failed if second > 2 else 500, **counts))
    firing, resolved = alerts_in(events)[-2:]
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
        events += judge.sample(run, sample_at(2 * second, 50 * second, second))
        events += judge.sample(run, sample_at(2 * second + 1, 50 * second, second))
    told = [(alert.state, alert.quota_used) for alert in alerts_in(events)]
    assert told == [("firing", False), ("resolved", False), ("firing", True), ("resolved", True)]


def test_p8_the_end_of_a_run_resolves_all_that_fires_new_failures_among_it() -> None:
    redact = MarkingRedactor().redact_text
    news = NewFailureRule(name="news", when="new_failure", at_most=1)
    judge, run = Judge([rule(name="spike"), news], redact), RunBook(RunConfig(), redact).begin(RUN_ID, NODE)
    judge.begin()
    run.count(failure())
    firing = alerts_in(judge.sample(run, sample_at(1, 50, 40)))
    ended = alerts_in(judge.end(run, BEGIN + 2))
    for state, told in (("firing", firing), ("resolved", ended)):
        assert [(a.rule, a.state, a.quota_used) for a in told] == [("spike", state, False), ("news", state, True)]


def test_on_a_master_what_differs_in_ids_alone_is_new_once() -> None:
    redact = MarkingRedactor().redact_text
    news = NewFailureRule(name="news", when="new_failure")
    master = RunBook(RunConfig(), redact).begin(RUN_ID, {**NODE, "role": "master"})
    judge = Judge([news], redact)
    judge.begin()
    told: list[Alert] = []
    for second in range(1, 5):
        rows = [["GET", f"/item/{second}", f"no item {second}", 1]]
        told += alerts_in(judge.sample(master, sample_at(second, 50, second, errors=rows, new_errors=rows)))
    assert [(alert.state, alert.value) for alert in told] == [("firing", 1.0)]


def test_p8_what_max_per_hour_held_back_is_counted_and_told_with_its_own_errors() -> None:
    judge = Judge([rule(name="few", over="1s", resolve_after=0, max_per_hour=2, min_requests=1)], lambda text: text)
    run = RunBook(RunConfig(), lambda text: text).begin(RUN_ID, NODE)
    judge.begin(BEGIN)
    told: list[Alert] = []
    failed = 0
    for second in range(1, 13):
        for _ in range(second % 3 and second + 10):  # every third second is good
            run.count(failure())
            failed += 1
        told += alerts_in(judge.sample(run, sample_at(second, 100 * second, failed)))
    told += alerts_in(judge.end(run, BEGIN + 13))
    assert [(alert.state, alert.repeat, alert.folded_episodes) for alert in told] == [
        ("firing", 0, 0),
        ("resolved", 1, 0),
        ("resolved", 0, 2),
    ]
    assert [alert.quota_used for alert in told] == [True, False, False]
    last = told[-1]
    assert (last.episode_failures, [error.count for error in last.top_errors]) == (41, [41]), "20 + 21"
    assert run.alerts_fired == 4


def test_p4_names_and_messages_from_locusts_statistics_are_redacted_and_readable() -> None:
    judge, run = judge_of()
    texts = sample_at(
        1,
        50,
        40,
        endpoints=[["GET", f"/{SECRET}\udc80", 50, 40]],
        errors=[["GET", f"/{SECRET}", f"refused {SECRET}\udc80", 40]],
    )
    (event,) = judge.sample(run, texts)
    assert SECRET.encode() not in event.body
    (alert,) = alerts_in([event])
    assert alert.top_endpoints[0].name == f"/{MASK}?"
    assert alert.top_errors[0].message == f"refused {MASK}?"
    body = judge.summary(run, {**texts, "started_at": BEGIN, "users_peak": 50}).body
    assert SECRET.encode() not in body
    assert MASK.encode() in body


def test_a_summary_counts_the_whole_run() -> None:
    judge, run = judge_of()
    run.count(failure(1))
    run.count(failure(2))
    judge.sample(run, sample_at(1, 50, 40))
    many = [["GET", f"/{n}", 10, 1] for n in range(TOP + 3)]
    payload = {**sample_at(600, 24_000, 172, endpoints=many), "started_at": BEGIN, "users_peak": 70}
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
    judge, run = judge_of()
    payload = {**sample_at(1, 10, 0), "started_at": BEGIN + 60, "users_peak": 1}
    assert RunSummary.model_validate_json(judge.summary(run, payload).body).duration_s == 0.0


def test_without_rules_there_are_noalerts_in() -> None:
    judge = Judge([], lambda text: text)
    run = RunBook(RunConfig(), lambda text: text).begin(RUN_ID, NODE)
    judge.begin()
    assert judge.sample(run, sample_at(1, 50, 50)) == []
    assert judge.end(run, BEGIN) == []


# -- after the death of a forwarder process ------------------------------------------------------------------------
