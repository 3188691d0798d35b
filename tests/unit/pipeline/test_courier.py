"""One batch to one destination: its form simplified once, its series of attempts, what holds all routes (P7)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from locust_failure_forwarder.destinations.base import Delivered, Itemised, Rejected, Retry, Verdict
from locust_failure_forwarder.pipeline.breaker import FAILURES
from locust_failure_forwarder.pipeline.deliver import NetworkError
from support.couriers import BATCH, VERDICTS, Desk, Paper


def test_a_batch_that_is_taken_is_sent_once() -> None:
    desk = Desk(200)
    assert desk.deliver() == Delivered()
    assert (desk.sent, desk.told) == ([b"rich"], [])


def test_a_form_that_is_refused_is_simplified_at_once() -> None:
    desk = Desk(400, 200)
    assert desk.deliver() == Delivered()
    assert desk.sent == [b"rich", b"plain"]
    assert desk.told == []


def test_a_form_that_is_refused_twice_is_refused_for_good() -> None:
    desk = Desk(400, 400)
    assert desk.deliver() == Rejected("400: refused for its form")
    assert desk.sent == [b"rich", b"plain"]


def test_once_simplified_it_stays_simple() -> None:
    desk = Desk(400, 503, 200)
    assert desk.deliver() == Delivered()
    assert desk.sent == [b"rich", b"plain", b"plain"]
    assert desk.told == [Retry("503")]


def test_no_answer_is_tried_again() -> None:
    desk = Desk(NetworkError("connection refused"), 200)
    assert desk.deliver() == Delivered()
    assert desk.told == [Retry("connection refused")]


def test_a_request_that_cannot_be_formed_waits_for_a_person() -> None:
    desk = Desk(NetworkError("the request could not be formed", ours=True))
    verdict = desk.deliver()
    assert verdict == Retry("the request could not be formed", needs_repair=True)
    assert desk.told == [verdict]
    assert len(desk.sent) == 1
    assert desk.courier.breaker.for_repair


@pytest.mark.parametrize("status", [401, 403, 410, 422, 418, 207])
def test_what_another_attempt_cannot_mend_is_not_tried_again(status: int) -> None:
    desk = Desk(status)
    verdict = desk.deliver()
    expected = VERDICTS[status]
    if isinstance(expected, Rejected):
        expected = replace(expected, status=status, answer="")
    assert verdict == expected
    assert len(desk.sent) == 1


def test_a_refusal_carries_the_status_and_the_answer_to_the_dead_letter() -> None:
    desk = Desk((422, {}, b"field `sku` is unknown"))
    assert desk.deliver() == Rejected("422", splittable=True, status=422, answer="field `sku` is unknown")


def test_p6_an_event_that_cannot_be_encoded_is_refused_and_can_be_isolated() -> None:
    def encode(plain: bool) -> bytes:
        raise ValueError("not-a-real-secret")

    desk = Desk(destination=Paper(encode))
    assert desk.deliver() == Rejected("cannot be encoded (ValueError)", splittable=True)
    assert desk.sent == []
    assert desk.courier.breaker.admit(), "that says nothing about the destination"


def test_an_answer_that_cannot_be_read_is_tried_again_and_ends_nothing() -> None:
    desk = Desk(299, 200)
    assert desk.deliver() == Delivered()
    assert desk.told == [Retry("299: the answer cannot be read (KeyError)")]


def test_p4_what_is_said_of_single_records_is_cleaned_as_a_whole_answer_is() -> None:
    refused = Rejected("422", status=422, answer="\udc80" + "x" * 5000)
    desk = Desk(
        207, destination=Paper(verdicts={207: Itemised({BATCH.events[0].id: refused, UUID(int=1): Delivered()})})
    )
    verdict = desk.deliver()
    assert isinstance(verdict, Itemised)
    cleaned = verdict.verdicts[BATCH.events[0].id]
    assert cleaned == Rejected("422", status=422, answer="?" + "x" * 2047)
    assert verdict.verdicts[UUID(int=1)] == Delivered()


# -- who must say how it went --------------------------------------------------------------------------------------


def test_a_probe_that_is_cancelled_lets_the_next_one_through() -> None:
    desk = Desk(*[503] * FAILURES, "hang", 200)
    desk.deliver()

    async def run() -> None:
        hanging = asyncio.create_task(desk.courier.deliver(BATCH, desk.told.append, again=True))
        while len(desk.sent) <= FAILURES:
            await asyncio.sleep(0)
        assert desk.courier.breaker.state == "probing"
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        assert await desk.courier.deliver(BATCH, desk.told.append, again=True) == Delivered()

    asyncio.run(run())


def test_a_probe_that_is_cancelled_at_the_gate_lets_the_next_one_through() -> None:
    desk = Desk(*[503] * FAILURES)
    desk.deliver()

    async def run() -> None:
        await desk.courier.gate._turn.acquire()  # pyright: ignore[reportPrivateUsage] - somebody is in the way
        waiting = asyncio.create_task(desk.courier.deliver(BATCH, desk.told.append, again=True))
        while desk.courier.breaker.state != "probing":
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(run())
    assert desk.courier.breaker.state == "open"


def test_a_probe_that_cannot_be_encoded_lets_the_next_one_through() -> None:
    def encode(plain: bool) -> bytes:
        raise ValueError

    desk = Desk(destination=Paper(encode))
    desk.courier.breaker.failed(desk.clock(), for_repair=True, is_probe=False)
    desk.deliver()
    assert desk.courier.breaker.state == "open"
    assert desk.courier.breaker.admit()


def test_who_waited_at_the_gate_while_the_breaker_opened_is_not_sent() -> None:
    desk = Desk(200)

    async def run() -> None:
        await desk.courier.gate._turn.acquire()  # pyright: ignore[reportPrivateUsage] - somebody is in the way
        waiting = asyncio.create_task(desk.courier.deliver(BATCH, desk.told.append))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        desk.courier.breaker.failed(desk.clock(), for_repair=True, is_probe=False)
        desk.courier.gate._turn.release()  # pyright: ignore[reportPrivateUsage] - see above
        assert await waiting == Delivered()

    asyncio.run(run())
    assert desk.at == [1060.0], "as the probe, when its time had come"


def test_the_gate_paces_every_request_of_a_destination_the_simplified_one_too() -> None:
    desk = Desk(400, 200, 200, min_interval=1.0)

    async def two() -> Sequence[Verdict]:
        return await asyncio.gather(*(desk.courier.deliver(BATCH, desk.told.append) for _ in range(2)))

    assert asyncio.run(two()) == [Delivered(), Delivered()]
    assert desk.at == [1000.0, 1001.0, 1002.0]


def test_an_itemised_answer_is_handed_on_as_it_is() -> None:
    assert isinstance(Desk(207).deliver(), Itemised)
