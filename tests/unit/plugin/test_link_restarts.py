"""A forwarder process dies: the next one gets what is not on disk (P2), losses are counted (P1). Nothing waits."""

import time

import gevent
import pytest
from locust_failure_forwarder.plugin.restarts import IN_A_ROW
from locust_failure_forwarder.wire import EXIT_LOG_DAMAGED, FrameType
from support.children import CONFIG, LOG, ROUTES, Children, errors, warnings


def test_p2_the_next_process_gets_what_the_last_one_had_not_acknowledged(
    world: Children, caplog: pytest.LogCaptureFixture
) -> None:
    first = world.begin()
    world.link.control(FrameType.RUN_STARTED, {"run": b"one", "at": 1.0})
    world.record(4)
    world.ack(3)
    first.die()
    second = world.child
    assert second is not first
    assert first.closed
    assert second.numbers == [4, 5]
    assert world.paused == pytest.approx([0.1])
    (warning,) = warnings(caplog)
    assert "ended unexpectedly (exit code -9)" in warning
    second.ready()
    world.record(1)
    assert second.numbers == [4, 5, 6]
    assert world.link.dropped == {}


def test_p2_hello_tells_the_next_process_all_it_needs_to_go_on(world: Children) -> None:
    first = world.begin()
    world.link.control(FrameType.RUN_STARTED, {"run": b"one", "at": 1.0})
    world.record(2)
    world.link.control(FrameType.RUN_STARTED, {"run": b"two", "at": 2.0})
    world.ack(2)
    first.say(FrameType.STATUS, routes=ROUTES, log=LOG)
    first.die()
    assert world.child.hello["key"] == first.hello["key"], "so that hashes of the same secret stay the same"
    assert len(first.hello["key"]) == 32
    assert {name: value for name, value in world.child.hello.items() if name != "key"} == {
        "config": CONFIG,
        "log": LOG,
        "runs": [{"run": b"one", "at": 1.0, "number": 1}, {"run": b"two", "at": 2.0, "number": 4}],
        "damaged": False,
        "accounts": ROUTES,
        "acknowledged": 2,
        "failures": 1,
    }


def test_a_log_that_turned_out_to_be_damaged_is_set_aside_by_the_next(world: Children) -> None:
    world.begin().die(EXIT_LOG_DAMAGED)
    assert world.child.hello["damaged"]
    world.child.ready("/logs/b.db")
    world.child.die()
    assert not world.child.hello["damaged"]
    assert world.child.hello["log"] == "/logs/b.db"
    assert world.ready_logs == [LOG, "/logs/b.db"]


def test_a_damaged_log_is_remembered_over_a_start_that_fails(world: Children) -> None:
    world.cannot_start = {2}
    world.begin().die(EXIT_LOG_DAMAGED)
    assert len(world.children) == 3
    assert world.child.hello["damaged"]


