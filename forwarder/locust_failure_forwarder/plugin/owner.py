"""Shows other tests that this Locust process still owns its log, even while its forwarder process is being restarted.

Takes a lock on an empty file beside the log. `pipeline/log_files.py` asks for it before it adopts a log.
"""

import fcntl
import os
from typing import Final

SUFFIX: Final = ".owner"


def hold(log_path: str) -> int | None:
    """Lock the log's owner file until the process ends or the descriptor is closed.

    Returns:
        The descriptor; None if the lock cannot be had. Then a restart may find its log adopted by another test, and
        begins a new one.
    """
    try:
        fd = os.open(f"{log_path}{SUFFIX}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        return None
    return fd
