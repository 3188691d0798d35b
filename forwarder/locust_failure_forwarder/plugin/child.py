"""The forwarder process as the Locust process sees it: start, bytes in, bytes out, end. Knows no frames' meaning."""

import os
import subprocess
import sys
from typing import Final

import gevent
import gevent.os
import gevent.subprocess

from ..errors import StartError

_CHUNK: Final = 64 * 1024


class Child:
    """One forwarder process and the two pipes to it. All waiting is cooperative: other greenlets go on."""

    def __init__(self) -> None:
        self._write_fd = -1
        self._read_fd = -1
        self._process: gevent.subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id once started."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process.

        Raises:
            StartError: the operating system refused.
        """
        child_in, self._write_fd = os.pipe()
        self._read_fd, child_out = os.pipe()
        try:
            self._process = gevent.subprocess.Popen(
                # -P keeps the working directory off sys.path: a user's own http.py must not shadow the library.
                [sys.executable, "-P", "-m", "locust_failure_forwarder.pipeline"],
                stdin=child_in,
                stdout=child_out,
                # A session of its own: Ctrl-C goes to the terminal's foreground group, and this process has
                # to outlive Locust until everything is delivered.
                start_new_session=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            self.close()
            raise StartError(f"cannot start the forwarder process: {error}") from error
        finally:
            os.close(child_in)
            os.close(child_out)
        # gevent gives descriptors for reading and writing through its hub only when they do not block.
        gevent.os.make_nonblocking(self._write_fd)
        gevent.os.make_nonblocking(self._read_fd)

    def write(self, data: bytes) -> None:
        """Write all of `data`, yielding while the pipe is full.

        Raises:
            OSError: the process is gone.
        """
        view = memoryview(data)
        while view:
            view = view[gevent.os.nb_write(self._write_fd, view) :]

    def read(self) -> bytes:
        """The next bytes, yielding until there are some; empty at end of file."""
        return gevent.os.nb_read(self._read_fd, _CHUNK)

    def close(self) -> None:
        """Close both pipes. The process is left alone: it may still be delivering."""
        self._write_fd = _close(self._write_fd)
        self._read_fd = _close(self._read_fd)

    def how_it_ended(self) -> str:
        """What became of the process, in words."""
        code = self.wait(0.0)
        if code is None:
            return "it is still starting"
        return f"killed by signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """End a process that does not answer."""
        if self._process is not None:
            self._process.kill()

    def wait(self, timeout: float) -> int | None:
        """Exit code if the process ends within `timeout` seconds, else None."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None


def _close(fd: int) -> int:
    if fd >= 0:
        os.close(fd)
    return -1
