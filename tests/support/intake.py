"""Streams as they come from the pipe, and an intake with all that stands before the log."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from locust_failure_forwarder.config.models import CaptureConfig, RunConfig
from locust_failure_forwarder.pipeline.commit import Committer
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.pipeline.intake import Frames, Intake
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.record import Refinery
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_forwarder.wire import FrameType, header, pack

from .commit_store import Kept
from .frames import AT, NODE, RUN_ID, MarkingRedactor, captured
from .ratio_samples import rule

ACCOUNTS: Final = {
    RouteKey("monitoring", "failures"): Account(captured=9, delivered=4, dead=1, dropped={"buffer_full": 2}),
    RouteKey("monitoring", "summaries"): Account(captured=1),
    RouteKey("idle", "failures"): Account(),
}
OTHER_RUN: Final = b"another run here"
_MARKED: Final = MarkingRedactor().redact_text
SAMPLE: Final[dict[str, Any]] = {
    "run": RUN_ID,
    "at": AT,
    "requests": 100,
    "failures": 50,
    "users": 5,
    "endpoints": [["GET", "/", 100, 50]],
    "errors": [["GET", "/", "refused", 50]],
}


def start(run: bytes = RUN_ID, node: object = NODE, number: int = 0) -> bytes:
    return pack(FrameType.RUN_STARTED, {"run": run, "at": AT, "node": node}, number)


def failed(sequence: int = 1, number: int = 0, **changes: Any) -> bytes:
    return pack(FrameType.FAILURE, captured(sequence, **changes), number)


def close(deadline: object = 7) -> bytes:
    return pack(FrameType.CLOSE, {"deadline": deadline})


def broken(body: bytes, number: int = 0) -> bytes:
    return header(body, number) + body


def take_in(
    *chunks: bytes, redact_text: Callable[[str], str] = _MARKED, received: int = 0, current: bytes = b""
) -> tuple[Kept, list[str], float | None]:
    """What becomes of a stream that arrives in these chunks and then ends."""

    async def run() -> float | None:
        stream = asyncio.StreamReader()
        runs = RunBook(RunConfig(), lambda text: text)
        refinery = Refinery(CaptureConfig(), MarkingRedactor(), runs)
        judge = Judge([rule()], redact_text)
        if current:
            runs.begin(current, NODE)
            judge.begin()
        committer = cast(Committer, kept)
        intake = Intake(
            Frames(stream), committer, refinery, judge, runs, said.append, received, current, lambda: ACCOUNTS
        )
        reading = asyncio.create_task(intake.run())
        for chunk in chunks:
            stream.feed_data(chunk)
            await asyncio.sleep(0)
        stream.feed_eof()
        return await reading

    kept, said = Kept(), list[str]()
    deadline = asyncio.run(run())
    return kept, said, deadline
