"""Bytes from a pipe for asyncio, without a buffer in between: what is not asked for stays in it and holds the sender.

asyncio's own pipe transport reads up to 256 KiB ahead into a buffer of its own, whether or not anybody wants it.
"""

import asyncio
import contextlib
import fcntl
import os

_CAPACITY = 1024 * 1024
"""Bytes that the pipe should hold, so that much can be taken at a time; 64 KiB where that cannot be set."""


class Pipe:
    """The reading end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        os.set_blocking(fd, False)
        with contextlib.suppress(OSError, AttributeError):  # Linux knows it, and may limit it
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _CAPACITY)

    async def read(self, most: int) -> bytes:
        """The next bytes, at least one and at most `most`; empty at end of file.

        Raises:
            OSError: the pipe cannot be read.
        """
        while True:
            try:
                return os.read(self._fd, most)
            except BlockingIOError:
                await self._until_readable()

    async def _until_readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = loop.create_future()
        loop.add_reader(self._fd, lambda: readable.done() or readable.set_result(None))
        try:
            await readable
        finally:
            loop.remove_reader(self._fd)
