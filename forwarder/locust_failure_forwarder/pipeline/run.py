"""The forwarder process, composed.

The whole flow, top to bottom:

    frames      from the Locust process's pipe                     intake.py
    known       what came before, but for its id and time          known.py
    validate    types and bounds of what was captured              validate.py
    classify    a category from exception types and status         classify.py
    redact      secrets masked, before disk and wire               ../redaction/
    shorten     bodies cut to size                                 seal.py
    seal        fingerprint, and the finished record checked       seal.py
    commit      appended to the log, acknowledged to the plugin    commit.py, log.py
    routes      for each destination and kind: cursor, batch       route.py
    deliver     encode, pace, send, judge, try again               courier.py, retry.py, deliver.py

Samples branch off at the intake and come back into `commit` as alerts and summaries (judge.py).
"""

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from ..destinations import Settings, load_settings
from ..errors import ConfigError, LogCorruptError, LogError
from ..redaction import Redactor, remarks
from ..wire import EXIT_LOG_DAMAGED, FrameType
from .adopt import adopt
from .baseline import BaselineError, Known, known_by_rule
from .commit import Committer
from .counters import from_json, key_of
from .courier import Courier
from .housekeeping import OpenLog, open_again, open_new_log
from .intake import Frames, Intake
from .judge import Judge
from .log_files import is_claimed
from .log_schema import is_corrupt
from .outlet import Outlet
from .record import Refinery
from .recover import recover
from .report import report, say_last_word, tell
from .route import Route
from .routes import make_couriers, make_routes, pending_of
from .runs import RunBook
from .store import Store
from .watchdog import watch

T = TypeVar("T")
_DRAIN_TICK: Final = 0.02
_CLAIM_TICK: Final = 0.05
_CLAIM_TRIES: Final = 100
_COMMIT_SECONDS: Final = 0.5
"""Time to write what is queued, even where the deadline leaves none; it takes milliseconds."""
_LAST_WORD_SECONDS: Final = 0.8
"""After the deadline, for closing the log; the plugin waits for one second."""
MIN_CAPTURE: Final = 16 * 1024
"""Bytes of each body that the plugin copies at least: redaction needs more context than is kept."""
MAX_CAPTURE: Final = 512 * 1024
"""Bytes that it copies at most: redaction gives up on longer texts, and two bodies have to fit into a frame, where a
character may take four bytes."""


async def serve(frames: Frames, outlet: Outlet, env: Mapping[str, str]) -> int:
    """Run until the Locust process closes the pipe and everything is delivered, or the deadline has passed.

    Returns:
        The exit code of the process: 0; 2 if the configuration was refused; `EXIT_LOG_DAMAGED`.
    """
    hello = await frames.next()
    if hello is None or hello.type != FrameType.HELLO:
        return 1
    try:
        settings = load_settings(hello.payload["config"], env)
        known = known_by_rule(settings.rules, hello.payload.get("log"))
        opened = await _open_log(settings, hello.payload)
    except ConfigError as error:
        outlet.send(FrameType.REFUSED, {"message": str(error)})
        return 2
    except BaselineError as error:
        outlet.send(FrameType.REFUSED, {"message": f"{hello.payload['config']}: {error}"})
        return 2
    except LogError as error:
        outlet.send(FrameType.REFUSED, {"message": f"{hello.payload['config']}: log.directory: {error}"})
        return 2
    try:
        await _forward(frames, outlet, settings, opened, hello.payload, known)
    except (LogCorruptError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.DatabaseError) and not is_corrupt(error):
            raise
        outlet.warn(f"{opened.log.path.name} is damaged; it will be set aside")
        return EXIT_LOG_DAMAGED
    finally:
        opened.claim.release()
    return 0


async def _open_log(settings: Settings, hello: Mapping[str, Any]) -> OpenLog:
    path = hello.get("log")
    if path is None:
        return open_new_log(settings)
    accounts = {key_of(route): from_json(route) for route in hello.get("accounts", [])}
    for key, account in accounts.items():
        if key.kind == "failures":  # the plugin knows how many of these were acknowledged since that was said
            known = hello.get("failures", 0) + sum(account.dropped.values())
            accounts[key] = account.plus(captured=max(0, known - account.captured))
    for _ in range(_CLAIM_TRIES):
        if not is_claimed(Path(path)):
            break
        await asyncio.sleep(_CLAIM_TICK)  # the process before us is not quite dead
    return open_again(Path(path), settings, accounts, damaged=bool(hello.get("damaged")))


