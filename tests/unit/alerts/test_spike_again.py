"""P8: what comes again after an episode is told again; the episode is no part of what is usual."""

import random
from collections.abc import Iterable, Iterator
from itertools import pairwise

import orjson
import pytest
from locust_failure_forwarder.alerts import engine
from locust_failure_forwarder.alerts.engine import State
from locust_failure_forwarder.alerts.episodes import Notice
from locust_failure_forwarder.alerts.findings import TEST
from locust_failure_forwarder.alerts.history import History, Window
from locust_failure_forwarder.alerts.samples import EndpointSample, Sample, point_of
from locust_failure_forwarder.alerts.stored import dump_state, load_state
from locust_failure_forwarder.alerts.usual import MOST_SPANS, Held
from locust_failure_forwarder.config.alert_rules import AnyRule, SpikeRule
from support.ratio_samples import BEGIN, seconds, told

HELD = 7
"""Fields of what was remembered of a subject before there were any of its episodes."""


def rule(**changes: object) -> SpikeRule:
    return SpikeRule.model_validate({"name": "rise", "when": "spike", "repeat": 0, "max_per_hour": 1000, **changes})


def drawn(pace: int, share: float, length: int, seed: int = 1) -> list[tuple[int, int]]:
    draw = random.Random(f"{pace} {share} {seed}")
    return [(pace, sum(draw.random() < share for _ in range(pace))) for _ in range(length)]


def states(notices: Iterable[Notice]) -> list[str]:
    return [notice.state for notice in notices]


def run(rules: list[AnyRule], samples: Iterable[Sample], state: State | None = None) -> tuple[State, list[Notice]]:
    state, notices = state or engine.start(BEGIN), list[Notice]()
    for sample in samples:
        state, more = engine.step(rules, state, sample)
        notices += more
    return state, notices


@pytest.mark.parametrize(("pace", "usual", "worse"), [(500, 0.001, 0.02), (50, 0.03, 0.09), (500, 0.0, 0.5)])
def test_episodes_of_60_s_in_every_150_s_are_all_told(pace: int, usual: float, worse: float) -> None:
    parts = [drawn(pace, usual, 600)]
    for number in range(4):
        parts += [drawn(pace, worse, 60, number), drawn(pace, usual, 90, number)]
    notices = told([rule()], seconds(*(second for part in parts for second in part)))
    assert states(notices) == ["firing", "resolved"] * 4
    assert [number for number, notice in enumerate(notices[::2]) if notice.at <= BEGIN + 600 + 150 * number] == []
    assert all(notice.finding.before == pytest.approx(usual, abs=0.008) for notice in notices[::2])


def test_what_returns_right_after_the_message_that_it_recovered_is_told() -> None:
    first = [*drawn(50, 0.03, 400), *drawn(50, 0.09, 60), *drawn(50, 0.03, 120)]
    recovered = next(notice for notice in told([rule()], seconds(*first)) if notice.state == "resolved")
    until = round(recovered.at - BEGIN)
    notices = told([rule()], seconds(*first[:until], *drawn(50, 0.09, 60, 2)))
    assert states(notices) == ["firing", "resolved", "firing"]


def test_where_the_whole_baseline_was_an_episode_what_was_usual_before_it_is_the_baseline() -> None:
    samples = seconds(*[(50, 1)] * 400, *[(50, 5)] * 500, *[(50, 1)] * 45, *[(50, 5)] * 30)
    notices = told([rule(baseline="1m")], samples)
    assert states(notices) == ["firing", "resolved", "firing"]
    assert notices[2].at <= BEGIN + 945 + 10
    assert notices[2].finding.before == pytest.approx(0.02, abs=0.001)


def test_a_level_that_stays_below_the_limit_after_an_episode_becomes_what_is_usual() -> None:
    samples = seconds(*[(50, 1)] * 400, *[(50, 10)] * 60, *[(200, 5)] * 900)
    state, notices = run([rule()], samples)
    assert states(notices) == ["firing", "resolved"]
    assert state.watches["rise"].found[0].before == pytest.approx(0.025)


def test_a_change_for_good_is_told_once_and_lasts_until_the_test_ends() -> None:
    samples = seconds(*drawn(50, 0.03, 600), *drawn(50, 0.09, 1800))
    notices = told([rule()], samples, end=BEGIN + 2401)
    assert [(notice.state, notice.resolution) for notice in notices] == [("firing", None), ("resolved", "test_ended")]


def test_a_lone_clump_stays_in_the_baseline() -> None:
    """It says nothing about whether clumps are usual; told each time, they would never be."""
    once = [(50, 20), *[(50, 0)] * 99]
    notices = told([rule()], seconds(*[(50, 0)] * 300, *once * 3))
    assert states(notices) == ["firing", "resolved"]


def test_an_episode_made_of_clumps_says_so_about_the_next() -> None:
    clumps = [(50, 20 if second % 12 == 0 else 0) for second in range(120)]
    state, notices = run([rule()], seconds(*[(50, 0)] * 300, *clumps, *[(50, 0)] * 60, *clumps[:1], *[(50, 0)] * 60))
    assert states(notices) == ["firing", "resolved"]
    assert state.watches["rise"].held[TEST].spans[0].dispersion > 5


