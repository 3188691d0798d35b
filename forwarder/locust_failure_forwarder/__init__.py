"""Forward every failed request of a Locust test to monitoring APIs and chat.

In a locustfile, two lines attach the plugin; it stays inert until a configuration is named:

    from locust_failure_forwarder import install
    install()

This module imports nothing heavy: neither Locust, nor the forwarder process's libraries.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, ConfigRefusedError, ForwarderError, StartError
from .version import VERSION

if TYPE_CHECKING:
    from .plugin.listener import Plugin

__all__ = ["ConfigError", "ConfigRefusedError", "ForwarderError", "StartError", "install", "register"]
__version__ = VERSION


def install() -> None:
    """Attach to Locust's command line; call it once in the locustfile. Idempotent.

    Adds the option `--failure-config` (environment: `LOCUST_FAILURE_CONFIG`). Without a configuration nothing
    is captured and nothing is started.
    """
    from .plugin.attach import install as attach

    attach()


def register(environment: Any, config: str | Path) -> "Plugin":
    """Attach to an `Environment` of Locust used as a library, and start forwarding.

    Args:
        environment: the `locust.env.Environment` whose failures to capture.
        config: path of the configuration file.

    Returns:
        The running plugin; call its `close()` when the test is over.

    Raises:
        ConfigRefusedError: the configuration cannot be used.
        StartError: the forwarder process did not start.
    """
    from .plugin.attach import register as attach

    return attach(environment, config)
