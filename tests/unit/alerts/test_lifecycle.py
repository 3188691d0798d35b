"""P8: one alert an episode: grouped, repeated, held back, rested, folded, resolved at the end."""

from locust_failure_forwarder.alerts.episodes import Notice
from locust_failure_forwarder.alerts.samples import EndpointSample, Sample
from support.ratio_samples import BAD, BEGIN, GOOD, rule, seconds, told


def states(notices: list[Notice]) -> list[tuple[str, float]]:
    return [(notice.state, notice.at - BEGIN) for notice in notices]


def endpoints(*per_second: dict[str, tuple[int, int]]) -> list[Sample]:
    """One sample a second, from the requests and failures of each endpoint in it."""
    names = sorted({name for second in per_second for name in second})
    samples: list[Sample] = []
    sums = dict.fromkeys(names, (0, 0))
    for n, second in enumerate(per_second):
        made = {name: second.get(name, (0, 0)) for name in names}
        sums = {name: (sums[name][0] + made[name][0], sums[name][1] + made[name][1]) for name in names}
        counted = tuple(EndpointSample("GET", name, *sums[name]) for name in names)
        total = sum(e.requests for e in counted), sum(e.failures for e in counted)
        samples.append(Sample(BEGIN + n + 1, *total, 50, counted))
    return samples


def test_for_must_hold_before_it_fires() -> None:
    held = rule(**{"for": "5s"}, over="1s")
    assert states(told([held], seconds(*[GOOD] * 10, *[BAD] * 4, *[GOOD] * 10))) == []
    assert states(told([held], seconds(*[GOOD] * 10, *[BAD] * 20)))[0] == ("firing", 16)


def test_warm_up_does_not_count() -> None:
    warm = rule(warm_up="10s", over="30s")
    assert told([warm], seconds(*[BAD] * 10, *[GOOD] * 60)) == []
    assert states(told([warm], seconds(*[BAD] * 20))) == [("firing", 11)]


def test_after_cooldown_what_still_holds_fires() -> None:
    rests = rule(over="1s", resolve_after=0, cooldown="60s")
    samples = seconds(BAD, GOOD, GOOD, *[BAD] * 100)
    assert states(told([rests], samples)) == [("firing", 1), ("resolved", 2), ("firing", 62)]


def test_an_alert_that_lasts_is_told_again_with_the_same_episode() -> None:
    notices = told([rule(repeat="1m")], seconds(*[BAD] * 150), end=BEGIN + 151)
    assert states(notices) == [("firing", 1), ("firing", 61), ("firing", 121), ("resolved", 151)]
    assert [notice.repeat for notice in notices] == [0, 1, 2, 3]
    assert {notice.episode.number for notice in notices} == {1}


def test_forty_endpoints_that_fail_together_are_one_alert() -> None:
    good, bad = ({f"/{n}": (50, failed) for n in range(40)} for failed in (0, 40))
    notices = told([rule(per="endpoint")], endpoints(*[good] * 20, *[bad] * 5, *[good] * 60))
    assert [notice.state for notice in notices] == ["firing", "resolved"]
    assert len(notices[0].firing) == len(notices[1].firing) == 40


def test_endpoints_that_join_are_told_of_once_and_the_episode_ends_with_the_last() -> None:
    early, both = {"/a": (50, 40), "/b": (50, 0)}, {"/a": (50, 40), "/b": (50, 40)}
    late, good = {"/a": (50, 0), "/b": (50, 40)}, {"/a": (50, 0), "/b": (50, 0)}
    notices = told([rule(per="endpoint")], endpoints(*[early] * 10, *[both] * 60, *[late] * 60, *[good] * 60))
    assert states(notices) == [("firing", 1), ("firing", 11), ("resolved", 170)]
    assert [len(notice.firing) for notice in notices] == [1, 2, 2]


def test_nothing_is_called_still_firing_while_it_is_below_its_limit() -> None:
    repeating = rule(repeat="10s", over="5s")
    notices = told([repeating], seconds(*[BAD] * 12, *[GOOD] * 60))
    assert states(notices) == [("firing", 1), ("firing", 11), ("resolved", 47)]
    both, one = {"/a": (50, 40), "/b": (50, 40)}, {"/a": (50, 40), "/b": (50, 0)}
    notices = told([rule(per="endpoint", repeat="30s", over="5s")], endpoints(*[both] * 10, *[one] * 35))
    assert [[finding.subject.name for finding in notice.firing] for notice in notices] == [["/a", "/b"], ["/a"]]


def test_p8_a_failure_that_spreads_for_minutes_is_a_handful_of_messages() -> None:
    spreading = [{f"/{n}": (50, 40 if second > 5 * n else 0) for n in range(40)} for second in range(1, 301)]
    notices = told([rule(per="endpoint")], endpoints(*spreading))
    assert states(notices) == [("firing", at) for at in (1, 11, 31, 71, 151)]
    assert [len(notice.firing) for notice in notices] == [1, 3, 7, 15, 31]
    assert all(notice.episode.number == 1 for notice in notices)


def test_one_endpoint_that_fails_is_found_among_many_that_do_not() -> None:
    mixed = {"/bad": (20, 10), **{f"/{n}": (100, 0) for n in range(20)}}
    assert told([rule()], endpoints(*[mixed] * 30)) == []
    (notice,) = told([rule(per="endpoint")], endpoints(*[mixed] * 30))
    assert (notice.finding.subject.name, notice.finding.value) == ("/bad", 0.5)


def test_a_rule_is_held_back_while_another_says_more() -> None:
    big, small = rule(name="big", above="50%"), rule(name="small", unless=["big"])
    assert {n.rule.name for n in told([small, big], seconds(*[GOOD] * 20, *[BAD] * 60))} == {"small", "big"}
    assert {n.rule.name for n in told([small, big], seconds(*[BAD] * 60))} == {"big"}


def test_messages_beyond_the_hours_are_told_together_and_none_is_left_open() -> None:
    limited = rule(over="1s", resolve_after=0, max_per_hour=6)
    flapping = seconds(*[BAD, GOOD] * 50, *[GOOD] * 3700)
    notices = told([limited], flapping, end=BEGIN + 3801)
    assert [notice.state for notice in notices] == ["firing", "resolved"] * 3 + ["resolved"]
    digest = notices[-1]
    assert digest.folded == 46, "of 50 episodes three were told, and this is one"
    assert 3600 <= digest.at - BEGIN <= 3610
    for begin in range(0, 3700, 100):
        assert sum(begin <= n.at - BEGIN < begin + 3600 for n in notices) <= 6


def test_what_was_folded_is_told_at_the_end_at_the_latest() -> None:
    limited = rule(over="1s", resolve_after=0, max_per_hour=2)
    notices = told([limited], seconds(*[BAD, GOOD] * 10), end=BEGIN + 21)
    assert [(n.state, n.folded) for n in notices] == [("firing", 0), ("resolved", 0), ("resolved", 8)]
    notices = told([limited], seconds(*[BAD, GOOD] * 10, BAD), end=BEGIN + 22)
    assert [(n.resolution, n.folded) for n in notices][-1] == ("test_ended", 9)


def test_an_alert_whose_firing_was_not_told_is_told_when_there_is_room() -> None:
    limited = rule(over="1s", resolve_after=0, max_per_hour=2)
    notices = told([limited], seconds(BAD, GOOD, *[BAD] * 3700))
    assert [(n.state, n.repeat) for n in notices] == [("firing", 0), ("resolved", 1), ("firing", 0)]
    assert notices[-1].episode.started_at == BEGIN + 3
