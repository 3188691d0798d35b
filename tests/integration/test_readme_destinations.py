"""The template that the README shows works, and its table names every type of destination."""

import json
import re
from pathlib import Path
from typing import Final

from locust_failure_forwarder.destinations import build, load_settings
from locust_failure_forwarder.destinations.base import Batch
from support.destination_cases import CASES
from support.samples import NOW, event

README: Final = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_template_of_the_readme_works(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(  oncall:\n.*?)```", README, flags=re.DOTALL)
    file = tmp_path / "config.yaml"
    file.write_text(f"version: 1\ndestinations:\n{example}")
    settings = load_settings(file, {"ONCALL_ROOM": "not-a-real-room"})
    request = build("oncall", settings.destinations["oncall"]).encode(Batch("alerts", "oncall", [event("alerts")]), NOW)
    body = json.loads(request.body)
    assert body["open"] is True
    assert [error["count"] for error in body["errors"]] == [120, 51, 1]


def test_the_table_names_every_type() -> None:
    named = set(re.findall(r"^\| `([a-z]+)` \|", README, flags=re.MULTILINE))
    assert {case.config["type"] for case in CASES} <= named
