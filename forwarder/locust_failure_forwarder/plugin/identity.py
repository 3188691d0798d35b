"""Who this Locust process is, and which run it is told to be part of. Sends nothing."""

import os
import socket
from typing import Any, Final

_HOST = socket.gethostname()
RUN_ID_OPTION: Final = "failure_run_id"
"""Locust copies options it does not know from the master to its workers just before their `test_start`."""


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


def run_id_from(options: Any) -> bytes | None:
    """The run's id as the master set it, if it is one."""
    text = getattr(options, RUN_ID_OPTION, None)
    try:
        run_id = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return None
    return run_id if len(run_id) == 16 else None
