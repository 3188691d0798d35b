"""One message by Apprise, within a deadline: each in a process of its own, which is killed when its time is up.

Apprise blocks, and a thread that blocks cannot be stopped: it would outlive the attempt, and might deliver after the
next one has begun. Judges no outcome.
"""

import asyncio
import contextlib
import os
import signal
from types import TracebackType
from typing import Self

import orjson

from ..destinations.apprise import COMMAND, NOT_SENT, SENT
from ..destinations.apprise_child import NO, YES
from ..destinations.base import HttpRequest, HttpResponse
from .deliver import NetworkError


class AppriseTransport:
    """In place of `deliver.Transport` for one destination; has no connections to keep."""

    def __init__(self, timeout: float) -> None:
        """`timeout` is the seconds that one attempt may take in all."""
        self._timeout = timeout

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once. The status is one of the two that `destinations/apprise.py` names.

        Raises:
            NetworkError: no outcome is known.
        """
        try:
            async with asyncio.timeout(self._timeout):
                code = await _run(orjson.dumps({"url": request.url, **orjson.loads(request.body)}))
        except TimeoutError:
            raise NetworkError(f"no outcome within {self._timeout:g} s") from None
        except OSError as error:
            raise NetworkError(f"the process for Apprise could not be started ({type(error).__name__})") from None
        if code not in (YES, NO):
            raise NetworkError(f"the process for Apprise ended with {code}")
        return HttpResponse(SENT if code == YES else NOT_SENT)


async def _run(message: bytes) -> int:
    """The exit code. However this ends, the process is gone."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # what it may start ends with it, and a Ctrl-C is the forwarder's to handle
    )
    try:
        await process.communicate(message)
        return process.returncode if process.returncode is not None else -1
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.shield(process.wait())
