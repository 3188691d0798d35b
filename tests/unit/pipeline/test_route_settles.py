"""What a route does with each verdict. P1 (every record ends in one state) and P6 (one poison record delays nobody)."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.config.models import BatchConfig, DestinationConfig
from locust_failure_forwarder.destinations.base import Delivered, Itemised, Rejected, Retry, Verdict
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.parcel import ENVELOPE_BYTES, limits, split_budget
from support.memory_store import MemorySource, Ride, ScriptedCourier, numbered
from support.samples import NOW


def test_a_delivered_batch_is_settled_whole() -> None:
    source, courier = MemorySource(numbered(5)), ScriptedCourier(lambda _: Delivered())
    Ride(source, courier).until_settled()
    assert source.account == Account(captured=5, delivered=5)
    assert courier.batches == [[1, 2, 3, 4, 5]]
    assert not source.flights


def test_batches_hold_no_more_records_than_configured() -> None:
    source, courier = MemorySource(numbered(5)), ScriptedCourier(lambda _: Delivered(), BatchConfig(max_records=2))
    Ride(source, courier).until_settled()
    assert courier.batches == [[1, 2], [3, 4], [5]]


@settings(deadline=None)
@given(st.integers(2, 300), st.data())
def test_p6_one_poison_record_is_found_and_all_others_are_delivered(count: int, data: st.DataObject) -> None:
    poison = data.draw(st.integers(1, count))

    def judge(events: Sequence[Event]) -> Verdict:
        bad = any(e.position == poison for e in events)
        return Rejected("400: refused", splittable=True) if bad else Delivered()

    source, courier = MemorySource(numbered(count)), ScriptedCourier(judge)
    Ride(source, courier).until_settled()
    assert source.dead_positions == [poison]
    assert source.account.delivered == count - 1
    assert len(courier.batches) <= split_budget(count)


def test_p6_a_destination_that_refuses_everything_is_not_asked_for_every_record() -> None:
    source = MemorySource(numbered(500))
    courier = ScriptedCourier(lambda _: Rejected("422: refused", splittable=True))
    ride = Ride(source, courier)
    ride.until_settled()
    assert source.account.dead == 500
    assert len(courier.batches) <= split_budget(500)
    assert ride.said == ["monitoring/failures: 500 refused for good, kept as dead letters: 422: refused"]


def test_what_cannot_be_split_is_buried_whole_with_its_reason() -> None:
    source, courier = MemorySource(numbered(3)), ScriptedCourier(lambda _: Rejected("418: refused", status=418))
    Ride(source, courier).until_settled()
    assert [(letter.reason, letter.status) for letter in source.dead] == [("418: refused", 418)] * 3
    assert len(courier.batches) == 1


def test_p6_each_event_goes_its_own_way_where_the_destination_judges_each() -> None:
    first, second, third = numbered(3)
    verdicts = {second.id: Rejected("400: this one"), third.id: Retry("429: later")}
    answers = iter([Itemised(verdicts), Delivered()])
    source, courier = MemorySource([first, second, third]), ScriptedCourier(lambda _: next(answers))
    Ride(source, courier).until_settled()
    assert courier.batches == [[1, 2, 3], [3]]
    assert source.account == Account(captured=3, delivered=2, dead=1)
    assert source.dead_positions == [2]


def test_a_retry_keeps_everything_and_says_so_once() -> None:
    answers = iter([Retry("503"), Retry("503"), Retry("503"), Delivered()])
    source, courier = MemorySource(numbered(2)), ScriptedCourier(lambda _: next(answers))
    ride = Ride(source, courier)
    ride.until_settled()
    assert courier.batches == [[1, 2]] * 4
    assert courier.again == [False, True, True, True], "only the first is paid for as a request of its own"
    assert source.account.delivered == 2
    assert ride.said == [
        "monitoring/failures: not delivered yet, everything is kept: 503",
        "monitoring/failures: delivering again",
    ]
    assert ride.route.note is None


def test_what_was_tried_for_too_long_becomes_a_dead_letter_and_the_rest_goes_on() -> None:
    now = NOW.timestamp()

    def judge(events: Sequence[Event]) -> Verdict:
        nonlocal now
        now += 3600
        return Retry("503") if now < NOW.timestamp() + 3 * 3600 else Delivered()

    source, courier = MemorySource(numbered(2)), ScriptedCourier(judge, give_up_after=1800)
    ride = Ride(source, courier, wall_clock=lambda: now)
    ride.route.flush()
    asyncio.run(ride.until(lambda: source.pending == 0))
    assert len(courier.batches) == 1
    assert source.account == Account(captured=2, dead=2)
    assert {letter.reason for letter in source.dead} == {"too old: tried for longer than `give_up_after`"}


def test_what_an_earlier_process_left_gets_its_full_time_from_now_on() -> None:
    ages = NOW.timestamp() + 10 * 86_400
    source, courier = MemorySource(numbered(2)), ScriptedCourier(lambda _: Delivered(), give_up_after=60)
    Ride(source, courier, wall_clock=lambda: ages).until_settled()
    assert source.account.delivered == 2


def test_a_route_that_needs_a_person_is_not_waited_for_at_the_end() -> None:
    source = MemorySource(numbered(1))

    def judge(_: Sequence[Event]) -> Verdict:
        courier.breaker.failed(courier.clock(), for_repair=True, is_probe=courier.breaker.is_open)
        return Retry("401", needs_repair=True)

    courier = ScriptedCourier(judge)
    ride = Ride(source, courier)
    ride.route.drain()
    asyncio.run(ride.until(lambda: ride.route.note is not None))
    assert ride.route.done_by(courier.clock.now + 10.0)
    assert ride.route.paused
    assert ride.route.state()["needs_repair"]
    assert source.pending == 1
    assert list(source.flights) == [1], "what is under way when the route is cancelled stays unsettled"


def test_a_retry_after_beyond_the_deadline_is_not_waited_for() -> None:
    source, courier = MemorySource(numbered(1)), ScriptedCourier(lambda _: Delivered())
    route = Ride(source, courier).route
    assert not route.done_by(courier.clock.now + 10.0)
    courier.gate.hold(60.0)
    assert route.done_by(courier.clock.now + 10.0)


def test_nothing_pending_is_done_whatever_holds_the_destination() -> None:
    courier = ScriptedCourier(lambda _: Delivered())
    courier.gate.hold(1.0)
    assert Ride(MemorySource([]), courier).route.done_by(courier.clock.now + 10.0)


@pytest.mark.parametrize(
    ("configured", "wire", "expected"),
    [
        ((500, 10_000), (None, None), (500, 10_000 - ENVELOPE_BYTES)),
        ((500, 10_000), (1, 5_000), (1, 5_000 - ENVELOPE_BYTES)),
        ((10, 100), (50, 500), (10, 1)),
    ],
)
def test_the_wire_bounds_what_the_user_configures(
    configured: tuple[int, int], wire: tuple[int | None, int | None], expected: tuple[int, int]
) -> None:
    batch = BatchConfig(max_records=configured[0], max_bytes=configured[1])
    assert limits(DestinationConfig(send=("failures",), batch=batch), *wire) == expected
