"""The forwarder process, composed.

The whole flow, top to bottom:

    frames      from the Locust process's pipe                     intake.py
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
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from ..destinations import Settings, load_settings
from ..errors import ConfigError, LogError
from ..redaction import Redactor
from ..wire import FrameType
from .commit import Committer
from .counters import RouteKey, as_json
from .housekeeping import open_new_log
from .intake import Frames, Intake
from .judge import Judge
from .log import Log
from .outlet import Outlet
from .record import Refinery
from .route import Route
from .routes import make_routes
from .runs import RunBook
from .store import Store

T = TypeVar("T")
_STATUS_EVERY: Final = 1.0
_DRAIN_TICK: Final = 0.02
_COMMIT_SECONDS: Final = 1.0
"""Time to write what is queued, even where the deadline leaves none; it takes milliseconds."""
MIN_CAPTURE: Final = 16 * 1024
"""Bytes of each body that the plugin copies at least: redaction needs more context than is kept."""
MAX_CAPTURE: Final = 512 * 1024
"""Bytes that it copies at most: redaction gives up on longer texts, and two bodies have to fit into a frame, where a
character may take four bytes."""


async def serve(frames: Frames, outlet: Outlet, env: Mapping[str, str]) -> int:
    """Run until the Locust process closes the pipe and everything is delivered, or the deadline has passed.

    Returns:
        The exit code of the process: 0, or 2 if the configuration was refused.
    """
    hello = await frames.next()
    if hello is None or hello.type != FrameType.HELLO:
        return 1
    try:
        settings = load_settings(hello.payload["config"], env)
        claim, log = open_new_log(settings)
    except ConfigError as error:
        outlet.send(FrameType.REFUSED, {"message": str(error)})
        return 2
    except LogError as error:
        outlet.send(FrameType.REFUSED, {"message": f"{hello.payload['config']}: log.directory: {error}"})
        return 2
    try:
        await _forward(frames, outlet, settings, log)
    finally:
        claim.release()
    return 0


async def _forward(frames: Frames, outlet: Outlet, settings: Settings, log: Log) -> None:
    store = Store(log)
    async with AsyncExitStack() as stack:
        routes = await make_routes(settings, store, stack, outlet.warn, outlet.inform)
        redactor = Redactor(settings.redaction)
        runs = RunBook(settings.run, redactor.redact_text)
        committer = Committer(
            store,
            routes,
            settings.log.max_size,
            lambda sequence: outlet.send(FrameType.ACK, {"sequence": sequence}),
            outlet.warn,
        )
        judge = Judge(settings.rules, redactor.redact_text)
        intake = Intake(frames, committer, Refinery(settings.capture, redactor, runs), judge, runs, outlet.warn)
        outlet.send(FrameType.READY, _ready(settings, log.path))

        workers = [asyncio.create_task(committer.run()), asyncio.create_task(_report(outlet, store, routes, log.path))]
        workers += [asyncio.create_task(route.run()) for route in routes]
        try:
            reading = asyncio.create_task(intake.run())
            seconds = await _first_to_end(reading, workers)
            deadline = time.monotonic() + (settings.flush.deadline if seconds is None else seconds)
            await _first_to_end(asyncio.create_task(_drain(committer, routes, deadline)), workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    notes = {route.key: route.note for route in routes}
    lost_in_memory = store.accounts
    final = store.close()
    accounts = {key: _fuller(final[key], lost_in_memory[key]) for key in final}
    outlet.send(FrameType.CLOSED, _status(accounts, notes, log.path))


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


async def _report(outlet: Outlet, store: Store, routes: list[Route], path: Path) -> None:
    while True:
        outlet.send(FrameType.STATUS, _status(store.accounts, {route.key: route.note for route in routes}, path))
        await asyncio.sleep(_STATUS_EVERY)


def _status(accounts: Mapping[RouteKey, Any], notes: Mapping[RouteKey, str | None], path: Path) -> dict[str, Any]:
    return {
        "routes": [as_json(key, account, notes.get(key)) for key, account in accounts.items()],
        "log": str(path),
        "directory": str(path.parent),
    }


def _fuller(stored: Any, in_memory: Any) -> Any:
    """The account that knows more: the one in memory, if the log could not take the last counts."""
    return in_memory if in_memory.captured > stored.captured else stored
