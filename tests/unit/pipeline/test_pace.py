"""P7: how much a destination is asked at once (AIMD), and how often again (a budget). The clock is made up."""

from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.pace import BUDGET_MOST, MOST, START, Concurrency, RetryBudget
from support.clocks import Clock


def _fill(concurrency: Concurrency) -> int:
    while concurrency.enter():
        pass
    return concurrency.in_use


def _carry_off(concurrency: Concurrency, rounds: int) -> None:
    """So many rounds of as many batches as may be under way, all of which succeed."""
    for _ in range(rounds):
        _fill(concurrency)
        while concurrency.in_use:
            concurrency.succeeded()
            concurrency.leave()


def test_it_begins_in_the_middle() -> None:
    assert _fill(Concurrency(Clock())) == START


def test_a_place_given_back_can_be_taken_again() -> None:
    concurrency = Concurrency(Clock())
    _fill(concurrency)
    concurrency.leave()
    assert concurrency.enter()
    assert not concurrency.enter()


def test_success_at_the_bound_raises_it_slowly_up_to_the_most() -> None:
    concurrency = Concurrency(Clock())
    _fill(concurrency)
    for _ in range(START):
        concurrency.succeeded()
    assert concurrency.limit == START, "not quite one more for each round"
    concurrency.succeeded()
    assert concurrency.limit == START + 1
    _carry_off(concurrency, 500)
    assert concurrency.limit == MOST


def test_success_below_the_bound_teaches_nothing() -> None:
    concurrency = Concurrency(Clock())
    assert concurrency.enter()
    for _ in range(1000):
        concurrency.succeeded()
    assert concurrency.limit == START


def test_p7_overload_halves_it_and_several_signs_of_one_moment_are_one() -> None:
    clock = Clock()
    concurrency = Concurrency(clock)
    for _ in range(8):
        concurrency.overloaded()
    assert concurrency.limit == START // 2
    clock.now += 1.0
    concurrency.overloaded()
    assert concurrency.limit == 1
    clock.now += 1.0
    concurrency.overloaded()
    assert concurrency.limit == 1, "one can always try"


def test_after_overload_nobody_enters_until_enough_have_left() -> None:
    concurrency = Concurrency(Clock())
    _fill(concurrency)
    concurrency.overloaded()
    concurrency.leave()
    concurrency.leave()
    assert not concurrency.enter()
    concurrency.leave()
    assert concurrency.enter()


@settings(deadline=None)
@given(st.lists(st.sampled_from(["enter", "succeed", "overload", "wait"]), max_size=500))
def test_p7_it_stays_between_one_and_eight_and_is_never_exceeded_by_who_enters(steps: list[str]) -> None:
    clock = Clock()
    concurrency = Concurrency(clock)
    for step in steps:
        if step == "wait":
            clock.now += 0.4
        elif step == "enter":
            before = concurrency.in_use
            assert concurrency.enter() == (before < concurrency.limit)
            assert concurrency.in_use <= max(before, concurrency.limit)
        elif concurrency.in_use:
            if step == "succeed":
                concurrency.succeeded()
            else:
                concurrency.overloaded()
            concurrency.leave()
        assert 1 <= concurrency.limit <= MOST == 8


def test_a_few_retries_are_free_and_then_one_a_second() -> None:
    clock = Clock()
    budget = RetryBudget(clock)
    assert [budget.spend() for _ in range(int(BUDGET_MOST))] == [0.0] * int(BUDGET_MOST)
    assert [budget.spend() for _ in range(3)] == [1.0, 2.0, 3.0]


def test_ten_requests_pay_for_a_retry() -> None:
    budget = RetryBudget(Clock())
    for _ in range(int(BUDGET_MOST)):
        budget.spend()
    for _ in range(10):
        budget.earn()
    assert budget.spend() < 1e-9
    assert budget.spend() > 0.99


def test_what_is_not_spent_is_not_kept_for_ever() -> None:
    clock = Clock()
    budget = RetryBudget(clock)
    clock.now += 3600
    for _ in range(10_000):
        budget.earn()
    waits = [budget.spend() for _ in range(int(BUDGET_MOST) + 1)]
    assert waits == [0.0] * int(BUDGET_MOST) + [1.0]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["request", "request", "retry", "retry", "wait"]), max_size=500), st.floats(0.01, 5))
def test_p7_over_any_time_retries_stay_within_a_tenth_of_the_requests_and_one_a_second(
    steps: list[str], pause: float
) -> None:
    clock = Clock()
    begin = clock.now
    budget = RetryBudget(clock)
    requests = 0
    allowed_at: list[float] = []
    for step in steps:
        if step == "wait":
            clock.now += pause
        elif step == "request":
            budget.earn()
            requests += 1
        else:
            wait = budget.spend()
            assert wait >= 0.0
            allowed_at.append(clock.now + wait)
            seconds = max(allowed_at) - begin
            assert len(allowed_at) <= BUDGET_MOST + 0.1 * requests + seconds + 1e-6
