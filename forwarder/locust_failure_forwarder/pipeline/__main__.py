"""Entry of the forwarder process: its pipes become asyncio streams. Started by the plugin, never by hand."""

import asyncio
import os
import signal
import sys

from .intake import Frames
from .outlet import Outlet
from .run import serve


async def _main() -> int:
    loop = asyncio.get_running_loop()
    # Ctrl-C and a service manager's SIGTERM are for Locust. We end when it closes the pipe, which its death does too.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    reader = asyncio.StreamReader(limit=1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb", buffering=0))
    writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(1, "wb", buffering=0))
    try:
        return await serve(Frames(reader), Outlet(writer), os.environ)
    finally:
        writer.close()
        # A transport that is closing flushes on the loop; give it the turn it needs before the loop ends.
        for _ in range(100):
            if writer.get_write_buffer_size() == 0:
                break
            await asyncio.sleep(0.01)


def main() -> None:
    """Run, and exit with the code that `serve` returned."""
    sys.exit(asyncio.run(_main()))


if __name__ == "__main__":
    main()
