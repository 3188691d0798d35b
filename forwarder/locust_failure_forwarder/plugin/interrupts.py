"""Ctrl-C while code of ours runs: the main greenlet gets its KeyboardInterrupt a moment later, and our code goes on.

Python raises KeyboardInterrupt in whatever greenlet happens to run. In one of ours it would end the conversation with
the forwarder process in the middle of a frame, in a listener it would leave a record half counted; a `try` around them
cannot say how much had been done. So while we capture, a handler of ours stands before Python's own and looks at the
interrupted stack: with code of this package on it, the interrupt is handed to the event loop, which throws it into the
main greenlet as it does with one that hits while nothing runs. Every other interrupt is raised where it hits.

Anybody else's handler is left alone: one that is there already is not replaced, and one that comes later replaces ours
for good, with everything that it may do to our greenlets. Nothing here runs before there is an interrupt.
"""

import signal
from types import FrameType
from typing import Any, Final

import gevent

_OURS: Final = f"{__package__}."
"""How the names of this package's modules begin; what `python -m` runs, for as long as Locust does, has another."""


class Guard:
    """Stands before Python's handler of SIGINT as long as anybody needs it. One for the process."""

    def __init__(self) -> None:
        self._needed_by = 0
        self._handler = self._handle  # one object, to know it again
        self._address: int | None = None

    def take(self) -> None:
        """Begin, unless SIGINT is somebody else's or this is not the main thread. To be paired with `release`."""
        self._needed_by += 1
        # Another function is the user's; SIG_IGN comes from a shell's `&`.
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or (api := _signals_of_c()) is None:
            return
        before = api.PyOS_getsig(signal.SIGINT)
        try:
            signal.signal(signal.SIGINT, self._handler)
        except ValueError:
            return  # not the main thread, the only one that interrupts hit
        self._address = api.PyOS_getsig(signal.SIGINT)
        if self._address != before:
            # `gevent.signal_handler` goes past Python, whose own notes still name the default.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            api.PyOS_setsig(signal.SIGINT, before)

    def release(self) -> None:
        """End, when nobody else needs it. Who took our place meanwhile, keeps it."""
        self._needed_by -= 1
        if self._needed_by or signal.getsignal(signal.SIGINT) is not self._handler:
            return
        api = _signals_of_c()
        if api is not None and api.PyOS_getsig(signal.SIGINT) == self._address:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        hub = gevent.get_hub()
        if not is_ours(frame) and gevent.getcurrent() is not hub:
            signal.default_int_handler(number, frame)
        # As gevent's loop calls it for an interrupt that hits while no greenlet runs: prints one line and throws.
        # There, too, or the line would become a traceback that shows this function.
        hub.loop.run_callback(hub.handle_error, None, KeyboardInterrupt, KeyboardInterrupt(), None)


GUARD: Final = Guard()


def is_ours(frame: FrameType | None) -> bool:
    """Whether code of this package runs, be it in a greenlet of ours or in a listener that another greenlet called."""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith(_OURS):
            return True
        frame = frame.f_back
    return False


def _signals_of_c() -> Any:
    """CPython's documented functions for the operating system's side of a signal; None where they cannot be had."""
    try:
        import ctypes  # 2 ms, which only those pay who forward

        api: Any = ctypes.pythonapi
        api.PyOS_getsig.argtypes, api.PyOS_getsig.restype = [ctypes.c_int], ctypes.c_void_p
        api.PyOS_setsig.argtypes, api.PyOS_setsig.restype = [ctypes.c_int, ctypes.c_void_p], ctypes.c_void_p
    except (ImportError, AttributeError):
        return None
    return api
