"""What happens on each of Locust's events. Copies and queues; blocks only while the process ends."""

import atexit
import logging
import time
from typing import Any, Final

import gevent
import gevent.event

from ..errors import ConfigRefusedError, StartError
from ..uuid7 import uuid7
from ..wire import FrameType
from .buffer import FrameBuffer
from .capture import CaptureLimits, request_failure, user_failure
from .child import Child
from .closing import GRACE, await_forked_workers, drain
from .frames import body_of
from .identity import RUN_ID_OPTION, node_of, role_of, run_id_from
from .interrupts import GUARD
from .link import Link
from .owner import hold
from .statistics import Statistics
from .tally import Tally

logger = logging.getLogger("locust_failure_forwarder")
_MASTER_SUMMARY_DELAY: Final = 4.0
"""Seconds after a master's `test_stop`: workers report every 3 s, and the last reports belong into the summary."""


class Plugin:
    """One Locust process's capture. Made when Locust's `init` fires, closed when the process ends."""

    def __init__(self, environment: Any, config_path: str) -> None:
        self._environment = environment
        self._config_path = config_path
        self._link = Link(Child, config_path, FrameBuffer(), self._own)
        self.tally = Tally(environment)
        """What passes between workers and master about failures and their deliveries."""
        self._link.on_status = self.tally.on_status
        self._owned: dict[str, int | None] = {}
        self._statistics = Statistics(environment)
        # Until `ready` has said what the configuration wants: enough for any, and the forwarder process drops the rest.
        self._limits = CaptureLimits(request_body=True, response_body=True, max_bytes=16 * 1024)
        self._deadline = 0.0
        self._sequence = 0
        self._run_id = b""
        self._run_active = False
        self._summary_due = False
        self._ticker: gevent.Greenlet[..., Any] | None = None
        self._summary_timer: gevent.Greenlet[..., Any] | None = None
        self._closing = False
        self.closed = gevent.event.Event()

    # -- start ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the forwarder process and wait until it is ready.

        The wait is cooperative, and a worker may be told to spawn users meanwhile: events are taken from the
        beginning, and wait in the buffer.

        Raises:
            ConfigRefusedError: the configuration cannot be used.
            StartError: the process did not start.
        """
        GUARD.take()
        try:
            ready = self._first_answer()
        except (ConfigRefusedError, StartError):
            GUARD.release()
            raise
        self._limits = CaptureLimits(ready["request_body"], ready["response_body"], ready["capture_bytes"])
        self._deadline = ready["deadline"]
        self._ticker = gevent.spawn(self._tick)
        atexit.register(self.close)
        logger.info("forwarding to %s (log: %s)", ", ".join(ready["destinations"]), ready["log"])

    def _first_answer(self) -> dict[str, Any]:
        self._link.open()
        self._announce_run(uuid7(time.time()))
        answer = self._link.first_answer()
        if answer is None:
            self._link.close()
            raise StartError(
                f"the forwarder process did not become ready ({self._link.child.how_it_ended()}); "
                "its own error, if it had one, stands above. "
                f"`failure-forwarder check {self._config_path}` shows whether the configuration loads"
            )
        if answer.type == FrameType.REFUSED:
            self._link.close()
            raise ConfigRefusedError(answer.payload["message"])
        return answer.payload

    def _own(self, log_path: str) -> None:
        """Keep other tests from adopting the log as long as this process lives, which is longer than a forwarder's."""
        if log_path not in self._owned:
            self._owned[log_path] = hold(log_path)

    # -- records -------------------------------------------------------------------------------------------------

    def on_request(self, **arguments: Any) -> None:
        """Locust's `request`. Only failures are looked at."""
        if arguments.get("exception") is not None:
            try:
                self._record(request_failure(arguments, self._limits))
            except Exception:
                self._link.uncopied()
                logger.debug("a failure could not be captured", exc_info=True)

    def on_user_error(self, user_instance: Any, exception: BaseException, tb: Any, **_: Any) -> None:
        """Locust's `user_error`: an exception in the user's own code."""
        try:
            self._record(user_failure(user_instance, exception, tb))
        except Exception:
            self._link.uncopied()
            logger.debug("a user error could not be captured", exc_info=True)

    def _record(self, payload: dict[str, Any]) -> None:
        now = time.time()
        payload["id"] = uuid7(now)
        payload["at"] = now
        payload["run"] = self._run_id
        payload["sequence"] = self._sequence + 1
        body = body_of(payload)
        # The number is spent whether or not there is room: a gap in the sequence shows the loss downstream.
        self._sequence += 1
        self._link.record(body)

    # -- runs ----------------------------------------------------------------------------------------------------

    def on_test_start(self, **_: Any) -> None:
        """A run begins; in the web UI, possibly one of several in this process."""
        self._send_summary()
        options = getattr(self._environment, "parsed_options", None)
        run_id = uuid7(time.time())
        if role_of(self._environment.runner) == "worker":
            run_id = run_id_from(options) or run_id
        elif options is not None:
            setattr(options, RUN_ID_OPTION, run_id.hex())
        self._run_active = True
        self._announce_run(run_id)

    def on_test_stop(self, **_: Any) -> None:
        """A run ended: flush, and return at once. May fire twice (Ctrl-C with `--processes`)."""
        if not self._run_active:
            return
        self._run_active = False
        if self._judges:
            self._send_sample()
        self._link.report_drops()
        self.tally.end()
        self._link.control(FrameType.RUN_STOPPED, {"run": self._run_id, "at": time.time()})
        self._summary_due = self._judges
        if role_of(self._environment.runner) == "master":
            self._summary_timer = gevent.spawn_later(_MASTER_SUMMARY_DELAY, self._send_summary)
        else:
            self._send_summary()
        self._link.control(FrameType.FLUSH, {})

    def on_quitting(self, **_: Any) -> None:
        """Locust's `quitting`. On a signal it comes before `test_stop`, after which a worker's master hears no more."""
        if role_of(self._environment.runner) == "worker":
            self.on_test_stop()
        self.tally.on_quitting()

    def on_worker_report(self, **arguments: Any) -> None:
        """Locust's `worker_report`, on a master."""
        self.tally.on_worker_report(**arguments)
        if self._summary_due:
            gevent.spawn(self._statistics.sample)  # a moment later: Locust's own listener may come after this one

    @property
    def _judges(self) -> bool:
        """Whether this process sees the whole test's statistics."""
        runner = self._environment.runner
        return runner is not None and role_of(runner) != "worker"

    def _announce_run(self, run_id: bytes) -> None:
        self._run_id = run_id
        self.tally.begin(run_id)
        self._statistics.begin()
        self._link.control(
            FrameType.RUN_STARTED,
            {"run": run_id, "at": self._statistics.started_at, "node": node_of(self._environment.runner)},
        )

    def _send_sample(self) -> None:
        self._link.control(FrameType.SAMPLE, {"run": self._run_id, **self._statistics.sample()})

    def _send_summary(self) -> None:
        if not self._summary_due:
            return
        self._summary_due = False
        if self._summary_timer is not None:
            self._summary_timer.kill(block=False)
        self._link.control(
            FrameType.SUMMARY,
            {
                **self._statistics.summary(),
                "run": self._run_id,
                "categories": self.tally.of_workers(),
                "accounts": self.tally.accounts_of_workers(),
            },
        )
        self._link.control(FrameType.FLUSH, {})

    def _tick(self) -> None:
        while True:
            gevent.sleep(1.0)
            try:
                self._link.report_drops()
                if self._run_active and self._judges:
                    self._send_sample()
            except Exception:
                logger.debug("statistics could not be sampled", exc_info=True)

    # -- end -----------------------------------------------------------------------------------------------------

    def on_quit(self, **_: Any) -> None:
        """Locust is about to exit. Fires twice when SIGTERM meets the end of the test."""
        self.close()

    def close(self) -> None:
        """Deliver what is left within the deadline, print the accounts, end the conversation. Idempotent."""
        if self._closing:
            # Whoever comes second waits too, or the process would exit under the first one's feet.
            self.closed.wait(timeout=self._deadline + 2 * GRACE)
            return
        self._closing = True
        deadline = time.monotonic() + self._deadline
        try:
            if self._ticker is not None:
                self._ticker.kill(block=False)
            self.on_test_stop()
            self._send_summary()
            drain(self._link, deadline)
            options = getattr(self._environment, "parsed_options", None)
            if getattr(options, "processes", None) and role_of(self._environment.runner) == "master":
                await_forked_workers({self._link.child.pid or 0}, deadline + 2 * GRACE)
            self._link.close(deadline + GRACE)
        except Exception:
            logger.exception("closing the failure forwarder failed")
        finally:
            GUARD.release()
            self.closed.set()
            atexit.unregister(self.close)