def test_p2_records_that_come_while_there_is_no_process_wait_for_the_next(
    world: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.begin()
    meanwhile: list[float] = []

    def sleep(seconds: float) -> None:
        meanwhile.append(seconds)
        world.link.record(b"\x92\xa7failure\x80")

    monkeypatch.setattr(gevent, "sleep", sleep)
    first.die()
    assert len(meanwhile) == 1
    assert world.child.numbers == [1]
    assert world.link.dropped == {}


def test_bytes_that_are_no_frames_are_as_good_as_its_death(world: Children) -> None:
    first = world.begin()
    world.record(1)
    first.say_bytes(b"\xff" * 100)
    assert len(world.children) == 2
    assert world.child.numbers == [1]


def test_p3_after_five_deaths_in_a_row_the_test_goes_on_without_and_one_error_is_logged(
    world: Children, caplog: pytest.LogCaptureFixture
) -> None:
    world.begin()
    world.record(3)
    world.child.say(FrameType.STATUS, routes=ROUTES, log=LOG)
    for _ in range(IN_A_ROW + 1):
        assert world.link.alive
        world.child.die(1)
    assert len(world.children) == 1 + IN_A_ROW
    assert world.paused == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    (error,) = errors(caplog)
    assert f"failure-forwarder replay /logs --config {CONFIG}" in error
    assert "not started again" in error
    assert len(warnings(caplog)) == IN_A_ROW
    assert world.link.ended.is_set()
    assert not world.link.alive


def test_p1_once_there_is_no_process_everything_is_counted_as_forwarder_down(world: Children) -> None:
    world.begin()
    world.record(3)
    world.ack(1)
    world.link.control(FrameType.SAMPLE, {})
    for _ in range(2 * IN_A_ROW):
        world.child.die(1)
    world.record(2)
    world.link.control(FrameType.SAMPLE, {})
    assert (world.link.captured, world.link.dropped) == (5, {"forwarder_down": 2 + 2})


def test_a_process_that_makes_progress_is_started_again_as_often_as_it_takes(world: Children) -> None:
    world.begin()
    for number in range(1, 3 * IN_A_ROW):
        world.record(1)
        world.child.ready()
        world.ack(number)
        world.child.die()
    assert world.link.alive
    assert world.paused == pytest.approx([0.1] * (3 * IN_A_ROW - 1))


def test_a_process_that_cannot_be_started_counts_as_one_that_died(
    world: Children, caplog: pytest.LogCaptureFixture
) -> None:
    world.cannot_start = {2, 3}
    world.begin()
    world.record(2)
    world.child.die()
    assert len(world.children) == 4
    assert world.paused == pytest.approx([0.1, 0.2, 0.4])
    assert world.child.numbers == [1, 2]
    assert sum("no memory" in line for line in warnings(caplog)) == 2


def test_p1_a_next_process_that_is_refused_is_the_last(world: Children, caplog: pytest.LogCaptureFixture) -> None:
    world.begin()
    world.record(2)
    world.child.die()
    world.child.say(FrameType.REFUSED, message="config.yaml: 1 problem")
    world.child.die(2)
    assert len(world.children) == 2
    assert errors(caplog) == ["the forwarder process cannot be started again: config.yaml: 1 problem"]
    assert world.link.dropped == {"forwarder_down": 2}
    answer = world.link.first_answer()
    assert answer is not None
    assert world.link.ended.is_set()


def test_p2_one_that_dies_while_it_finishes_is_followed_by_another_that_is_told_to_finish(world: Children) -> None:
    world.begin()
    world.record(3)
    world.link.finish_by(time.monotonic() + 10.0)
    world.settle()
    world.ack(1)
    world.child.die()
    assert [frame.type for frame in world.child.heard] == [
        FrameType.HELLO,
        FrameType.FAILURE,
        FrameType.FAILURE,
        FrameType.CLOSE,
    ]


def test_p5_there_is_none_once_the_deadline_is_too_near(world: Children, caplog: pytest.LogCaptureFixture) -> None:
    world.begin()
    world.record(3)
    world.link.finish_by(time.monotonic() + 0.05)
    world.child.die()
    assert len(world.children) == 1
    assert world.paused == []
    assert world.link.dropped == {"forwarder_down": 3}
    assert len(errors(caplog)) == 1


def test_p2_however_processes_die_every_frame_is_on_disk_once_and_in_order(world: Children) -> None:
    """The log of these processes takes a frame if its number is the next one, as `received` lets it."""
    world.begin()
    on_disk: list[int] = []
    for death in range(30):
        world.record(7)
        taken = death % 8  # none, some or all of what is new, acknowledged or not
        for number in world.child.numbers:
            if number > len(on_disk) and taken:
                on_disk.append(number)
                taken -= 1
        if death % 3:
            world.child.ready()
            world.ack(len(on_disk))
        world.child.die()
    world.child.ready()
    on_disk += [number for number in world.child.numbers if number > len(on_disk)]
    assert on_disk == list(range(1, 30 * 7 + 1))
    assert world.link.dropped == {}
