"""The first stage: bytes from the pipe become frames, frames become entries for the log."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

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
        self._ready: list[Frame] = []

    async def next(self) -> Frame | None:
        """The next frame; None at end of file.

        Raises:
            FrameError: the stream cannot be trusted any further.
        """
        while not self._ready:
            chunk = await self._stream.read(_CHUNK)
            if not chunk:
                return None
            self._ready = list(self._decoder.feed(chunk))
            self._ready.reverse()
        return self._ready.pop()

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
            while (frame := await self._frames.next()) is not None:
                if frame.type == FrameType.CLOSE:
                    deadline = float(frame.payload["deadline"])
                    break
                await self._handle(frame)
        except FrameError as error:
            self._warn(f"the stream from the Locust process is broken ({error}); nothing more can be read from it")
        await self._end_run(self._current, time.time())
        return deadline

    async def _handle(self, frame: Frame) -> None:
        payload = frame.payload
        match frame.type:
            case FrameType.FAILURE:
                sequence = payload.get("sequence")
                entry = Entry(self._refinery.refine(payload), sequence if isinstance(sequence, int) else 0)
                await self._committer.put(entry)
            case FrameType.BROKEN:
                letter = DeadLetter("failures", f"a frame that cannot be decoded: {payload['reason']}", b"{}")
                await self._committer.put(Entry(letter))
            case FrameType.DROPPED:
                await self._committer.put(Entry(dropped=payload["reasons"]))
            case FrameType.FLUSH:
                await self._committer.put(Entry(flush=True))
            case _:
                await self._handle_run(frame)

    async def _handle_run(self, frame: Frame) -> None:
        """Frames about a run. Statistics that cannot be read cost a sample, not the process."""
        payload = frame.payload
        try:
            if frame.type == FrameType.RUN_STARTED:
                await self._end_run(self._current, time.time())
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
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            self._warn(f"a {frame.type} frame could not be used: {type(error).__name__}")

    async def _end_run(self, run_id: bytes, at: float) -> None:
        run = self._runs.get(run_id)
        if run is not None:
            for event in self._judge.end(run, at):
                await self._committer.put(Entry(event))