def test_the_number_of_episodes_remembered_is_bounded() -> None:
    state, notices = run([rule(resolve_after=0)], seconds(*[(50, 0)] * 300, *[*[(50, 25)] * 30, *[(50, 0)] * 30] * 20))
    assert states(notices) == ["firing", "resolved"] * 20
    spans = state.watches["rise"].held[TEST].spans
    assert len(spans) == MOST_SPANS
    assert all(one.ended <= next_one.began for one, next_one in pairwise(spans))
    assert spans[0].began <= BEGIN + 301  # the oldest became one


def again(gap: int = 60) -> list[Sample]:
    return seconds(*drawn(50, 0.03, 600), *drawn(50, 0.09, 60), *drawn(50, 0.03, gap + 40), *drawn(50, 0.09, 60, 2))


@pytest.mark.parametrize("second", [300, 630, 665, 730, 770])
def test_episodes_survive_a_restart(second: int) -> None:
    samples = again()
    state, before = run([rule()], samples[:second])
    stored, _ = load_state(dump_state(state, 0))
    assert {name: watch.held for name, watch in stored.watches.items()} == {
        name: watch.held for name, watch in state.watches.items() if watch.held
    }
    _, after = run([rule()], samples[second:], State(state.history, stored.watches, stored.clock, stored.began_at))
    assert [(n.state, n.at) for n in before + after] == [(n.state, n.at) for n in told([rule()], samples)]


@pytest.mark.parametrize(("second", "expected"), [(630, ["firing", "resolved"]), (730, ["firing", "resolved"])])
def test_a_state_stored_before_episodes_were_remembered_is_read(second: int, expected: list[str]) -> None:
    samples = again()
    state, before = run([rule()], samples[:second])
    content = orjson.loads(dump_state(state, 0))
    (row,) = content["watches"]["rise"]["held"]
    content["watches"]["rise"]["held"] = [row[:HELD]]
    stored, _ = load_state(orjson.dumps(content))
    held = stored.watches["rise"].held[TEST]
    assert held == Held(held.usual, held.ended)
    _, after = run([rule()], samples[second:], State(state.history, stored.watches, stored.clock, stored.began_at))
    assert states(before + after)[:2] == expected  # that episode stays in the baseline, as it did then


@pytest.mark.parametrize("rest", [[1.0], [1.0, 2.0, 3.0, [[1.0, 2.0]]], [1.0, 2.0, 3.0, 4.0]])
def test_a_state_whose_episodes_make_no_sense_is_no_state(rest: list[object]) -> None:
    state, _ = run([rule()], again()[:630])
    content = orjson.loads(dump_state(state, 0))
    (row,) = content["watches"]["rise"]["held"]
    content["watches"]["rise"]["held"] = [[*row[:HELD], *rest]]
    with pytest.raises(ValueError, match=r"no state|unpack"):
        load_state(orjson.dumps(content))


def test_episodes_move_with_a_clock_that_is_set_back() -> None:
    def set_back() -> Iterator[Sample]:
        for number, sample in enumerate(again(), 1):
            by = 5000 if number > 740 else 0
            yield Sample(sample.at - by, sample.requests, sample.failures, sample.users, ())

    assert states(told([rule()], set_back())) == states(told([rule()], again())) == ["firing", "resolved", "firing"]


def test_an_episode_of_one_endpoint_is_left_out_of_its_own_baseline_alone() -> None:
    samples: list[Sample] = []
    bad = steady = 0
    for second in range(1, 901):
        bad += 15 if 500 <= second < 560 or 660 <= second < 720 else 1
        steady += 2
        one = EndpointSample("GET", "/bad", 50 * second, bad)
        other = EndpointSample("GET", "/steady", 50 * second, steady)
        samples.append(Sample(BEGIN + second, 100 * second, bad + steady, 5, (one, other)))
    state, notices = run([rule(per="endpoint")], samples)
    assert states(notices) == ["firing", "resolved"] * 2
    assert {member.name for notice in notices for member in notice.episode.members} == {"/bad"}
    assert [subject.name for subject in state.watches["rise"].held] == ["/bad"]


def test_a_window_without_some_of_its_time_is_what_samples_surely_lie_outside() -> None:
    history = History()
    for sample in seconds(*[(10, second) for second in range(10)]):
        history = history.advance(point_of(sample), 400)
    whole = Window(history.points[0], history.newest)
    pieces = history.without(whole, [(BEGIN + 2.5, BEGIN + 4.5), (BEGIN + 4, BEGIN + 6)])
    assert [(piece.start.at, piece.end.at) for piece in pieces] == [
        (float("-inf"), BEGIN + 2),
        (BEGIN + 6, BEGIN + 10),
    ]
    assert [piece.tally() for piece in pieces] == [(20, 0 + 1), (40, 6 + 7 + 8 + 9)]
    assert history.without(whole, [(BEGIN - 5, BEGIN + 20)]) == []
