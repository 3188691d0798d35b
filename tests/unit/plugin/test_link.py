"""The conversation with a forwarder process, from hello to its last word. P1, P3, P5. Nothing waits."""

import logging
import time

import gevent
import pytest
from locust_failure_forwarder.plugin import link as link_module
from locust_failure_forwarder.wire import FrameType
from support.children import CONFIG, LOG, ROUTES, Children, errors, warnings

# -- one process ---------------------------------------------------------------------------------------------------


def test_it_says_hello_and_then_what_was_queued_in_order(world: Children) -> None:
    world.link.open()
    world.link.control(FrameType.RUN_STARTED, {"run": b"one", "at": 1.0})
    world.record(2)
    assert world.child.hello["config"] == CONFIG
    assert world.child.hello["log"] is None
    assert [(frame.type, frame.number) for frame in world.child.heard[1:]] == [
        (FrameType.RUN_STARTED, 1),
        (FrameType.FAILURE, 2),
        (FrameType.FAILURE, 3),
    ]
    assert world.link.captured == 2


def test_the_first_answer_is_waited_for_and_the_log_made_known(world: Children) -> None:
    world.begin()
    answer = world.link.first_answer()
    assert answer is not None
    assert answer.type == FrameType.READY
    assert world.ready_logs == [LOG]


def test_a_configuration_that_is_refused_is_the_answer_and_nothing_is_started_again(
    world: Children, caplog: pytest.LogCaptureFixture
) -> None:
    world.link.open()
    world.settle()
    world.child.say(FrameType.REFUSED, message="config.yaml: 1 problem")
    world.child.die(2)
    answer = world.link.first_answer()
    assert answer is not None
    assert answer.payload == {"message": "config.yaml: 1 problem"}
    assert len(world.children) == 1
    assert errors(caplog) == [], "whoever asked will tell"


def test_a_process_that_dies_before_it_is_ready_is_no_answer_and_is_not_started_again(world: Children) -> None:
    world.link.open()
    world.settle()
    world.child.die(1)
    assert world.link.first_answer() is None
    assert len(world.children) == 1
    assert world.link.ended.is_set()


def test_a_process_that_says_nothing_is_killed(world: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "START_TIMEOUT", 0.0)
    world.link.open()
    assert world.link.ended.wait(timeout=5.0)
    assert world.child.killed


def test_one_that_became_ready_may_be_silent_as_long_as_it_likes(
    world: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[float] = []

    class Later:
        def __init__(self, seconds: float, *_: object) -> None:
            later.append(seconds)
            self.cancelled = False
            timers.append(self)

        def kill(self, *, block: bool) -> None:
            self.cancelled = True

    timers: list[Later] = []
    monkeypatch.setattr(gevent, "spawn_later", Later)
    world.begin()
    assert later == [link_module.START_TIMEOUT]
    assert timers[0].cancelled


def test_lines_for_the_user_are_logged_at_their_level(world: Children, caplog: pytest.LogCaptureFixture) -> None:
    world.begin()
    world.child.say(FrameType.LOG, level=logging.WARNING, text="monitoring/failures: not delivered yet")
    assert warnings(caplog) == ["monitoring/failures: not delivered yet"]


def test_the_latest_status_is_kept_and_told(world: Children) -> None:
    world.begin()
    heard: list[object] = []
    world.link.on_status = heard.append
    world.child.say(FrameType.STATUS, routes=ROUTES, log=LOG)
    assert world.link.status == {"routes": ROUTES, "log": LOG}
    assert heard == [world.link.status]


def test_p2_what_is_acknowledged_is_forgotten_and_nothing_else(world: Children) -> None:
    world.begin()
    world.record(5)
    world.ack(3)
    assert len(world.link._buffer) == 2  # pyright: ignore[reportPrivateUsage] - what it holds


# -- drops ---------------------------------------------------------------------------------------------------------


def test_p3_a_record_for_which_there_is_no_room_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Children(monkeypatch, max_records=3)
    world.begin()
    world.record(5)
    assert (world.link.captured, world.link.dropped) == (5, {"buffer_full": 2})
    world.ack(3)
    world.record(1)
    assert world.link.dropped == {"buffer_full": 2}
    world.link.close()


def test_p1_drops_are_reported_once_each(world: Children) -> None:
    world.begin()
    world.link.report_drops()
    world.link.uncopied()
    world.link.report_drops()
    world.link.report_drops()
    world.link.uncopied()
    world.link.uncopied()
    world.link.report_drops()
    world.settle()
    said = [frame.payload["reasons"] for frame in world.child.heard if frame.type == FrameType.DROPPED]
    assert said == [{"capture_error": 1}, {"capture_error": 2}]
    assert world.link.captured == 3


# -- the end -------------------------------------------------------------------------------------------------------


def test_p5_close_comes_after_everything_that_was_queued_with_the_seconds_that_are_left(world: Children) -> None:
    world.begin()
    world.link.record(b"\x92\xa7failure\x80")
    world.link.finish_by(time.monotonic() + 10.0)
    world.settle()
    assert [frame.type for frame in world.child.heard[1:]] == [FrameType.FAILURE, FrameType.CLOSE]
    assert 5.0 < world.child.heard[-1].payload["deadline"] <= 10.0
    assert not world.link.ended.is_set()


def test_a_deadline_that_has_passed_leaves_no_seconds(world: Children) -> None:
    world.begin()
    world.link.finish_by(time.monotonic() - 10.0)
    world.settle()
    assert world.child.heard[-1].payload == {"deadline": 0.0}


def test_p1_what_comes_after_the_last_word_is_counted_as_too_late(world: Children) -> None:
    world.begin()
    world.record(1)
    world.link.finish_by(time.monotonic() + 10.0)
    world.settle()
    world.record(2)
    world.ack(1)
    world.child.say(FrameType.CLOSED, routes=ROUTES, log=LOG)
    assert world.link.finished
    assert world.link.ended.is_set()
    world.record(1)
    assert (world.link.captured, world.link.dropped) == (4, {"too_late": 3})
    assert world.link.status["routes"] == ROUTES


def test_the_end_of_a_process_that_has_finished_is_no_death(world: Children, caplog: pytest.LogCaptureFixture) -> None:
    world.begin()
    world.link.finish_by(time.monotonic() + 10.0)
    world.child.say(FrameType.CLOSED, routes=ROUTES, log=LOG)
    world.child.die(0)
    assert len(world.children) == 1
    assert errors(caplog) == warnings(caplog) == []
