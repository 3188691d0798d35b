"""The picture of Slack's messages in the README: `python -m locust_failure_forwarder.demo.slack_picture FILE`.

Draws real payloads of the `slack` destination, of an invented episode and run. Sends nothing.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from locust_failure_schemas import Alert, RunSummary
from rich.console import Console

from ..destinations.base import Batch
from ..destinations.marked_samples import Sample, marked_samples
from ..destinations.slack import SlackConfig, SlackDestination
from .draw_slack import as_svg, draw_message
from .slack_rules import violations

_MOMENT: Final = datetime(2026, 5, 4, 9, 32, 35, tzinfo=UTC)
_SLACK: Final = SlackDestination(
    "slack",
    SlackConfig.model_validate(
        {
            "type": "slack",
            "webhook_url": "https://hooks.slack.example/services/x",
            "mentions": {"critical": ["here"]},
            "links": {
                "web_ui": "http://loadgen-1.example.com:8089",
                "dashboard": "https://grafana.example.com/d/shop?from={from_ms}&to={to_ms}",
            },
        }
    ),
)


def payloads() -> list[dict[str, Any]]:
    """An alert that fires, its end, and the summary, as Slack gets them."""
    return [_payload(sample) for sample in marked_samples(_MOMENT)]


def _payload(sample: Sample) -> dict[str, Any]:
    record = sample.record
    run = record.run.model_copy(
        update={"name": "checkout-soak", "environment": "staging", "labels": {"team": "payments"}}
    )
    node = record.node.model_copy(update={"role": "master", "host": "loadgen-1"})
    update: dict[str, Any] = {"run": run, "node": node}
    plain = {"top_endpoints": (), "top_errors": ()}
    if isinstance(record, Alert):
        update |= {"rule": "failure-spike", "severity": "critical"}
    if isinstance(record, RunSummary):
        update |= {"started_at": _MOMENT - timedelta(minutes=10)}
    for key in plain:
        update[key] = tuple(
            count.model_copy(update={name: _unmarked(getattr(count, name)) for name in _TEXTS if hasattr(count, name)})
            for count in getattr(record, key)
        )
    record = record.model_copy(update=update)
    shown = Sample(sample.name, sample.kind, record)
    request = _SLACK.encode(Batch(sample.kind, "slack", [shown.event()]), _MOMENT)
    return json.loads(request.body)


_TEXTS: Final = ("name", "message")


def _unmarked(text: str) -> str:
    return text.replace("/sample/", "/").replace("/sample", "/").removeprefix("sample: ")


def main(path: Path) -> int:
    """Draw the picture; 1 if Slack would refuse a message."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=104, file=nowhere, force_terminal=True, highlight=False)
        for payload in payloads():
            if violations(payload):
                return 1
            console.print(draw_message(payload))
    path.write_text(as_svg(console, "#load-tests in Slack"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
