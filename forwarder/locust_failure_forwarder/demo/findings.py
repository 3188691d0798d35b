"""Looks for the planted secrets in everything that left the pipeline or lies on disk. Finds; does not judge."""

from collections.abc import Iterator
from pathlib import Path

from ..pipeline.log import Log
from ..pipeline.log_files import list_logs
from ..pipeline.log_letters import dead_letters
from .monitoring import MonitoringApi
from .secrets_planted import PLANTED
from .slack import SlackReceiver

OUR_LOGGER = b"locust_failure_forwarder"


def planted_secrets_in(output: Path, monitoring: MonitoringApi, slack: SlackReceiver) -> Iterator[str]:
    """Places, in words, where a planted secret stands in plain text."""
    for place, content in _contents(output, monitoring, slack):
        for secret in PLANTED:
            if secret.encode() in content:
                yield f"{place}: …{secret[-4:]}"


def _contents(output: Path, monitoring: MonitoringApi, slack: SlackReceiver) -> Iterator[tuple[str, bytes]]:
    for body in monitoring.raw_bodies:
        yield "sent to the monitoring API", body
    for body in slack.raw_bodies:
        yield "sent to Slack", body
    # Locust's own lines may show what it likes; ours may not.
    for line in (output / "locust.log").read_bytes().splitlines():
        if OUR_LOGGER in line or b"failure-forwarder" in line:
            yield "our log lines", line
    logs = output / "logs"
    for path in list_logs(logs) if logs.is_dir() else []:
        yield path.name, path.read_bytes()
        log = Log.open(path)
        try:
            # Row by row as well: SQLite may tear a long value over several pages of the file.
            for key in log.accounts():
                for body in log.bodies(key.kind):
                    yield path.name, body
            for buried in dead_letters(log.connection, log.origin):
                letter = buried.letter
                yield f"{path.name} (dead letters)", letter.body + f"{letter.reason} {letter.answer}".encode()
        finally:
            log.close()
