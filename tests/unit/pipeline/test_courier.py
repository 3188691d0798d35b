"""One batch to one destination: its form simplified once, its series of attempts, Retry-After for all routes (P7)."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from locust_failure_forwarder.config.models import DestinationConfig
from locust_failure_forwarder.destinations.base import (
    Batch,
    Delivered,
    Destination,
    HttpRequest,
    HttpResponse,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from locust_failure_forwarder.pipeline.courier import Courier
from locust_failure_forwarder.pipeline.deliver import NetworkError
from locust_failure_forwarder.pipeline.retry import SERIES_ATTEMPTS, Gate, Hurry
from support.samples import event

BATCH = Batch("failures", "monitoring", [event("failures")])


class Paper(Destination):
    """Writes the form it was asked for; answers are verdicts already."""

    def __init__(self, encode: Callable[[bool], bytes] = lambda plain: b"plain" if plain else b"rich") -> None:
        self._encode = encode

    @property
    def config(self) -> DestinationConfig:
        return DestinationConfig(send=("failures",))

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:
        return HttpRequest("http://monitoring.test/", {}, self._encode(plain))

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        return VERDICTS[response.status]

    def probe(self, now: datetime) -> HttpRequest:
        raise NotImplementedError


VERDICTS: dict[int, Verdict] = {
    200: Delivered(),
    400: Simplify("400: refused for its form"),
    401: Retry("401", needs_repair=True),
    422: Rejected("422", splittable=True),
    429: Retry("429", after=20.0),
    503: Retry("503"),
}


class Clock:
    """Time that passes only in `sleep`."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Script:
    """A transport that gives these answers, one for each request."""

    def __init__(self, *answers: int | NetworkError) -> None:
        self._answers = list(answers)
        self.sent: list[bytes] = []
        self.at: list[float] = []
        self.clock = Clock()

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request.body)
        self.at.append(self.clock.now)
        answer = self._answers.pop(0)
        if isinstance(answer, NetworkError):
            raise answer
        return HttpResponse(answer)


def _deliver(script: Script, destination: Destination | None = None) -> tuple[Verdict, list[Retry], Gate]:
    gate = Gate(0.0, lambda: script.clock.now, script.clock.sleep)
    courier = Courier(destination or Paper(), script, gate, lambda: datetime.now(UTC), lambda low, high: low)
    told: list[Retry] = []
    return asyncio.run(courier.deliver(BATCH, Hurry(), told.append)), told, gate


def test_a_batch_that_is_taken_is_sent_once() -> None:
    script = Script(200)
    verdict, told, _ = _deliver(script)
    assert (verdict, script.sent, told) == (Delivered(), [b"rich"], [])


def test_a_form_that_is_refused_is_simplified_at_once() -> None:
    script = Script(400, 200)
    assert _deliver(script)[0] == Delivered()
    assert script.sent == [b"rich", b"plain"]


def test_a_form_that_is_refused_twice_is_refused_for_good() -> None:
    script = Script(400, 400)
    assert _deliver(script)[0] == Rejected("400: refused for its form")
    assert script.sent == [b"rich", b"plain"]


def test_once_simplified_it_stays_simple() -> None:
    script = Script(400, 503, 200)
    verdict, told, _ = _deliver(script)
    assert verdict == Delivered()
    assert script.sent == [b"rich", b"plain", b"plain"]
    assert told == [Retry("503")]


def test_no_answer_is_tried_again() -> None:
    verdict, told, _ = _deliver(Script(NetworkError("connection refused"), 200))
    assert verdict == Delivered()
    assert told == [Retry("connection refused")]


def test_a_request_that_cannot_be_formed_waits_for_a_person() -> None:
    script = Script(NetworkError("the request could not be formed", ours=True))
    verdict, told, _ = _deliver(script)
    assert verdict == Retry("the request could not be formed", needs_repair=True)
    assert told == [verdict]
    assert len(script.sent) == 1


def test_p7_a_series_ends_and_hands_back_its_last_verdict() -> None:
    script = Script(*[503] * SERIES_ATTEMPTS)
    verdict, told, _ = _deliver(script)
    assert verdict == Retry("503")
    assert len(told) == len(script.sent) == SERIES_ATTEMPTS


@pytest.mark.parametrize("status", [401, 422])
def test_what_another_attempt_cannot_mend_is_not_tried_again(status: int) -> None:
    script = Script(status)
    assert _deliver(script)[0] == VERDICTS[status]
    assert len(script.sent) == 1


def test_p7_retry_after_holds_the_gate_of_the_whole_destination() -> None:
    script = Script(429, 200)
    _, _, gate = _deliver(script)
    assert script.at == [1000.0, 1020.0]
    assert gate.opens_at == 1020.0


def test_p7_retry_after_of_a_series_that_ended_still_holds() -> None:
    script = Script(*[429] * SERIES_ATTEMPTS)
    _, _, gate = _deliver(script)
    assert gate.opens_at == script.at[-1] + 20.0


def test_p6_an_event_that_cannot_be_encoded_is_refused_and_can_be_isolated() -> None:
    def encode(plain: bool) -> bytes:
        raise ValueError("not-a-real-secret")

    script = Script()
    verdict, _, _ = _deliver(script, Paper(encode))
    assert verdict == Rejected("cannot be encoded (ValueError)", splittable=True)
    assert script.sent == []


def test_the_gate_paces_every_request_of_a_destination_the_simplified_one_too() -> None:
    script = Script(400, 200, 200)
    gate = Gate(1.0, lambda: script.clock.now, script.clock.sleep)
    courier = Courier(Paper(), script, gate, lambda: datetime.now(UTC), lambda low, high: low)

    async def two() -> Sequence[Verdict]:
        return await asyncio.gather(
            courier.deliver(BATCH, Hurry(), lambda _: None), courier.deliver(BATCH, Hurry(), lambda _: None)
        )

    assert asyncio.run(two()) == [Delivered(), Delivered()]
    assert script.at == [1000.0, 1001.0, 1002.0]
