"""What became of the workers' failures, for their master: by category, and the accounts of P1 by destination.

Only the workers capture, and only their forwarder processes classify and deliver.

A worker puts its counts into each of Locust's reports to the master (every 3 s). Its last report would be up to a
second too old: it goes out right after `test_stop`. So when the forwarder process has read the run's last failure, the
counts follow in a message of their own. Once the last worker has said that it quits, a headless master hears nothing
more, so a worker that quits waits a moment for them before it says so, also where a signal makes it quit while users
still run; what these fail at from then on is missing at the master alone. Nothing else here waits. Names of categories
and destinations, and numbers, are all that passes.
"""

import logging
import time
from collections import Counter
from typing import Any, Final, cast

import gevent
import gevent.event

from ..uuid7 import uuid7
from .identity import role_of, run_id_from
from .told import Accounts, accounts_of, add_up, read_report

logger = logging.getLogger("locust_failure_forwarder")
KEY: Final = "failure_forwarder"
"""Of our part in the data of Locust's `report_to_master` and `worker_report`."""
MESSAGE: Final = "failure_forwarder_counts"
"""Type of the message with the counts after the end of a run."""
_MOMENT: Final = 0.25
"""Seconds; a master that quits listens for 0.5 s, and the answer takes about 5 ms."""
_MOST_SOURCES: Final = 10_000
"""Workers of one run; a master's memory is bounded whatever comes."""


class Tally:
    """On a worker, its own counts for the master; on a master, those of its workers, of the run in progress."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        # A process may connect again under another client id; its counts go on.
        self._source = uuid7(time.time()).hex()
        self._run = b""
        self._over = False
        self._final = gevent.event.Event()
        self._own: tuple[dict[str, int], Accounts] = {}, {}
        self._told: tuple[dict[str, int], Accounts] = self._own
        self._workers: dict[str, Counter[str]] = {}
        self._accounts: dict[str, Accounts] = {}
        self._listening_to: Any = None

    def begin(self, run_id: bytes) -> None:
        """A run starts, in which nothing has been counted."""
        self._run = run_id
        self._over = False
        self._final.clear()
        self._own = {}, {}
        self._told = self._own
        self._workers, self._accounts = {}, {}
        self._listen(self._environment.runner)

    def end(self) -> None:
        """The run is over: counts that come now are told at once."""
        self._over = True

    # -- a worker ------------------------------------------------------------------------------------------------

    def on_status(self, status: dict[str, Any]) -> None:
        """A `status` of the forwarder process."""
        if status.get("run") != self._run:
            return
        self._own = status.get("categories", {}), accounts_of(status)
        if self._over:
            gevent.spawn(self._tell)  # it may have to wait, and whoever reads the pipe may not
        if status.get("over"):
            self._final.set()

    def on_quitting(self) -> None:
        """Locust's event `quitting`, before the runner's own listener takes leave of the master."""
        if self._over and role_of(self._environment.runner) == "worker":
            self._final.wait(_MOMENT)
        self._tell()

    def on_report_to_master(self, data: dict[str, Any], **_: Any) -> None:
        """Locust's event of that name: add our counts to what the worker reports."""
        if any(self._own) and (report := self._report()) is not None:
            data[KEY] = report

    def _report(self) -> dict[str, Any] | None:
        """Our counts, if there is a master that knows what to do with them: one that has named the run."""
        options = getattr(self._environment, "parsed_options", None)
        if role_of(self._environment.runner) != "worker" or run_id_from(options) != self._run:
            return None
        categories, accounts = self._own
        return {"run": self._run.hex(), "source": self._source, "categories": categories, "accounts": accounts}

    def _tell(self) -> None:
        if self._own == self._told or (report := self._report()) is None:
            return
        self._told = self._own
        try:
            self._environment.runner.send_message(MESSAGE, report)
        except Exception:
            logger.debug("the last counts could not be sent to the master", exc_info=True)

    # -- a master ------------------------------------------------------------------------------------------------

    def _listen(self, runner: Any) -> None:
        """Once for each runner: Locust refuses a second listener for a type of message."""
        if role_of(runner) != "master" or self._listening_to is runner:
            return
        self._listening_to = runner
        try:
            runner.register_message(MESSAGE, self._on_message)
        except Exception:
            logger.debug("the workers' last counts will be missing", exc_info=True)

    def on_worker_report(self, data: Any, **_: Any) -> None:
        """Locust's event of that name: a worker's report, with or without our counts."""
        if isinstance(data, dict):
            self._take(cast("dict[Any, Any]", data).get(KEY))

    def _on_message(self, msg: Any, **_: Any) -> None:
        self._take(msg.data)

    def _take(self, report: object) -> None:
        read = read_report(report, self._run.hex())
        if read is None:
            return
        if read.source not in self._workers and len(self._workers) >= _MOST_SOURCES:
            return
        # Counts only grow; fewer come from a forwarder process whose log was damaged.
        self._workers[read.source] = self._workers.get(read.source, Counter()) | read.categories
        if read.accounts is not None:
            self._accounts[read.source] = read.accounts

    def of_workers(self) -> dict[str, int]:
        """Failures by category of all workers, as of their last reports; empty where there are none."""
        return dict(sum(self._workers.values(), Counter[str]()))

    def accounts_of_workers(self) -> Accounts:
        """Accounts by destination of all workers, as of the last reports that had any; empty where there are none."""
        return add_up(self._accounts.values())
