"""Entry of the forwarder process: its pipes become asyncio streams. Started by the plugin, never by hand."""

import asyncio
import gc
import os
import signal
import sys

from .intake import Frames
from .outlet import Outlet
from .pipe import Pipe
from .run import serve
from .store import hangs


async def _main() -> int:
    loop = asyncio.get_running_loop()
    # Ctrl-C and a service manager's SIGTERM are for Locust. We end when it closes the pipe, which its death does too.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(1, "wb", buffering=0))
    try:
        return await serve(Frames(Pipe(0)), Outlet(writer), os.environ)
    finally:
        writer.close()
        # A transport that is closing flushes on the loop; give it the turn it needs before the loop ends.
        for _ in range(100):
            if writer.get_write_buffer_size() == 0:
                break
            await asyncio.sleep(0.01)


def main() -> None:
    """Run, and exit with the code that `serve` returned."""
    # Records pass through; hardly any is part of a cycle. Looking for cycles less often saves a tenth of the CPU.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    code = asyncio.run(_main())
    if hangs():
        os._exit(code)  # a thread that waits for the disk would keep the interpreter waiting as well
    sys.exit(code)


if __name__ == "__main__":
    main()
