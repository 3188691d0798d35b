"""P7: a series of attempts, what ends it, and what it costs. Time passes only where the courier sleeps."""

import asyncio
from collections.abc import Sequence

import pytest
from locust_failure_forwarder.destinations.base import Delivered, Retry, Verdict
from locust_failure_forwarder.pipeline.breaker import FAILURES
from locust_failure_forwarder.pipeline.pace import BUDGET_MOST, START
from locust_failure_forwarder.pipeline.retry import SERIES_ATTEMPTS
from support.couriers import BATCH, Desk


def test_p7_attempts_of_a_series_are_apart_by_a_doubling_backoff() -> None:
    desk = Desk(503, 503, 503, 200)
    assert desk.deliver() == Delivered()
    assert [late - early for early, late in zip(desk.at, desk.at[1:], strict=False)] == [0.5, 1.0, 2.0]


def test_p7_a_series_ends_once_the_breaker_opens() -> None:
    desk = Desk(*[503] * 20)
    assert desk.deliver() == Retry("503")
    assert len(desk.told) == len(desk.sent) == FAILURES < SERIES_ATTEMPTS
    assert desk.courier.breaker.state == "open"


def test_p7_a_series_of_another_batch_ends_too_once_the_breaker_has_opened() -> None:
    desk = Desk(*[503] * 20)
    for _ in range(FAILURES - 2):
        desk.courier.breaker.failed(desk.clock(), for_repair=False, is_probe=False)
    assert desk.deliver() == Retry("503")
    assert len(desk.sent) == 2


def test_p7_the_series_after_it_begins_with_the_probe_and_ends_with_it() -> None:
    desk = Desk(*[503] * 20)
    desk.deliver()
    opens_at = desk.courier.breaker.retry_at
    assert desk.deliver(again=True) == Retry("503")
    assert desk.at[FAILURES:] == [opens_at], "one request, when its time had come"
    assert desk.courier.breaker.retry_at - opens_at == 10.0


def test_p7_a_probe_that_is_taken_opens_the_way_for_all_who_wait() -> None:
    desk = Desk(*[503] * FAILURES, *[200] * 3)
    desk.deliver()

    async def three() -> Sequence[Verdict]:
        return await asyncio.gather(*(desk.courier.deliver(BATCH, desk.told.append) for _ in range(3)))

    assert asyncio.run(three()) == [Delivered()] * 3
    assert desk.states[FAILURES:] == ["probing", "closed", "closed"]


def test_p7_while_it_is_open_only_one_of_many_asks() -> None:
    desk = Desk(*[503] * 200)
    desk.deliver()
    desk.most_at_once = 0

    async def many() -> None:
        tasks = [asyncio.create_task(desk.courier.deliver(BATCH, desk.told.append, again=True)) for _ in range(8)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(many())
    assert desk.most_at_once == 1


@pytest.mark.parametrize("status", [401, 403, 410])
def test_p7_what_needs_a_person_opens_the_breaker_at_once_and_keeps_the_records(status: int) -> None:
    desk = Desk(status)
    verdict = desk.deliver()
    assert isinstance(verdict, Retry), "nothing is given up"
    assert desk.courier.breaker.state == "open"
    assert desk.courier.state() == {
        "breaker": "open",
        "needs_repair": True,
        "next_try_s": 60.0,
        "concurrency": START,
    }
    assert desk.courier.idle_until == desk.clock.now + 60.0


@pytest.mark.parametrize("status", [418, 422, 207, 400])
def test_a_destination_that_refuses_a_batch_is_in_good_health(status: int) -> None:
    desk = Desk(*[status] * 40)
    for _ in range(10):
        desk.deliver()
    assert desk.courier.breaker.state == "closed"
    assert desk.courier.concurrency.limit == START


def test_p7_trouble_halves_the_concurrency_and_bad_credentials_do_not() -> None:
    desk = Desk(503, 200)
    desk.deliver()
    assert desk.courier.concurrency.limit == START // 2
    desk = Desk(401)
    desk.deliver()
    assert desk.courier.concurrency.limit == START


def test_p7_retries_spend_a_budget_and_then_wait_for_it() -> None:
    desk = Desk(*[503, 503, 200] * 40, backoff=0.0)
    for _ in range(40):
        assert desk.deliver() == Delivered()
    retries = 80
    allowed_at_once = BUDGET_MOST + 0.1 * 40
    assert desk.clock.now - desk.at[0] == pytest.approx(retries - allowed_at_once, abs=1.0)


def test_p7_a_batch_that_is_sent_again_pays_for_its_first_attempt_too() -> None:
    desk = Desk(*[200] * 30)
    for _ in range(30):
        desk.deliver(again=True)
    assert desk.clock.now - desk.at[0] == pytest.approx(30 - BUDGET_MOST)


def test_batches_that_are_taken_at_once_cost_no_budget() -> None:
    desk = Desk(*[200] * 1000)
    for _ in range(1000):
        desk.deliver()
    assert desk.clock.slept == []


def test_p7_between_two_series_there_is_a_rest_unless_the_breaker_says_when() -> None:
    desk = Desk()
    asyncio.run(desk.courier.rest())
    assert desk.clock.slept == [30.0]
    desk.courier.breaker.failed(desk.clock(), for_repair=True, is_probe=False)
    asyncio.run(desk.courier.rest())
    assert desk.clock.slept == [30.0]


def test_p5_while_draining_the_rest_is_short() -> None:
    desk = Desk()
    desk.courier.hurry.draining = True
    asyncio.run(desk.courier.rest())
    assert desk.clock.slept == [1.0]


def test_p5_a_drain_asks_at_once_whatever_was_waited_for() -> None:
    desk = Desk(401, 200)
    desk.deliver()
    desk.courier.drain()
    assert desk.deliver(again=True) == Delivered()
    assert desk.at[1] == desk.at[0]
