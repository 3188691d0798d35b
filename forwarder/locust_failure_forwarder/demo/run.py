"""`failure-forwarder demo`: a real load test against a failing shop, everything on this machine. Ends with a verdict.

Exit code 0 only if every failure that Locust counted arrived, once, and no planted secret is anywhere.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.live import Live

from ..report.accounts import LogReport, report_directory
from .draw import draw_ending, draw_progress, save_picture
from .findings import planted_secrets_in
from .monitoring import API_KEY, MonitoringApi
from .shop import Shop
from .slack import SlackReceiver

_LOCUSTFILE: Final = Path(__file__).with_name("locustfile.py")
_USERS: Final = 20
_CONFIG: Final = """\
# The configuration that the demo ran with. The two variables are set by the demo.
version: 1
run:
  name: shop-demo
  environment: your machine
destinations:
  monitoring:
    type: http
    url: {monitoring}
    auth: {{bearer: "${{DEMO_MONITORING_KEY}}"}}
    batch: {{max_age: 500ms}}
  slack:
    type: slack
    webhook_url: "${{DEMO_SLACK_WEBHOOK}}"
alerts:
  - name: failure-spike
    when: failure_ratio
    above: 10%
    over: 3s
    min_requests: 20
    resolve_below: 5%
    resolve_after: 1s
    severity: critical
log:
  directory: {logs}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo found."""

    counted: int
    """Failures in Locust's own statistics."""
    arrived: int
    duplicates: int
    secrets: tuple[str, ...]
    """Places where a planted secret was found."""
    reports: tuple[LogReport, ...]
    locust_code: int

    @property
    def good(self) -> bool:
        """True if nothing is missing, doubled or leaked."""
        return self.locust_code == 0 and self.counted == self.arrived > 0 and not self.duplicates and not self.secrets


def run_demo(seconds: int, output: Path, picture: Path | None = None) -> int:
    """Run the demo for `seconds` of load, keeping what arrived under `output`. Returns the exit code.

    `picture` is where to save an SVG of what Slack showed and of the accounts, if anywhere.
    """
    console = Console(highlight=False)
    output = output.absolute()
    shutil.rmtree(output / "logs", ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    for old in ("received.jsonl", "stats.json"):
        (output / old).unlink(missing_ok=True)
    with ExitStack() as stack:
        shop = stack.enter_context(Shop())
        monitoring = stack.enter_context(MonitoringApi(jsonl=output / "received.jsonl"))
        slack = stack.enter_context(SlackReceiver())
        config = output / "config.yaml"
        config.write_text(_CONFIG.format(monitoring=monitoring.batch_url, logs=output / "logs"))
        console.print(
            f"[bold]A load test of {seconds} s[/] with {_USERS} users against a shop that fails in many ways;"
        )
        console.print("the failures go to a monitoring API, alerts to Slack. All of it runs on this machine.\n")
        locust = _start_locust(seconds, output, config, shop.url, slack.webhook_url)
        try:
            _watch(console, locust, seconds, shop, monitoring, slack)
        finally:
            if locust.poll() is None:
                locust.terminate()
                locust.wait()
        lines = [record.model_dump_json() + "\n" for record in monitoring.failures.values()]
        (output / "failures.jsonl").write_text("".join(lines))
        outcome = _judge(output, monitoring, slack, locust.returncode)
        draw_ending(console, outcome, monitoring, slack, output)
        if picture is not None:
            save_picture(picture, outcome, slack)
    return 0 if outcome.good else 1


def _start_locust(seconds: int, output: Path, config: Path, shop: str, webhook: str) -> "subprocess.Popen[bytes]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LOCUST")}
    environment |= {"DEMO_MONITORING_KEY": API_KEY, "DEMO_SLACK_WEBHOOK": webhook}
    command = [sys.executable, "-P", "-m", "locust_failure_forwarder.plugin", "-f", str(_LOCUSTFILE), "-H", shop]
    command += ["--headless", "-u", str(_USERS), "-r", str(_USERS), "-t", f"{seconds}s", "--stop-timeout", "2"]
    command += ["--failure-config", str(config), "--json-file", str(output / "stats")]
    command += ["--only-summary", "--exit-code-on-error", "0"]
    with (output / "locust.log").open("wb") as log:
        # A session of its own: Ctrl-C ends the demo, and the demo then ends Locust by its process id.
        return subprocess.Popen(  # noqa: S603 - our own interpreter and locustfile
            command,
            cwd=output,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _watch(
    console: Console,
    locust: "subprocess.Popen[bytes]",
    seconds: int,
    shop: Shop,
    monitoring: MonitoringApi,
    slack: SlackReceiver,
) -> None:
    """Show what arrives while Locust runs; let the shop fail badly in the middle third."""
    began: float | None = None
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        while locust.poll() is None:
            if began is None and monitoring.failures:
                began = time.monotonic()
            elapsed = 0.0 if began is None else time.monotonic() - began
            shop.burst = seconds / 3 <= elapsed < seconds * 2 / 3
            live.update(draw_progress(elapsed, seconds, burst=shop.burst, monitoring=monitoring, slack=slack))
            time.sleep(0.1)


def _judge(output: Path, monitoring: MonitoringApi, slack: SlackReceiver, locust_code: int) -> Outcome:
    stats = output / "stats.json"
    counted = sum(row["num_failures"] for row in json.loads(stats.read_text())) if stats.exists() else 0
    logs = output / "logs"
    return Outcome(
        counted=counted,
        arrived=len(monitoring.failures),
        duplicates=monitoring.duplicates,
        secrets=tuple(planted_secrets_in(output, monitoring, slack)),
        reports=tuple(report_directory(logs)) if logs.is_dir() else (),
        locust_code=locust_code,
    )
