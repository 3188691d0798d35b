"""The first stage: bytes from the pipe become frames, frames become entries for the log."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final

from ..errors import FrameError
from ..wire import Decoder, Frame, FrameType
from .commit import Committer, Entry
from .judge import Judge
from .log import DeadLetter
from .record import Refinery
from .runs import RunBook

_CHUNK: Final = 64 * 1024


class Frames:
    """Frames from an asyncio stream, one at a time."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
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
    ) -> None:
        self._frames = frames
        self._committer = committer
        self._refinery = refinery
        self._judge = judge
        self._runs = runs
        self._warn = warn
        self._current = b""

    async def run(self) -> float | None:
        """Read until the end. Returns the deadline that `close` gave, in seconds; None at end of file without it."""
        deadline: float | None = None
        try:
            while (frame := await self._frames.next()) is not None and frame.type != FrameType.CLOSE:
                await self._survive(f"a {frame.type} frame", self._handle(frame))
            if frame is not None:
                deadline = _seconds(frame.payload.get("deadline"))
            elif self._frames.torn:
                await self._put_lost(f"the end of the Locust process tore this frame ({self._frames.torn} bytes came)")
        except FrameError as error:
            self._warn(f"the stream from the Locust process is broken ({error}); nothing more can be read from it")
            await self._put_lost(f"the stream broke at this frame: {error}")
        await self._survive("the end of the run", self._end_run(self._current, time.time()))
        return deadline

    async def _survive(self, what: str, handling: Coroutine[Any, Any, None]) -> None:
        """What cannot be used, or meets a bug of ours, costs itself and not the process."""
        try:
            await handling
        except Exception as error:  # noqa: BLE001 - see above
            self._warn(f"{what} could not be used: {type(error).__name__}")

    async def _put_lost(self, reason: str) -> None:
        """Count a frame that cannot be read as a dead letter. Most frames are failures."""
        await self._committer.put(Entry(DeadLetter("failures", reason, b"{}")))

    async def _handle(self, frame: Frame) -> None:
        payload = frame.payload
        match frame.type:
            case FrameType.FAILURE:
                sequence = payload.get("sequence")
                entry = Entry(self._refinery.refine(payload), sequence if isinstance(sequence, int) else 0)
                await self._committer.put(entry)
            case FrameType.BROKEN:
                await self._put_lost(f"a frame that cannot be decoded: {payload['reason']}")
            case FrameType.DROPPED:
                reasons = {str(reason): int(count) for reason, count in payload["reasons"].items()}
                await self._committer.put(Entry(dropped=reasons))
            case FrameType.FLUSH:
                await self._committer.put(Entry(flush=True))
            case _:
                await self._handle_run(frame)

    async def _handle_run(self, frame: Frame) -> None:
        """Frames about a run."""
        payload = frame.payload
        if frame.type == FrameType.RUN_STARTED:
            await self._survive("the end of the run before", self._end_run(self._current, time.time()))
            self._runs.begin(payload["run"], payload["node"])
            self._judge.begin()
            self._current = payload["run"]
            return
        run = self._runs.get(payload.get("run", b""))
        if run is None:
            return
        if frame.type == FrameType.SAMPLE:
            for event in self._judge.sample(run, payload):
                await self._committer.put(Entry(event))
        elif frame.type == FrameType.RUN_STOPPED:
            await self._end_run(payload["run"], payload["at"])
        elif frame.type == FrameType.SUMMARY:
            await self._committer.put(Entry(self._judge.summary(run, payload)))

    async def _end_run(self, run_id: bytes, at: float) -> None:
        run = self._runs.get(run_id)
        if run is not None:
            for event in self._judge.end(run, at):
                await self._committer.put(Entry(event))


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
