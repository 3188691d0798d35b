"""After the death of a forwarder process: alerts and numbers go on from what the log has of them."""

from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import NewEvent
from locust_failure_forwarder.pipeline.runs import RunState
from locust_failure_schemas import RunSummary
from support.judged import alerts_in, judge_of, sample_at
from support.ratio_samples import BEGIN
from support.samples import alert, uuid7


def _restored(*emitted: NewEvent, summaries: int = 0) -> tuple[Judge, RunState]:
    judge, run = judge_of()
    judge.restore(alerts_in(list(emitted)), run.run.id, summaries)
    return judge, run


def _firing() -> list[NewEvent]:
    judge, run = judge_of()
    return judge.sample(run, sample_at(1, 50, 40))


def test_p8_an_episode_that_fired_before_is_resolved_and_not_fired_again() -> None:
    events = _firing()
    (fired,) = alerts_in(events)
    judge, run = _restored(*events)
    later = [e for second in range(2, 60) for e in judge.sample(run, sample_at(second, 50 * second, 40))]
    (resolved,) = alerts_in(later)
    assert (resolved.state, resolved.resolution, resolved.sequence) == ("resolved", "recovered", 2)
    assert resolved.episode_id == fired.episode_id
    assert resolved.started_at == fired.started_at


def test_p8_an_episode_that_goes_on_says_nothing_until_the_end_of_the_test() -> None:
    events = _firing()
    (fired,) = alerts_in(events)
    judge, run = _restored(*events)
    for second in range(2, 60):
        assert judge.sample(run, sample_at(second, 50 * second, 40 * second)) == []
    (ended,) = alerts_in(judge.end(run, BEGIN + 60))
    assert (ended.resolution, ended.episode_id) == ("test_ended", fired.episode_id)


def test_p8_what_happened_before_the_restart_fires_nothing_after_it() -> None:
    judge, run = _restored()
    for second in range(1000, 1060):
        healthy = sample_at(second, 50 * second, 20_000)  # all the failures were in the first half
        assert judge.sample(run, healthy) == []


def test_p8_a_spike_after_the_restart_fires_within_two_samples() -> None:
    judge, run = _restored()
    assert judge.sample(run, sample_at(1000, 1_000_000, 0)) == []
    (alert,) = alerts_in(judge.sample(run, sample_at(1001, 1_000_050, 40)))
    assert (alert.requests, alert.failures, alert.value) == (50, 40, 0.8)
    assert [(e.name, e.requests, e.failures) for e in alert.top_endpoints] == [("/checkout", 50, 40)]


def test_a_resolved_episode_leaves_the_rule_ready_for_the_next() -> None:
    judge, run = judge_of()
    events = [*judge.sample(run, sample_at(1, 50, 40)), *judge.end(run, BEGIN + 2)]
    judge, run = _restored(*events)
    judge.sample(run, sample_at(100, 5000, 40))
    (again,) = alerts_in(judge.sample(run, sample_at(101, 5050, 80)))
    assert (again.state, again.sequence) == ("firing", 3)
    assert again.episode_id != alerts_in(events)[0].episode_id


def test_numbers_go_on_over_all_runs_of_the_process() -> None:
    other = alert(7, state="firing")
    judge, run = judge_of()
    assert other.run.id != uuid7(0xBB)
    judge.restore([other], uuid7(0xBB), summaries=3)
    judge.sample(run, sample_at(1, 50, 0))
    (fired,) = alerts_in(judge.sample(run, sample_at(2, 100, 40)))
    assert fired.sequence == 8
    assert fired.state == "firing", "the other run's episode is none of this one's"
    payload = {**sample_at(3, 100, 40), "started_at": BEGIN, "users_peak": 1}
    assert RunSummary.model_validate_json(judge.summary(run, payload).body).sequence == 4


def test_the_next_run_begins_with_nothing_of_what_was_restored() -> None:
    judge, run = _restored(*_firing())
    judge.begin()
    (fired,) = alerts_in(judge.sample(run, sample_at(1, 50, 40)))
    assert (fired.state, fired.requests) == ("firing", 50)
