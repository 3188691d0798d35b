"""Runs a real Locust in a folder of its own, and counts its failures independently of the plugin."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COUNTING = """
import json, os
from pathlib import Path
from locust import events

_counts = {"failures": 0, "user_errors": 0, "run_failures": []}

@events.request.add_listener
def _count(exception=None, **_):
    if exception is not None:
        _counts["failures"] += 1

@events.user_error.add_listener
def _count_user_error(**_):
    _counts["user_errors"] += 1

@events.test_stop.add_listener
def _run_over(environment, **_):
    _counts["run_failures"].append(environment.stats.total.num_failures)

@events.quit.add_listener
def _write(**_):
    path = Path(f"counts-{os.getpid()}.json")
    path.write_text(json.dumps(_counts))
"""
"""Appended to every locustfile: what Locust itself reported, kept by each of its processes."""

HTTP_USER = """
from locust import FastHttpUser, HttpUser, constant, task

class Shopper(HttpUser):
    wait_time = constant(0.02)
    @task
    def fail(self):
        self.client.post("/fail", json={"sku": "A-1", "password": "not-a-real-password-1"}, name="/fail")
    @task
    def work(self):
        self.client.get("/ok", name="/ok")
"""

FAST_USER = """
class Racer(FastHttpUser):
    wait_time = constant(0.02)
    @task
    def fail(self):
        self.client.post("/fail", json={"sku": "A-1"}, name="/fail-fast")
    @task
    def work(self):
        self.client.get("/ok", name="/ok")
"""

INSTALL = "from locust_failure_forwarder import install\ninstall()\n"


@dataclass
class Locust:
    """One running Locust and its folder."""

    directory: Path
    process: "subprocess.Popen[str]"

    def wait(self, timeout: float = 60.0) -> str:
        """Wait for its end; its output, both streams together."""
        output, _ = self.process.communicate(timeout=timeout)
        (self.directory / "output.txt").write_text(output)
        return output

    def signal_after(self, seconds: float, number: int, *, group: bool = False) -> None:
        """Let it work for a while, then send a signal, to the whole process group as a terminal does if asked."""
        time.sleep(seconds)
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def counts(self) -> list[dict[str, Any]]:
        """What each Locust process counted."""
        return [json.loads(path.read_text()) for path in sorted(self.directory.glob("counts-*.json"))]

    def failures(self) -> int:
        """Failures that Locust's processes counted, all together."""
        return sum(count["failures"] for count in self.counts())

    def stats_failures(self) -> int:
        """Failures in Locust's own final statistics."""
        rows = json.loads((self.directory / "stats.json").read_text())
        return sum(row["num_failures"] for row in rows)


@contextmanager
def locust(
    directory: Path,
    host: str,
    config: str,
    locustfile: str = INSTALL + HTTP_USER,
    arguments: Sequence[str] = ("--headless", "-u", "3", "-r", "50", "-t", "2s"),
    command: Sequence[str] = (sys.executable, "-m", "locust"),
) -> Generator[Locust]:
    """Start Locust in `directory`; whatever happens, it is stopped by its process id."""
    (directory / "locustfile.py").write_text(locustfile + COUNTING)
    (directory / "config.yaml").write_text(config)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LOCUST")}
    process = subprocess.Popen(
        [
            *command,
            *("-f", "locustfile.py", "-H", host, "--failure-config", "config.yaml"),
            *("--json-file", "stats", "--exit-code-on-error", "0"),
            *arguments,
        ],
        cwd=directory,
        env=environment | {"PYTHONUNBUFFERED": "1", "MONITORING_API_KEY": "demo-not-a-real-key"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Locust(directory, process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        elif process.stdout is not None:
            process.stdout.close()


def config_for(monitoring_url: str, extra: str = "", deadline: str = "10s") -> str:
    """A configuration with one monitoring API."""
    return f"""\
version: 1
run: {{name: e2e, environment: test}}
destinations:
  monitoring:
    type: http
    url: {monitoring_url}
    auth: {{bearer: "${{MONITORING_API_KEY}}"}}
    batch: {{max_age: 200ms}}
flush: {{deadline: {deadline}}}
{extra}"""


def free_port() -> int:
    """A port that was free a moment ago, for servers that have to be told theirs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(url: str, path: str, form: bytes | None = None) -> dict[str, Any]:
    """One request to Locust's web UI: POST with a form, GET without."""
    with urllib.request.urlopen(url + path, data=form, timeout=10) as answer:
        return json.loads(answer.read())


def until(condition: Any, timeout: float = 20.0, what: str = "the condition") -> None:
    """Poll until `condition()` holds; fail loudly if it never does."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {timeout} s")
        time.sleep(0.05)
