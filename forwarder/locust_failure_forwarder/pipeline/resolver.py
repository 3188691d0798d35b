"""Names are resolved on threads that keep nobody waiting at the end. Resolves nothing itself: asyncio does.

asyncio asks the system's `getaddrinfo` on its default executor, and an event loop that ends waits for those threads.
A name server that does not answer keeps one for half a minute, which is longer than an exit may take (P5).
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

MAX_LOOKUPS: Final = 16
"""Lookups that may wait for a name server at a time; further ones fail at once."""

P = ParamSpec("P")
T = TypeVar("T")


class _DaemonThreads(ThreadPoolExecutor):  # asyncio takes no other kind of executor
    """A daemon thread for each call, within a bound."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)  # whose threads are never started
        self._free = threading.BoundedSemaphore(MAX_LOOKUPS)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        future: Future[T] = Future()

        def run() -> None:
            try:
                if future.set_running_or_notify_cancel():
                    _settle(future, lambda: fn(*args, **kwargs))
            finally:
                self._free.release()

        if self._free.acquire(blocking=False):
            threading.Thread(target=run, name="lookup", daemon=True).start()
        else:
            future.set_exception(socket.gaierror(socket.EAI_AGAIN, "too many lookups are waiting"))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for nothing."""


def _settle(future: "Future[T]", call: Callable[[], T]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
        future.set_exception(error)
    else:
        future.set_result(result)


def resolve_on_daemon_threads(loop: asyncio.AbstractEventLoop) -> None:
    """Have `loop` use such threads for all that it does on its default executor, which is resolving names."""
    loop.set_default_executor(_DaemonThreads())
