"""The first stage: bytes from the pipe become frames, frames become entries for the log."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeAlias

from ..errors import FrameError
from ..wire import Decoder, Frame, FrameType
from .commit import Committer, Entry
from .counters import Account, RouteKey
from .judge import NO_ACCOUNTS, Judge
from .log import DeadLetter, NewEvent
from .record import Refinery
from .runs import RunBook

_CHUNK: Final = 64 * 1024
_MOST_WAITING: Final = 20_000
"""Entries; twice what our plugin keeps unacknowledged."""
_MOMENT: Final = 0.01
_SETTLING: Final = 1.0
"""Seconds."""
_Items: TypeAlias = tuple[NewEvent | DeadLetter, ...]


class Reads(Protocol):
    """Where bytes come from; `pipe.Pipe` does it, and asyncio's streams do."""

    async def read(self, most: int, /) -> bytes:
        """The next bytes, at most so many; empty at end of file."""
        ...


class Frames:
    """Frames from a stream of bytes, one at a time."""

    def __init__(self, stream: Reads) -> None:
        self._stream = stream
        self._decoder = Decoder()
        self._decoded: Iterator[Frame] = iter(())

    async def next(self) -> Frame | None:
        """The next frame; None at end of file.

        Raises:
            FrameError: the stream cannot be trusted any further.
        """
        # One by one: the frames before a broken one are good.
        while (frame := next(self._decoded, None)) is None:
            await asyncio.sleep(0)  # reading does not yield as long as there is something to read
            chunk = await self._stream.read(_CHUNK)
            if not chunk:
                return None
            self._decoded = self._decoder.feed(chunk)
        return frame

    @property
    def torn(self) -> int:
        """Bytes of a last frame that the death of the sender tore."""
        return self._decoder.incomplete


class Intake:
    """Knows what each frame means, and nothing of what happens behind the log."""

    def __init__(
        self,
        frames: Frames,
        committer: Committer,
        refinery: Refinery,
        judge: Judge,
        runs: RunBook,
        warn: Callable[[str], None],
        received: int = 0,
        current: bytes = b"",
        accounts: Callable[[], Mapping[RouteKey, Account]] = lambda: NO_ACCOUNTS,
        stopped: Callable[[], None] = lambda: None,
    ) -> None:
        """`received` is the number of the last frame that an earlier process has committed, `current` its last run.

        `accounts` tells what has become of everything until now; `stopped` hears that all failures of a run were read.
        """
        self._stopped = stopped
        self._accounts = accounts
        self._frames = frames
        self._committer = committer
        self._refinery = refinery
        self._judge = judge
        self._runs = runs
        self._warn = warn
        self._received = received
        self._current = current

    async def run(self) -> float | None:
        """Read until the end. Returns the deadline that `close` gave, in seconds; None at end of file without it."""
        deadline: float | None = None
        try:
            while (frame := await self._frames.next()) is not None and frame.type != FrameType.CLOSE:
                if frame.number and frame.number <= self._received:
                    continue  # sent again after the death of a process that had it on disk
                if frame.type in (FrameType.RUN_STOPPED, FrameType.SUMMARY):
                    await self._settle()
                self._committer.put(self._entry(frame))
                while self._committer.waiting > _MOST_WAITING:  # noqa: ASYNC110 - a sender that keeps no bound of its own
                    await asyncio.sleep(_MOMENT)
            if frame is not None:
                deadline = _seconds(frame.payload.get("deadline"))
            elif self._frames.torn:
                self._put_lost(f"the end of the Locust process tore this frame ({self._frames.torn} bytes came)")
        except FrameError as error:
            self._warn(f"the stream from the Locust process is broken ({error}); nothing more can be read from it")
            self._put_lost(f"the stream broke at this frame: {error}")
        ended = self._survive("the end of the run", lambda: self._end_run(self._current, time.time()))
        self._committer.put(Entry(ended, kept=self._judge.take_kept()))
        return deadline

    async def _settle(self) -> None:
        """Let what was read before be committed, so that it is in the accounts; a disk that hangs is not waited for.

        At the end of a run they go into its summary, or to the plugin, whose master makes one.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLING):
                await self._committer.join()

    def _survive(self, what: str, handling: Callable[[], _Items]) -> _Items:
        """What cannot be used, or meets a bug of ours, costs itself and not the process."""
        try:
            return handling()
        except Exception as error:  # noqa: BLE001 - see above
            self._warn(f"{what} could not be used: {type(error).__name__}")
            return ()

    def _put_lost(self, reason: str) -> None:
        self._committer.put(Entry((_lost(reason),)))

    def _entry(self, frame: Frame) -> Entry:
        """What a frame has for the log: one entry with all of it, so that it is committed whole or not at all."""
        if frame.type == FrameType.FAILURE:
            return Entry((self._refinery.refine(frame.payload),), frame.number)
        if frame.type == FrameType.FLUSH:
            return Entry(number=frame.number, flush=True)
        what = f"a {frame.type} frame"
        if frame.type == FrameType.DROPPED:
            dropped = dict[str, int]()
            self._survive(what, lambda: _take_in_drops(dropped, frame))
            return Entry(number=frame.number, dropped=dropped)
        items = self._survive(what, lambda: self._about_runs(frame))
        return Entry(items, frame.number, kept=self._judge.take_kept())

    def _about_runs(self, frame: Frame) -> _Items:
        """Frames about a run, and those that cannot be read."""
        payload = frame.payload
        if frame.type == FrameType.BROKEN:
            return (_lost(f"a frame that cannot be decoded: {payload['reason']}"),)
        if frame.type == FrameType.RUN_STARTED:
            ended = self._survive("the end of the run before", lambda: self._end_run(self._current, time.time()))
            return ended + self._survive("the start of a run", lambda: self._begin(payload))
        run = self._runs.get(payload.get("run", b""))
        if run is None:
            return ()
        if frame.type == FrameType.SAMPLE:
            return tuple(self._judge.sample(run, payload))
        if frame.type == FrameType.RUN_STOPPED:
            run.over = True
            self._stopped()
            return self._end_run(payload["run"], payload["at"])
        if frame.type == FrameType.SUMMARY:
            return (self._judge.summary(run, payload, self._accounts()),)
        return ()

    def _begin(self, payload: dict[str, Any]) -> _Items:
        self._runs.begin(payload["run"], payload["node"])
        self._judge.begin(payload["at"])
        self._current = payload["run"]
        return ()

    def _end_run(self, run_id: bytes, at: float) -> _Items:
        run = self._runs.get(run_id)
        return () if run is None else tuple(self._judge.end(run, at))


def _lost(reason: str) -> DeadLetter:
    """A frame that cannot be read, as a dead letter. Most frames are failures."""
    return DeadLetter("failures", reason, b"{}")


def _take_in_drops(dropped: dict[str, int], frame: Frame) -> _Items:
    dropped.update({str(reason): int(count) for reason, count in frame.payload["reasons"].items()})
    return ()


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
