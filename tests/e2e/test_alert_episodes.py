"""P8 with a real Locust: each spike is one firing and one resolved alert, however it flaps, from one process alone."""

import json
import threading
import time
from pathlib import Path

from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_schemas import Alert
from support.cli import cli
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
    @task
    def browse(self):
        self.client.get("/ok", name="/browse")
"""

CONFIG = """\
version: 1
run: {{name: switch, environment: test}}
destinations:
  monitoring:
    type: http
    url: {url}
    auth: {{bearer: "${{MONITORING_API_KEY}}"}}
    send: [alerts]
    batch: {{max_age: 0s}}
alerts:
  - {{name: spike, above: 20%, over: {over}, resolve_after: 3s, per: endpoint, labels: {{team: shop}}}}
"""


def _alerts(api: MonitoringApi) -> list[Alert]:
    return sorted(api.alerts.values(), key=lambda alert: alert.sequence)


def _states(api: MonitoringApi) -> list[str]:
    return [alert.state for alert in _alerts(api)]


def _simulated(folder: Path) -> list[str]:
    result = cli("alerts", "simulate", folder / "config.yaml", folder / ".locust-failures", "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line)["state"] for line in result.output.splitlines()]


def test_p8_a_service_that_flaps_each_second_is_one_episode_and_the_next_spike_is_another(
    tmp_path: Path, target: Target
) -> None:
    switch = tmp_path / "broken"

    def flap() -> None:
        for _ in range(5):
            switch.touch()
            time.sleep(1.0)
            switch.unlink()
            time.sleep(1.0)

    with MonitoringApi() as api:
        config = CONFIG.format(url=api.batch_url, over="2s")
        arguments = ("--headless", "-u", "5", "-r", "50", "-t", "60s")
        with locust(tmp_path, target.url, config, INSTALL + SWITCHED_USER, arguments) as run:
            time.sleep(3.0)
            flapping = threading.Thread(target=flap)
            flapping.start()
            flapping.join()
            until(lambda: len(api.alerts) >= 2, what="the end of the first episode")
            assert _states(api) == ["firing", "resolved"]
            switch.touch()
            until(lambda: len(api.alerts) >= 3, what="the second episode")
            switch.unlink()
            until(lambda: len(api.alerts) >= 4, what="its end")
            run.process.terminate()
            output = run.wait()
        first, first_end, second, second_end = _alerts(api)
    assert [a.state for a in (first, first_end, second, second_end)] == ["firing", "resolved"] * 2, output
    assert first.episode_id == first_end.episode_id != second.episode_id == second_end.episode_id
    assert [a.resolution for a in (first_end, second_end)] == ["recovered", "recovered"]
    assert [(a.name, a.value > 0.2) for a in first.affected] == [("/work", True)]
    assert first.labels == {"team": "shop"}
    assert first.trend
    assert first_end.peak is not None
    assert first_end.peak >= first.value > 0.2
    assert first_end.episode_failures == first_end.top_endpoints[0].failures > 0
    assert [error.name for error in first_end.top_errors] == ["/work"]
    assert second_end.episode_failures is not None
    assert abs(sum(error.count for error in second_end.top_errors) - second_end.episode_failures) < 20, (
        "errors of the second episode alone; the last ones may be read just before or after the sample"
    )
    assert _simulated(tmp_path) == ["firing", "resolved"] * 2, "what was recorded says the same when it is replayed"


def test_p8_with_workers_the_master_alone_alerts_and_once(tmp_path: Path, target: Target) -> None:
    switch = tmp_path / "broken"
    with MonitoringApi() as api:
        config = CONFIG.format(url=api.batch_url, over="6s")
        arguments = ("--headless", "-u", "6", "-r", "50", "-t", "60s", "--processes", "2")
        with locust(tmp_path, target.url, config, INSTALL + SWITCHED_USER, arguments) as run:
            time.sleep(8.0)
            switch.touch()
            until(lambda: api.alerts, what="the alert")
            time.sleep(4.0)
            switch.unlink()
            until(lambda: len(api.alerts) >= 2, timeout=40, what="its end")
            run.process.terminate()
            output = run.wait()
        alerts = _alerts(api)
    assert [alert.state for alert in alerts] == ["firing", "resolved"], output
    assert {alert.node.role for alert in alerts} == {"master"}
    assert [endpoint.name for endpoint in alerts[0].affected] == ["/work"]
    assert alerts[0].users == 6
    firing, end = alerts
    assert [(error.name, error.count) for error in firing.top_errors] == [("/work", firing.failures)]
    assert [(error.name, error.count) for error in end.top_errors] == [("/work", end.episode_failures)]
    assert [endpoint.name for endpoint in end.top_endpoints] == ["/work"]
    assert firing.top_s is not None
    assert 6 <= firing.top_s < 10, "a master's numbers move every 3 s"
    assert _simulated(tmp_path) == ["firing", "resolved"]
