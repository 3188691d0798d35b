"""The command line in this process, and configurations for it."""

from pathlib import Path
from typing import Final

from locust_failure_forwarder.cli import app
from locust_failure_forwarder.demo.monitoring import API_KEY
from locust_failure_forwarder.pipeline.counters import RouteKey
from typer.testing import CliRunner, Result

NOBODY: Final = "http://127.0.0.1:9/"
"""The discard port, where nobody listens."""


def cli(*arguments: object, stdin: bytes = b"", key: str = API_KEY) -> Result:
    """Run a command in this process, as in a terminal of 80 columns whose output goes to a file."""
    result = CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=stdin, env={"MONITORING_API_KEY": key, "COLUMNS": "80"}
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def config(
    folder: Path, monitoring_url: str = NOBODY, slack_url: str = "", extra: str = "", batch: str = "max_age: 60s"
) -> Path:
    """A file with a monitoring API and, if an address is given, a Slack."""
    path = folder / "config.yaml"
    slack_lines = f"  slack: {{type: slack, webhook_url: {slack_url}, send: [alerts]}}\n" if slack_url else ""
    path.write_text(
        "version: 1\n"
        "destinations:\n"
        f"  monitoring: {{type: http, url: '{monitoring_url}', auth: {{bearer: '${{MONITORING_API_KEY}}'}},\n"
        f"    batch: {{{batch}}}}}\n"
        f"{slack_lines}{extra}"
    )
    return path


def row(output: str, route: RouteKey) -> list[str]:
    """The numbers of a route in a printed table of accounts."""
    (line,) = [line for line in output.splitlines() if line.startswith(f" {route} ")]
    return line.split()[1:]
