"""P8: one firing and one resolved transition for each spike, soon, whatever flaps."""

from locust_failure_forwarder.alerts.samples import EndpointSample, Sample
from support.ratio_samples import BAD, BEGIN, GOOD, IDLE, Transition, finish, rule, run_through, seconds, start


def test_a_healthy_run_says_nothing() -> None:
    _, transitions = run_through(rule(), seconds(*[(50, 2)] * 120))
    assert transitions == []


def test_a_spike_fires_at_the_first_sample_over_the_limit() -> None:
    _, transitions = run_through(rule(), seconds(*[GOOD] * 60, BAD, BAD))
    (fired,) = transitions
    assert fired == Transition("firing", BEGIN + 61, BEGIN + 61, 40 / 500, 500, 40, 50, None, ())


def test_a_run_that_fails_from_its_first_second_fires_in_it() -> None:
    _, transitions = run_through(rule(), seconds(BAD))
    assert [(t.state, t.at, t.requests) for t in transitions] == [("firing", BEGIN + 1, 50)]


def test_few_requests_say_nothing() -> None:
    _, transitions = run_through(rule(), seconds((19, 19), *[IDLE] * 20, (19, 19)))
    assert transitions == []


def test_a_share_equal_to_the_limit_does_not_fire() -> None:
    _, transitions = run_through(rule(), seconds(*[(100, 5)] * 30))
    assert transitions == []


def test_a_spike_resolves_once_when_it_has_been_below_long_enough() -> None:
    _, transitions = run_through(rule(), seconds(*[GOOD] * 30, *[BAD] * 5, *[GOOD] * 120))
    fired, resolved = transitions
    assert fired.state == "firing"
    assert (resolved.state, resolved.resolution) == ("resolved", "recovered")
    assert resolved.started_at == fired.at
    # the bad seconds leave the window of 10 s at second 45, and it takes 30 s more to be sure
    assert resolved.at == BEGIN + 75
    assert (resolved.failures, resolved.value) == (0, 0.0)


def test_flapping_every_second_fires_once_and_resolves_once() -> None:
    flapping = [BAD, GOOD] * 60
    _, transitions = run_through(rule(over="1s"), seconds(*[GOOD] * 30, *flapping, *[GOOD] * 60))
    assert [t.state for t in transitions] == ["firing", "resolved"]


def test_a_share_between_the_two_limits_neither_resolves_nor_fires_again() -> None:
    _, transitions = run_through(rule(), seconds(*[BAD] * 10, *[(100, 3)] * 300))
    assert [t.state for t in transitions] == ["firing"]


def test_a_second_spike_is_a_second_episode() -> None:
    spike = [*[BAD] * 5, *[GOOD] * 60]
    _, transitions = run_through(rule(), seconds(*spike, *spike))
    assert [t.state for t in transitions] == ["firing", "resolved", "firing", "resolved"]
    assert transitions[2].started_at > transitions[1].at


def test_seconds_below_the_limit_must_follow_each_other() -> None:
    nearly = [*[GOOD] * 38, BAD]  # 10 s until the window is clean, 28 s below, then bad again
    _, transitions = run_through(rule(), seconds(*[BAD] * 5, *nearly * 5))
    assert [t.state for t in transitions] == ["firing"]


def test_silence_is_no_recovery() -> None:
    _, transitions = run_through(rule(), seconds(*[BAD] * 5, *[IDLE] * 600))
    assert [t.state for t in transitions] == ["firing"]


def test_silence_stops_the_clock_of_recovery_and_does_not_set_it_back() -> None:
    before = [*[BAD] * 5, *[GOOD] * 30]  # clean from second 15, so 20 s below the limit
    _, without = run_through(rule(), seconds(*before, *[GOOD] * 30))
    _, with_silence = run_through(rule(), seconds(*before, *[IDLE] * 100, *[GOOD] * 30))
    assert without[1].at == BEGIN + 45
    # the window still holds requests until second 44; the clock goes on at the first request after the silence
    assert with_silence[1].at == BEGIN + 136


