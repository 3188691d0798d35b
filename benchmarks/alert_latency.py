"""From the moment a service begins to fail to the alert's request: 30 times, in one real Locust. For docs/alerts.md.

    PYTHONPATH=tests .venv/bin/python benchmarks/alert_latency.py --runs 30

The switch is thrown at a random moment between two samples. All of it runs on this machine.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from locust_failure_forwarder.demo.slack import SlackReceiver
from support.locust_run import INSTALL, locust, until
from support.target import Target

LOCUSTFILE = """
from pathlib import Path
from locust import HttpUser, constant, task

class Shopper(HttpUser):
    wait_time = constant(0.02)
    @task
    def work(self):
        self.client.get("/fail" if Path("broken").exists() else "/ok", name="/work")
"""
CONFIG = """\
version: 1
run: {{name: latency}}
destinations:
  slack: {{type: slack, webhook_url: "{url}", send: [alerts]}}
alerts:
  - {{name: spike, above: 5%, over: 1s, min_requests: 20, resolve_after: 1s, max_per_hour: 1000}}
"""


def measure(runs: int, seed: int) -> tuple[list[float], list[str]]:
    """Seconds from each switch to its alert, and the texts of all messages."""
    draw = random.Random(seed)
    taken: list[float] = []
    with tempfile.TemporaryDirectory() as folder, SlackReceiver() as slack, Target() as target:
        switch = Path(folder) / "broken"
        arguments = ("--headless", "-u", "10", "-r", "100", "-t", "1h")
        config = CONFIG.format(url=slack.webhook_url)
        with locust(Path(folder), target.url, config, INSTALL + LOCUSTFILE, arguments) as run:
            time.sleep(4.0)
            for number in range(runs):
                time.sleep(draw.uniform(0.5, 1.5))
                switch.touch()
                begin = time.monotonic()
                while len(slack.messages) < 2 * number + 1:
                    time.sleep(0.002)
                    if time.monotonic() - begin > 30:
                        raise SystemExit("no alert came")
                taken.append(time.monotonic() - begin)
                switch.unlink()
                until(lambda wanted=2 * number + 2: len(slack.messages) >= wanted, what="the resolved message")
            run.process.terminate()
            run.wait()
        return taken, [message.text for message in slack.messages]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    taken, texts = measure(options.runs, options.seed)
    taken.sort()
    cuts = statistics.quantiles(taken, n=10, method="inclusive")
    print("| switches | least | median | p90 | most | messages |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {len(taken)} | {taken[0]:.2f} s | {statistics.median(taken):.2f} s | {cuts[8]:.2f} s | {taken[-1]:.2f} s "
        f"| {len(texts)} ({len(taken)} firing, {len(texts) - len(taken)} resolved) |"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
