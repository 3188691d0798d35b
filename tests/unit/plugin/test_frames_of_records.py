"""The frame of a record, whatever its context holds. P1: what cannot be packed raises, so that it is counted."""

from typing import Any

import pytest
from locust_failure_forwarder.plugin.frames import body_of
from locust_failure_forwarder.wire import Decoder, header
from support.frames import captured


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError("not-a-real-secret")


def _packed(**changes: Any) -> dict[str, Any]:
    (frame,) = Decoder().feed(header(body := body_of(captured(**changes)), 1) + body)
    return frame.payload


def _cycle() -> dict[str, Any]:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    return loop


def test_an_ordinary_record_is_packed_as_it_is() -> None:
    assert _packed() == captured()


@pytest.mark.parametrize(
    ("context", "fault"),
    [
        ({"blob": "x" * 5_000_000}, "too large"),
        ({"blob": "x" * 9_000_000}, "ValueError"),
        ({"object": Unspeakable()}, "RuntimeError"),
        (_cycle(), "ValueError"),
    ],
    ids=["large", "larger than a frame", "unspeakable", "cycle"],
)
def test_a_context_that_cannot_be_copied_costs_the_context_and_not_the_record(
    context: dict[str, Any], fault: str
) -> None:
    assert _packed(context=context) == captured(context={"not_copied": fault})


@pytest.mark.parametrize("context", [{}, {"tenant": "acme"}])
def test_p1_a_record_that_cannot_be_packed_even_so_is_not_taken_for_a_frame(context: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError):
        body_of(captured(context=context, elapsed_ms=Unspeakable()))


def test_large_bodies_without_a_context_are_no_reason_to_lose_the_record() -> None:
    assert _packed(context={}, request_body="x" * 5_000_000)["context"] == {}