def test_a_limit_of_zero_resolves_when_nothing_fails() -> None:
    _, transitions = run_through(rule(above=0, resolve_below=0), seconds((50, 1), *[GOOD] * 60))
    assert [t.state for t in transitions] == ["firing", "resolved"]


def test_resolve_after_zero_resolves_at_the_first_sample_below() -> None:
    _, transitions = run_through(rule(resolve_after=0), seconds(*[BAD] * 3, *[GOOD] * 20))
    assert [(t.state, t.at) for t in transitions] == [("firing", BEGIN + 1), ("resolved", BEGIN + 13)]


def test_a_master_whose_numbers_move_every_three_seconds_is_understood() -> None:
    def steps(*per_step: tuple[int, int]) -> list[tuple[int, int]]:
        return [second for step in per_step for second in (step, IDLE, IDLE)]

    _, transitions = run_through(rule(), seconds(*steps(*[(150, 0)] * 10, *[(150, 120)] * 2, *[(150, 0)] * 30)))
    assert [t.state for t in transitions] == ["firing", "resolved"]
    assert transitions[0].at == BEGIN + 31


def test_a_gap_in_the_samples_counts_what_happened_in_it() -> None:
    before, after = seconds(*[GOOD] * 20), Sample(BEGIN + 80, 4000, 1500, 50, ())
    _, transitions = run_through(rule(), [*before, after])
    (fired,) = transitions
    assert fired.failures == 1500


def test_the_end_of_a_run_resolves_what_still_fires() -> None:
    state, _ = run_through(rule(), seconds(*[BAD] * 5))
    state, ended = finish(rule(), state, BEGIN + 6)
    assert ended is not None
    assert (ended.state, ended.resolution, ended.at, ended.started_at) == (
        "resolved",
        "test_ended",
        BEGIN + 6,
        BEGIN + 1,
    )
    assert (ended.requests, ended.failures, ended.value, ended.users) == (250, 200, 0.8, 50)
    assert finish(rule(), state, BEGIN + 7)[1] is None


def test_the_end_of_a_quiet_run_says_nothing() -> None:
    for samples in ([], seconds(*[GOOD] * 5)):
        state, _ = run_through(rule(), samples)
        assert finish(rule(), state, BEGIN + 6)[1] is None


def test_a_sample_that_comes_after_the_end_sets_nothing_off() -> None:
    """Nothing would ever resolve it."""
    state, _ = finish(rule(), start(), BEGIN)
    _, transitions = run_through(rule(), seconds(*[BAD] * 20), state)
    assert transitions == []


def test_endpoints_are_counted_within_the_window_and_the_worst_come_first() -> None:
    def sample(at: float, *endpoints: tuple[str, int, int]) -> Sample:
        counted = tuple(EndpointSample("GET", *endpoint) for endpoint in endpoints)
        return Sample(BEGIN + at, sum(e.requests for e in counted), sum(e.failures for e in counted), 5, counted)

    samples = [
        sample(1, ("/old", 100, 1), ("/a", 100, 0), ("/b", 100, 0)),
        sample(20, ("/old", 200, 1), ("/a", 110, 9), ("/b", 400, 90), ("/new", 5, 5)),
    ]
    _, transitions = run_through(rule(), samples)
    assert [(e.name, e.requests, e.failures) for e in transitions[0].endpoints] == [
        ("/b", 300, 90),
        ("/a", 10, 9),
        ("/new", 5, 5),
    ]


def test_endpoints_that_redaction_gave_one_name_are_added_up() -> None:
    twice = (EndpointSample("GET", "/[ID]", 30, 10), EndpointSample("GET", "/[ID]", 20, 5))
    _, transitions = run_through(rule(), [Sample(BEGIN, 50, 15, 5, twice)])
    assert transitions[0].endpoints == (EndpointSample("GET", "/[ID]", 50, 15),)


def test_at_most_ten_endpoints_are_named() -> None:
    many = tuple(EndpointSample("GET", f"/{n}", 10, n) for n in range(40))
    _, transitions = run_through(rule(), [Sample(BEGIN, 400, 390, 5, many)])
    assert [e.failures for e in transitions[0].endpoints] == list(range(39, 29, -1))
