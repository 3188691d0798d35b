"""P8: the baseline of `spike` is what came before without the episodes that are over, of known length and scatter."""

import pytest
from locust_failure_forwarder.alerts import engine
from locust_failure_forwarder.alerts.findings import TEST
from locust_failure_forwarder.alerts.history import History, Window
from locust_failure_forwarder.alerts.proportions import Baseline
from locust_failure_forwarder.alerts.samples import point_of
from locust_failure_forwarder.alerts.usual import Held, Span, before
from locust_failure_forwarder.config.alert_rules import SpikeRule
from support.ratio_samples import BEGIN, seconds

RULE = SpikeRule.model_validate({"name": "rise", "when": "spike", "over": "5s", "baseline": "1m", "resolve_after": 0})
USUAL = Baseline(6000, 60, 3.0)


def history_of(*per_second: tuple[int, int]) -> History:
    history = History()
    for sample in seconds(*per_second):
        history = history.advance(point_of(sample), 400)
    return history


def usual(history: History, *spans: Span) -> Baseline:
    """With the last 5 s as the window."""
    past = history.before(history.window(RULE.over), RULE.baseline)
    return before(RULE, history, None, past, Held(USUAL, BEGIN, spans=spans))[0]


def test_the_time_that_an_episode_took_is_made_up_for_by_what_was_usual_before_it() -> None:
    history = history_of(*[(100, 0)] * 120)
    assert usual(history) == Baseline(6000, 0)
    # 15 of the 60 seconds before 115: a quarter of what was usual, and of its scatter above chance
    assert usual(history, Span(BEGIN + 80, BEGIN + 95, 1.2)) == Baseline(4500 + 1500, 15, 1.5)
    # two that overlap, and one that ended before
    spans = Span(BEGIN + 10, BEGIN + 50, 9), Span(BEGIN + 80, BEGIN + 90, 1), Span(BEGIN + 85, BEGIN + 95, 4)
    assert usual(history, *spans) == Baseline(4500 + 1500, 15, 4)


def test_where_all_of_the_time_was_an_episode_what_was_usual_before_it_is_usual() -> None:
    assert usual(history_of(*[(100, 50)] * 120), Span(BEGIN + 50, BEGIN + 116, 1)) == USUAL
    assert usual(history_of(*[(0, 0)] * 20, *[(100, 50)] * 20), Span(BEGIN + 20, BEGIN + 36, 1)) == USUAL


def test_nothing_is_made_up_for_in_a_run_that_is_younger_since_all_of_it_is_known() -> None:
    assert usual(history_of(*[(100, 0)] * 40), Span(BEGIN + 10, BEGIN + 20, 1)) == Baseline(2500, 0)


def test_while_it_lasts_what_was_usual_is_held() -> None:
    history = history_of(*[(100, 50)] * 120)
    past = Window(history.points[0], history.newest)
    assert before(RULE, history, None, past, Held(USUAL)) == (USUAL, ())


def test_nothing_is_usual_before_the_run() -> None:
    assert before(RULE, History(), None, None, None) == (Baseline(0, 0), ())


@pytest.mark.parametrize("bad", [15, 25, 50])
def test_steady_trouble_has_no_scatter_however_suddenly_it_comes_and_goes(bad: int) -> None:
    state = engine.start(BEGIN)
    for sample in seconds(*[(50, 0)] * 120, *[(50, bad)] * 60, *[(50, 0)] * 60):
        state, _ = engine.step([RULE], state, sample)
    (span,) = state.watches["rise"].held[TEST].spans
    assert span.dispersion < 1.1
    assert BEGIN + 110 <= span.began <= BEGIN + 121
    assert BEGIN + 180 <= span.ended <= BEGIN + 185


@pytest.mark.parametrize("length", [1, 3, 5])
def test_trouble_of_a_few_seconds_is_left_where_it_is(length: int) -> None:
    state = engine.start(BEGIN)
    for sample in seconds(*[(50, 0)] * 120, *[(50, 25)] * length, *[(50, 0)] * 60):
        state, _ = engine.step([RULE], state, sample)
    assert state.watches["rise"].held[TEST].spans == ()
