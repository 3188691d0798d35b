"""When a replay ends: somebody is watching, so it neither gives up early nor waits for what does not come."""

import asyncio
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from locust_failure_forwarder.errors import LogCorruptError
from locust_failure_forwarder.pipeline import replay
from locust_failure_forwarder.pipeline.replay import Listener, run_routes
from locust_failure_forwarder.pipeline.route import Route

_LATER = 3600.0


class _FakeRoute:
    """A route that does nothing; how it stands is set by the test."""

    def __init__(self, *, paused: bool = False, idle_for: float = 0.0, error: BaseException | None = None) -> None:
        self.paused = paused
        self.flushed = False
        self.cancelled = False
        self.idle_for = idle_for
        self._error = error
        self.courier = SimpleNamespace(destination=SimpleNamespace(config=SimpleNamespace(timeout=0.0)))

    def flush(self) -> None:
        self.flushed = True

    def done_by(self, deadline: float) -> bool:
        return time.monotonic() + self.idle_for > deadline

    async def run(self) -> None:
        try:
            if self._error is not None:
                raise self._error
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


def _run(
    routes: Sequence[_FakeRoute],
    left: Callable[[], int],
    *,
    seconds: float = _LATER,
    called_off: Callable[[], bool] = lambda: False,
) -> list[int]:
    shown: list[int] = []
    listener = Listener(print, print, shown.append, called_off)

    async def main() -> None:
        async with asyncio.timeout(60):
            await run_routes(cast("Sequence[Route]", routes), left, time.monotonic() + seconds, listener)

    asyncio.run(main())
    return shown


@pytest.fixture(autouse=True)
def ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_TICK", 0.001)


def test_it_ends_when_every_destination_that_has_something_is_left_alone() -> None:
    route = _FakeRoute(paused=True)
    assert _run([route], lambda: 7) == [7, 7]
    assert route.flushed


def test_it_goes_on_while_one_of_them_answers() -> None:
    counts = iter([9, 8, 7, 6, 5, 4, 3, 2, 1])
    good = _FakeRoute()

    def left() -> int:
        count = next(counts)
        good.paused = count < 4
        return count

    assert _run([_FakeRoute(paused=True), good], left)[-1] < 4


def test_it_ends_at_the_deadline_and_cancels_what_is_under_way() -> None:
    route = _FakeRoute()
    _run([route], lambda: 1, seconds=0.02)
    assert route.cancelled


def test_it_ends_when_it_is_called_off() -> None:
    asked = iter([False, False, True])
    route = _FakeRoute()
    _run([route], lambda: 1, called_off=lambda: next(asked))
    assert route.cancelled


def test_it_does_not_wait_for_a_destination_that_asks_for_more_than_patience() -> None:
    assert _run([_FakeRoute(idle_for=replay.PATIENCE + 1)], lambda: 1) == [1, 1]


def test_it_ends_when_nothing_has_moved_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PATIENCE", 0.05)
    assert set(_run([_FakeRoute()], lambda: 3)) == {3}


def test_a_damaged_log_is_told_as_such() -> None:
    damaged = LogCorruptError("the log is damaged")
    with pytest.raises(LogCorruptError, match="the log is damaged"):
        _run([_FakeRoute(), _FakeRoute(error=damaged)], lambda: 1)


def test_without_routes_there_is_nothing_to_wait_for() -> None:
    assert _run([], lambda: 0) == [0, 0]
