"""What goes over the wire, beside files that a person has read. A change must be meant: it changes what receivers see.

To write the files anew: `UPDATE_GOLDEN=1 pytest tests/contract/test_destination_golden.py`, then read the difference.
"""

import gzip
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from locust_failure_forwarder.destinations.base import Batch, HttpRequest
from locust_failure_forwarder.events import Event
from support.destination_cases import CASES
from support.samples import NOW, alert, event, failure

FOLDER: Final = Path(__file__).parent.parent / "golden" / "destinations"
UPDATE: Final = os.environ.get("UPDATE_GOLDEN") == "1"

LATER: Final = NOW + timedelta(seconds=125)
RECOVERED: Final = {
    "state": "resolved",
    "resolution": "recovered",
    "occurred_at": LATER,
    "repeat": 1,
    "value": 2 / 400,
    "requests": 400,
    "failures": 2,
    "peak": 172 / 410,
    "episode_requests": 4_810,
    "episode_failures": 905,
    "top_s": 135.0,
}
FULL: Final[dict[str, Any]] = {
    "before": 0.004,
    "trend": (0.0, 0.01, None, 0.02, 0.2, 0.42),
    "labels": {"page": "true"},
    "top_s": 10.0,
    "peak": 172 / 410,
}
ENDED: Final = {"repeat": 1, "state": "resolved", "occurred_at": LATER, "resolution": "test_ended"}

BATCHES: Final[dict[str, tuple[str, list[Event], bool]]] = {
    "http.failures": ("http", [event("failures"), event("failures", position=2)], False),
    "http.failures.no-response": ("http", [event("failures", record=failure(response=None, elapsed_ms=None))], False),
    "http.alerts": ("http", [event("alerts")], False),
    "http.summaries": ("http", [event("summaries")], False),
    "alertmanager.firing": ("alertmanager", [event("alerts", record=alert(**FULL))], False),
    "alertmanager.recovered": ("alertmanager", [event("alerts", record=alert(2, **RECOVERED))], False),
    "pagerduty.firing": ("pagerduty", [event("alerts", record=alert(**FULL))], False),
    "pagerduty.recovered": ("pagerduty", [event("alerts", record=alert(2, **RECOVERED))], False),
    "teams.firing": ("teams", [event("alerts", record=alert(**FULL))], False),
    "teams.summary": ("teams", [event("summaries")], False),
    "discord.firing": ("discord", [event("alerts", record=alert(**FULL))], False),
    "discord.test-ended": ("discord", [event("alerts", record=alert(2, **ENDED))], False),
    "discord.summary": ("discord", [event("summaries")], False),
    "webhook.firing": ("webhook", [event("alerts", record=alert(**FULL))], False),
    "webhook.summary": ("webhook", [event("summaries")], False),
    "apprise.firing": ("apprise", [event("alerts", record=alert(**FULL))], False),
    "slack.firing": ("slack", [event("alerts")], False),
    "slack.firing.plain": ("slack", [event("alerts")], True),
    "slack.recovered": ("slack", [event("alerts", record=alert(2, **RECOVERED))], False),
    "slack.firing.full": ("slack", [event("alerts", record=alert(**FULL))], False),
    "slack.test-ended": ("slack", [event("alerts", record=alert(2, **ENDED))], False),
    "slack.summary": ("slack", [event("summaries")], False),
}


def decoded(request: HttpRequest) -> Any:
    compressed = request.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(request.body) if compressed else request.body)


@pytest.mark.parametrize("name", BATCHES)
def test_body_is_the_golden_one(name: str) -> None:
    destination, events, plain = BATCHES[name]
    case = next(case for case in CASES if case.name == destination)
    request = case.make().encode(Batch(events[0].kind, "monitoring", events), NOW, plain=plain)
    text = json.dumps(decoded(request), indent=2, ensure_ascii=False) + "\n"
    file = FOLDER / f"{name}.json"
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{file.name} differs; if that is meant, see this file's docstring"


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.json" for name in BATCHES}
