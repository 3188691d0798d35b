"""Who this Locust process is. Sends nothing."""

import os
import socket
from typing import Any

_HOST = socket.gethostname()


def role_of(runner: Any) -> str:
    """`local`, `master` or `worker`; `local` where Locust runs without a runner (`run_single_user`)."""
    from locust.runners import MasterRunner, WorkerRunner

    if isinstance(runner, MasterRunner):
        return "master"
    return "worker" if isinstance(runner, WorkerRunner) else "local"


def node_of(runner: Any) -> dict[str, Any]:
    """The process as the schemas package's `Node` has it."""
    role = role_of(runner)
    return {
        "worker_id": str(getattr(runner, "client_id", None) or f"{_HOST}_{role}_{os.getpid()}"),
        "role": role,
        "index": int(getattr(runner, "worker_index", -1)) if role != "master" else -1,
        "host": _HOST,
        "pid": os.getpid(),
    }