async def _forward(
    frames: Frames, outlet: Outlet, settings: Settings, opened: OpenLog, hello: Mapping[str, Any], known: Known
) -> None:
    redactor = Redactor(settings.redaction, hello.get("key"))
    runs = RunBook(settings.run, redactor.redact_text, redactor.redact_draft)
    judge = Judge(settings.rules, redactor.redact_text, known)
    # A log that took the place of a damaged one has none of what was acknowledged, and will not get it again.
    received = max(opened.log.received, hello.get("acknowledged", 0))
    current = recover(opened.log, received, hello.get("runs", []), runs, judge)
    store = Store(opened.log, settings.log, outlet.warn)
    async with AsyncExitStack() as stack:
        couriers = await make_couriers(settings, stack, redactor.redact_text)
        routes = make_routes(pending_of(settings, store), couriers, outlet.warn, outlet.inform)
        committer = Committer(
            store, routes, lambda number: outlet.send(FrameType.ACK, {"number": number}), outlet.warn, asyncio.sleep
        )
        refinery = Refinery(settings.capture, redactor, runs)
        intake = Intake(
            frames,
            committer,
            refinery,
            judge,
            runs,
            outlet.warn,
            received,
            current,
            lambda: store.accounts,
            lambda: tell(outlet, store, routes, runs),
        )
        outlet.send(FrameType.READY, _ready(settings, store.path))
        outlet.send(FrameType.ACK, {"number": received})
        for remark in (*opened.remarks, *remarks(settings.redaction)):
            outlet.warn(remark)

        workers = [
            asyncio.create_task(work) for work in (watch(), committer.run(), report(outlet, store, routes, runs))
        ]
        workers += [asyncio.create_task(route.run()) for route in routes]
        adopting = asyncio.create_task(_adopt(settings, store.path.parent, couriers, outlet))
        try:
            reading = asyncio.create_task(intake.run())
            seconds = await _first_to_end(reading, workers)
            deadline = time.monotonic() + (settings.flush.deadline if seconds is None else seconds)
            adopting.cancel()
            await _first_to_end(asyncio.create_task(_drain(committer, routes, deadline)), workers)
        finally:
            for task in (*workers, adopting):
                task.cancel()
            await asyncio.gather(*workers, adopting, return_exceptions=True)
    committer.give_up()
    await say_last_word(outlet, store, routes, runs, deadline + _LAST_WORD_SECONDS)


async def _adopt(settings: Settings, directory: Path, couriers: Mapping[str, Courier], outlet: Outlet) -> None:
    if settings.log.adopt:
        await adopt(directory, settings, couriers, outlet.warn, outlet.inform)


def _ready(settings: Settings, log_path: Path) -> dict[str, Any]:
    capture = settings.capture
    wanted = max(MIN_CAPTURE, 4 * capture.max_body_bytes)
    return {
        "request_body": capture.request_body,
        "response_body": capture.response_body,
        "capture_bytes": min(MAX_CAPTURE, wanted),
        "deadline": settings.flush.deadline,
        "destinations": list(settings.destinations),
        "log": str(log_path),
    }


async def _first_to_end(task: "asyncio.Task[T]", workers: list["asyncio.Task[None]"]) -> T:
    """Wait for the task; a worker that dies meanwhile is a bug and ends the process, visibly."""
    await asyncio.wait([task, *workers], return_when=asyncio.FIRST_COMPLETED)
    for worker in workers:
        if worker.done():
            task.cancel()
            worker.result()
    return await task


async def _drain(committer: Committer, routes: list[Route], deadline: float) -> None:
    try:
        # What was read from the pipe belongs on disk whatever the deadline, or it would be lost and not counted.
        async with asyncio.timeout(max(_COMMIT_SECONDS, deadline - time.monotonic())):
            await committer.join()
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            for route in routes:
                route.drain()
            # Polled: the condition is over all routes, their gates and the clock.
            while not all(route.done_by(deadline) for route in routes):  # noqa: ASYNC110 - see above
                await asyncio.sleep(_DRAIN_TICK)
    except TimeoutError:
        pass  # what is left stays in the log, counted
