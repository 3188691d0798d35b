"""P8: a spike in a real test is one firing and one resolved message in Slack, followed by the run's summary."""

import signal
import threading
from pathlib import Path

from locust_failure_forwarder.demo.slack import SlackReceiver
from support.locust_run import INSTALL, locust, until
from support.target import Target

SWITCHED_USER = """
from pathlib import Path
from locust import HttpUser, constant, task

class Shopper(HttpUser):
    wait_time = constant(0.01)
    @task
    def work(self):
        self.client.get("/fail" if Path("broken").exists() else "/ok", name="/work")
"""

CONFIG = """\
version: 1
run: {{name: switch, environment: test}}
destinations:
  slack: {{type: slack, webhook_url: "{url}"}}
alerts:
  - {{name: spike, above: 20%, over: 2s, min_requests: 20, resolve_after: 2s, severity: critical}}
"""


def test_p8_one_firing_and_one_resolved_message_and_a_summary(tmp_path: Path, target: Target) -> None:
    switch = tmp_path / "broken"
    with SlackReceiver() as slack:
        config = CONFIG.format(url=slack.webhook_url)
        arguments = ("--headless", "-u", "2", "-r", "50")
        with locust(tmp_path, target.url, config, INSTALL + SWITCHED_USER, arguments) as run:
            breaker = threading.Timer(2.5, switch.touch)
            breaker.start()
            until(lambda: slack.messages, what="the alert")
            switch.unlink()
            until(lambda: len(slack.messages) > 1, what="the end of the alert")
            run.signal_after(2.0, signal.SIGTERM)  # time for a message too many
            output = run.wait()
            breaker.join()
        texts = [message.text for message in slack.messages]
    assert run.process.returncode == 0, output
    assert not slack.refused
    assert len(texts) == 3, texts
    firing, resolved, summary = texts
    assert "switch (test)" in firing
    assert "limit 20 %" in firing
    assert "recovered" in resolved
    assert "finished" in summary
    assert "1 alert fired" in summary


def test_an_alert_that_still_fires_is_resolved_when_the_test_ends(tmp_path: Path, target: Target) -> None:
    (tmp_path / "broken").touch()
    with SlackReceiver() as slack:
        config = CONFIG.format(url=slack.webhook_url)
        arguments = ("--headless", "-u", "2", "-r", "50", "-t", "4s")
        with locust(tmp_path, target.url, config, INSTALL + SWITCHED_USER, arguments) as run:
            output = run.wait()
        texts = [message.text for message in slack.messages]
    assert len(texts) == 3, f"{texts}\n{output}"
    assert "test ended while still failing" in texts[1]
