"""Ctrl-C while code of the plugin runs: it goes on, and the main greenlet is interrupted. P1, P3."""

import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, cast

import gevent
import gevent.event
import pytest
from locust_failure_forwarder.plugin import interrupts
from locust_failure_forwarder.plugin.interrupts import Guard
from locust_failure_forwarder.plugin.listener import Plugin
from locust_failure_forwarder.wire import FrameType as Type
from support.children import LOG, ROUTES, Children

PLUGIN = str(Path(interrupts.__file__).parent)
FAILED: dict[str, Any] = {
    "request_type": "GET",
    "name": "/x",
    "response_time": 1.0,
    "response_length": 0,
    "exception": ValueError("out of stock"),
    "context": {"tenant": "acme"},
}


@pytest.fixture(autouse=True)
def _default() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _is_interrupted(doing: Callable[[], object]) -> bool:
    try:
        doing()
    except KeyboardInterrupt:
        return True
    return False


def _ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


# -- where it hits -------------------------------------------------------------------------------------------------


class _Interrupter:
    """Sends one SIGINT, as the line of our code with this number is about to run."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.where = ""

    def trace(self, frame: FrameType, event: str, _: object) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(PLUGIN) or file == interrupts.__file__:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                self.where = f"{file}:{frame.f_lineno}"
                _ctrl_c()
        return self.trace


def _conversation(world: Children) -> None:
    """What a greenlet of a user does to the plugin, and a forwarder process that dies once."""
    plugin = Plugin(SimpleNamespace(runner=None, parsed_options=None), "config.yaml")
    plugin._link = world.link  # pyright: ignore[reportPrivateUsage] - with processes that are none
    world.begin()
    plugin.on_request(**FAILED)
    world.settle()
    world.ack(1)
    plugin.on_request(**FAILED)
    world.link.uncopied()
    world.link.report_drops()
    world.child.say(Type.STATUS, routes=ROUTES, log=LOG)
    world.child.die()
    world.child.ready()
    plugin.on_request(**FAILED)
    world.settle()


def _outcome(world: Children) -> Any:
    said = [
        (frame.type, frame.number, frame.payload.get("sequence")) for child in world.children for frame in child.heard
    ]
    held = world.link._buffer  # pyright: ignore[reportPrivateUsage] - what it holds
    return said, len(held), held.size, world.link.captured, world.link.dropped, world.link.status


def _talk(monkeypatch: pytest.MonkeyPatch, interrupter: _Interrupter | None) -> tuple[Any, bool]:
    """The outcome of a conversation, and whether the main greenlet was interrupted."""
    with monkeypatch.context() as patches:
        world = Children(patches)
        user = cast("gevent.Greenlet[..., None]", gevent.spawn(_conversation, world))
        if interrupter is not None:
            sys.settrace(interrupter.trace)
        try:
            interrupted = _is_interrupted(user.join)
        finally:
            sys.settrace(None)
        user.join()
        assert user.successful(), user.exception
        outcome = _outcome(world)
        world.link.close()
        world.settle()
    return outcome, interrupted


def test_p1_an_interrupt_at_any_line_of_ours_changes_nothing_there_and_reaches_the_main_greenlet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    undisturbed, interrupted = _talk(monkeypatch, None)
    assert not interrupted
    guard = Guard()
    guard.take()
    lines: set[str] = set()
    try:
        while True:
            interrupter = _Interrupter(len(lines) + 1)
            outcome, interrupted = _talk(monkeypatch, interrupter)
            if not interrupter.where:
                break
            lines.add(f"{len(lines)} {interrupter.where}")
            assert interrupted, interrupter.where
            assert outcome == undisturbed, interrupter.where
    finally:
        guard.release()
    for name in ("capture", "frames", "link", "buffer", "drops", "listener"):
        assert any(f"{name}.py:" in line for line in lines), name
    printed = capsys.readouterr().err
    assert printed.count("KeyboardInterrupt\n") == len(lines), "as gevent prints it"
    assert "Traceback" not in printed


def test_an_interrupt_of_anything_else_is_raised_there_as_ever() -> None:
    guard = Guard()
    guard.take()
    hit: list[bool] = []
    user = cast("gevent.Greenlet[..., None]", gevent.spawn(lambda: hit.append(_is_interrupted(_ctrl_c))))
    assert not _is_interrupted(user.join)
    assert hit == [True]
    assert _is_interrupted(_ctrl_c), "in the main greenlet, too"
    guard.release()


def test_an_interrupt_while_nothing_runs_reaches_the_main_greenlet_without_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    guard = Guard()
    guard.take()
    gevent.get_hub().loop.run_callback(_ctrl_c)
    assert _is_interrupted(gevent.event.Event().wait)
    guard.release()
    assert capsys.readouterr().err.split("\n")[0] == "KeyboardInterrupt"


# -- whose handler it is -------------------------------------------------------------------------------------------


def test_pythons_handler_is_back_when_nobody_needs_ours_any_more() -> None:
    guard = Guard()
    guard.take()
    ours = signal.getsignal(signal.SIGINT)
    guard.take()
    assert signal.getsignal(signal.SIGINT) is ours is not signal.default_int_handler
    guard.release()
    assert signal.getsignal(signal.SIGINT) is ours
    guard.release()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _nothing(number: int, frame: FrameType | None) -> None:
    del number, frame


@pytest.mark.parametrize("theirs", [signal.SIG_IGN, _nothing], ids=["ignored", "a function"])
def test_p3_a_handler_that_is_there_already_stays(theirs: Any) -> None:
    signal.signal(signal.SIGINT, theirs)
    guard = Guard()
    guard.take()
    assert signal.getsignal(signal.SIGINT) is theirs
    guard.release()
    assert signal.getsignal(signal.SIGINT) is theirs


def test_p3_a_handler_that_comes_later_stays() -> None:
    guard = Guard()
    guard.take()
    hits: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: hits.append(number))
    _ctrl_c()
    guard.release()
    _ctrl_c()
    assert hits == [signal.SIGINT, signal.SIGINT]


def test_one_that_calls_the_one_before_goes_on_working_after_the_end() -> None:
    guard = Guard()
    guard.take()
    ours: Any = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, partial(ours))
    guard.release()
    assert _is_interrupted(_ctrl_c)


@pytest.mark.parametrize("comes_first", [True, False])
def test_p3_a_handler_of_gevents_own_stays_although_python_does_not_know_of_it(*, comes_first: bool) -> None:
    hit = gevent.event.Event()
    guard = Guard()
    if not comes_first:
        guard.take()
    handler = gevent.signal_handler(signal.SIGINT, hit.set)
    if comes_first:
        guard.take()
    for finish in (guard.release, handler.cancel):
        _ctrl_c()
        assert hit.wait(timeout=5.0)
        hit.clear()
        finish()


def test_outside_of_the_main_thread_nothing_is_touched() -> None:
    guard = Guard()
    gevent.get_hub().threadpool.apply(guard.take)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    guard.release()
