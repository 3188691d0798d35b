"""P7: a destination that limits our rate is left alone, by all of its routes, for as long as it asks."""

import asyncio
from collections.abc import Sequence

import pytest
from locust_failure_forwarder.destinations.base import Delivered, Retry, Verdict
from locust_failure_forwarder.pipeline.breaker import FAILURES
from locust_failure_forwarder.pipeline.pace import START
from locust_failure_forwarder.pipeline.retry import MAX_RETRY_AFTER, SERIES_ATTEMPTS
from support.couriers import BATCH, VERDICTS, Answer, Desk, Paper

ASKED: Answer = (429, {"retry-after": "20"}, b"")
BEGIN = 1000.0


def test_p7_retry_after_holds_the_gate_of_the_whole_destination() -> None:
    desk = Desk(ASKED, 200, 200)

    async def two() -> Sequence[Verdict]:
        first = asyncio.create_task(desk.courier.deliver(BATCH, desk.told.append))
        while len(desk.sent) < 1 or not desk.told:
            await asyncio.sleep(0)
        return await asyncio.gather(first, desk.courier.deliver(BATCH, desk.told.append))

    assert asyncio.run(two()) == [Delivered(), Delivered()]
    assert desk.at[0] == BEGIN
    assert all(at >= BEGIN + 20.0 for at in desk.at[1:]), "the other batch too"


def test_p7_retry_after_of_a_series_that_ended_still_holds() -> None:
    desk = Desk(*[ASKED] * SERIES_ATTEMPTS)
    assert desk.deliver() == Retry("429")
    assert len(desk.sent) == SERIES_ATTEMPTS
    assert desk.courier.gate.opens_at == desk.at[-1] + 20.0
    assert desk.courier.idle_until == desk.at[-1] + 20.0
    assert desk.courier.state()["next_try_s"] == 20.0


@pytest.mark.parametrize(("header", "body", "waited"), [("2", 64.5, 64.5), ("2", 0.3, 2.0), ("", 64.5, 64.5)])
def test_p7_the_wait_that_a_body_asks_for_holds_as_well(header: str, body: float, waited: float) -> None:
    """Discord's, which no header need repeat."""
    paper = Paper(verdicts={**VERDICTS, 429: Retry("429", after=body)})
    desk = Desk((429, {"retry-after": header}, b""), 200, destination=paper, backoff=0.0)
    assert desk.deliver() == Delivered()
    assert desk.at == [BEGIN, BEGIN + waited]


def test_p7_one_that_says_when_to_come_back_is_in_good_health() -> None:
    desk = Desk(*[ASKED] * 10 * FAILURES)
    for _ in range(5):
        desk.deliver()
    assert desk.courier.breaker.state == "closed"


def test_p7_it_is_a_sign_of_overload_all_the_same() -> None:
    desk = Desk(ASKED, 200)
    desk.deliver()
    assert desk.courier.concurrency.limit == START // 2


def test_p7_one_that_limits_us_without_saying_for_how_long_is_left_alone_for_a_second() -> None:
    desk = Desk(429, 200, backoff=0.0)
    assert desk.deliver() == Delivered()
    assert desk.at == [BEGIN, BEGIN + 1.0]


@pytest.mark.parametrize("answer", [429, (429, {"retry-after": "0"}, b""), (429, {"retry-after": "soon"}, b"")])
def test_p7_and_opens_the_breaker_after_a_while(answer: Answer) -> None:
    desk = Desk(*[answer] * FAILURES)
    desk.deliver()
    assert desk.courier.breaker.state == "open"


@pytest.mark.parametrize(
    "headers",
    [
        {"ratelimit": '"default";r=0;t=30'},
        {"ratelimit-remaining": "0", "ratelimit-reset": "30"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_p7_a_success_that_leaves_nothing_holds_the_next(headers: dict[str, str]) -> None:
    desk = Desk((200, headers, b""), 200)
    assert desk.deliver() == Delivered()
    assert desk.deliver() == Delivered()
    assert desk.at == [BEGIN, BEGIN + 30.0]
    assert desk.told == [], "nothing failed"


def test_a_success_that_leaves_something_holds_nobody() -> None:
    desk = Desk((200, {"ratelimit": '"default";r=1;t=30', "retry-after": "30"}, b""), 200)
    desk.deliver()
    desk.deliver()
    assert desk.at == [BEGIN, BEGIN]


def test_p7_retry_after_of_an_outage_is_honoured_and_counts_as_one() -> None:
    desk = Desk(*[(503, {"retry-after": "20"}, b"")] * FAILURES)
    desk.deliver()
    assert desk.courier.breaker.state == "open"
    assert desk.courier.idle_until == desk.at[-1] + 20.0, "the later of the two, as the breaker alone would ask in 5 s"


def test_p7_what_needs_a_person_may_ask_for_time_as_well() -> None:
    desk = Desk((401, {"retry-after": "600"}, b""))
    desk.deliver()
    assert desk.courier.idle_until == BEGIN + 600.0


def test_no_destination_silences_us_for_longer_than_a_quarter_of_an_hour_at_a_time() -> None:
    desk = Desk((429, {"retry-after": "86400"}, b""), 200)
    assert desk.deliver() == Delivered()
    assert desk.at == [BEGIN, BEGIN + MAX_RETRY_AFTER]


def test_p7_a_probe_that_is_told_to_come_back_later_is_followed_by_another_then() -> None:
    desk = Desk(401, ASKED, 200)
    desk.deliver()
    assert desk.deliver(again=True) == Retry("429")
    assert desk.deliver(again=True) == Delivered()
    assert desk.at == [BEGIN, BEGIN + 60.0, BEGIN + 80.0]
    assert desk.courier.breaker.state == "closed"
