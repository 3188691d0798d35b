"""How the plugin comes to Locust: `install()` for the command line, `register()` for Locust as a library."""

import logging
import os
import sys
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigRefusedError, StartError
from .listener import Plugin

logger = logging.getLogger("locust_failure_forwarder")
EXIT_CONFIG: Final = 2
"""Locust's exit code when the configuration cannot be used, as for a wrong argument."""
EXIT_START: Final = 1


class _Attachment:
    """Connects one set of Locust's events with the plugin that `init` may make. Inert until then."""

    def __init__(self, *, asked_for: bool = False) -> None:
        self._asked_for = asked_for
        self.plugin: Plugin | None = None
        self._warned = False
        # One byte that whoever fails first takes: with --processes the master and every worker refuse the same
        # configuration, and the user should read one message. Made before the fork, so all share it.
        self._turn_to_speak, token = os.pipe()
        os.write(token, b"1")
        os.close(token)
        os.set_blocking(self._turn_to_speak, False)

    def listen(self, events: Any) -> None:
        events.request.add_listener(self._on_request)
        events.user_error.add_listener(self._on_user_error)
        events.test_start.add_listener(self._on_test_start)
        events.test_stop.add_listener(self._on_test_stop)
        events.quit.add_listener(self._on_quit)
        events.report_to_master.add_listener(self._on_report_to_master)
        events.worker_report.add_listener(self._on_worker_report)

    def add_arguments(self, parser: Any, **_: Any) -> None:
        group = parser.add_argument_group(
            "failure forwarder", "Forward every failed request to monitoring APIs and chat (locust-failure-forwarder)."
        )
        group.add_argument(
            "--failure-config",
            metavar="<filename>",
            env_var="LOCUST_FAILURE_CONFIG",
            help="Configuration of the failure forwarder (YAML). Without it, nothing is captured.",
        )

    def on_init(self, environment: Any, **_: Any) -> None:
        path = getattr(environment.parsed_options, "failure_config", None)
        if not path or self.plugin is not None:
            if not path and self._asked_for:
                logger.warning("no --failure-config: failures are not forwarded")
            return
        plugin = self.plugin = Plugin(environment, str(Path(path).absolute()))
        # Last come, first called: the runner, made before, takes leave of the master in a listener of its own.
        environment.events.quitting.add_listener(self._on_quitting)
        try:
            plugin.start()
        except ConfigRefusedError as error:
            self._exit(f"{error}", EXIT_CONFIG)
        except StartError as error:
            self._exit(f"failure forwarder: {error}", EXIT_START)

    def _exit(self, message: str, code: int) -> None:
        try:
            first = bool(os.read(self._turn_to_speak, 1))
        except BlockingIOError:
            first = False
        if first:
            sys.stderr.write(f"{message}\n")
            sys.stderr.flush()
        # SystemExit passes Locust's event hook, which would swallow any other exception and start the test.
        sys.exit(code)

    def _on_request(self, **arguments: Any) -> None:
        if self.plugin is not None:
            self.plugin.on_request(**arguments)

    def _on_user_error(self, **arguments: Any) -> None:
        if self.plugin is not None:
            self.plugin.on_user_error(**arguments)

    def _on_test_start(self, environment: Any, **arguments: Any) -> None:
        if self.plugin is not None:
            _quietly(self.plugin.on_test_start, arguments)
        elif getattr(environment.parsed_options, "failure_config", None) and not self._warned:
            # Locust has just copied the master's options to this worker, which was started without.
            self._warned = True
            logger.warning(
                "the master forwards failures, but this worker was started without --failure-config: "
                "its failures are NOT captured. Start every worker with the same --failure-config"
            )

    def _on_test_stop(self, **arguments: Any) -> None:
        if self.plugin is not None:
            _quietly(self.plugin.on_test_stop, arguments)

    def _on_report_to_master(self, **arguments: Any) -> None:
        if self.plugin is not None:
            _quietly(self.plugin.tally.on_report_to_master, arguments)

    def _on_worker_report(self, **arguments: Any) -> None:
        if self.plugin is not None:
            _quietly(self.plugin.on_worker_report, arguments)

    def _on_quitting(self, **arguments: Any) -> None:
        if self.plugin is not None:
            _quietly(self.plugin.on_quitting, arguments)

    def _on_quit(self, **arguments: Any) -> None:
        if self.plugin is not None:
            self.plugin.on_quit(**arguments)


def _quietly(listener: Any, arguments: dict[str, Any]) -> None:
    try:
        listener(**arguments)
    except Exception:
        logger.warning("the failure forwarder could not follow an event; the test goes on", exc_info=True)


_installed: list[_Attachment] = []


def install(*, asked_for: bool = False) -> None:
    """Attach to Locust's command line. Idempotent; does nothing further until a configuration is named.

    `asked_for` says that the user named us on the command line, and wants to hear if the configuration is missing.
    """
    if _installed:
        return
    import locust

    attachment = _Attachment(asked_for=asked_for)
    _installed.append(attachment)
    events: Any = locust.events
    attachment.listen(events)
    events.init_command_line_parser.add_listener(attachment.add_arguments)
    events.init.add_listener(attachment.on_init)


def register(environment: Any, config: str | Path) -> Plugin:
    """Attach to an `Environment` of Locust used as a library, and start the forwarder process.

    Args:
        environment: the `locust.env.Environment` whose failures to capture.
        config: path of the configuration file.

    Returns:
        The running plugin; call its `close()` when the test is over (the interpreter's exit does it otherwise).

    Raises:
        ConfigRefusedError: the configuration cannot be used; the message says why.
        StartError: the forwarder process did not start.
    """
    attachment = _Attachment()
    plugin = attachment.plugin = Plugin(environment, str(Path(config).absolute()))
    plugin.start()
    attachment.listen(environment.events)
    return plugin
