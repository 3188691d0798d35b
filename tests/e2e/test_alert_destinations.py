"""P8 at every kind of destination for alerts, with a real Locust: one firing, one resolved, and the summary at the end.

The receivers hold to what each vendor documents, and refuse what is malformed (`support/vendor*.py`).
"""

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from locust_failure_forwarder.demo.slack import PATH as SLACK_PATH
from locust_failure_forwarder.demo.slack import SlackReceiver
from support import vendor_discord, vendor_oncall, vendor_pagerduty, vendor_teams
from support.cli import cli
from support.locust_run import INSTALL, locust, until
from support.target import Target
from support.vendor import Vendor, at_a_date, in_a_second, limit

SWITCHED_USER = """
from pathlib import Path
from locust import HttpUser, constant, task

class Shopper(HttpUser):
    wait_time = constant(0.01)
    healthy = 0
    @task
    def work(self):
        broken = Path("broken").exists()
        self.client.get("/fail" if broken else "/ok", name="/work")
        self.healthy += not broken
        if self.healthy == 50:
            Path("warm").touch()
"""

CONFIG = """\
version: 1
run: {{name: switch, environment: test, labels: {{team: shop}}}}
destinations:
  pager: {{type: pagerduty, routing_key: {routing_key}, url: '{pager}', links: &links {{web_ui: 'http://loadgen.test:8089'}}}}
  teams: {{type: teams, webhook_url: '{teams}', links: *links}}
  discord: {{type: discord, webhook_url: '{discord}', links: *links}}
  slack: {{type: slack, webhook_url: '{slack}', links: *links}}
  oncall:
    type: webhook
    url: '{oncall}'
    method: PUT
    auth: {{bearer: {oncall_token}}}
    secrets: {{room: {room}}}
    links: *links
    body: |
{template}
  monitoring:
    type: http
    url: '{monitoring}'
    auth: {{bearer: "${{MONITORING_API_KEY}}"}}
    send: [alerts, summaries]
    batch: {{max_age: 1m}}
alerts:
  - {{name: spike, above: 20%, over: 2s, min_requests: 20, resolve_after: 2s, severity: critical}}
"""

SECRETS = (
    vendor_pagerduty.KEY,
    vendor_teams.SIGNATURE,
    vendor_discord.TOKEN,
    vendor_oncall.TOKEN,
    vendor_oncall.ROOM,
    vendor_oncall.OnCall.path,
    SLACK_PATH,
)
"""What stands in the configuration and may be seen by the receivers alone; `API_KEY` comes by the environment."""


@dataclass(frozen=True)
class Places:
    """One receiver of each kind."""

    pager: vendor_pagerduty.PagerDuty
    teams: vendor_teams.Teams
    discord: vendor_discord.Discord
    oncall: vendor_oncall.OnCall
    slack: SlackReceiver
    monitoring: MonitoringApi

    @property
    def vendors(self) -> tuple[Vendor, ...]:
        return self.pager, self.teams, self.discord, self.oncall

    def told(self) -> dict[str, int]:
        """How many messages each has taken."""
        return {
            "pager": len(self.pager.events),
            "teams": len(self.teams.cards),
            "discord": len(self.discord.messages),
            "oncall": len(self.oncall.notes),
            "slack": len(self.slack.messages),
            "monitoring": len(self.monitoring.alerts) + len(self.monitoring.summaries),
        }

    def until_each_has(self, count: int) -> None:
        until(lambda: min(self.told().values()) >= count, timeout=30, what=f"message {count} everywhere")

    def config(self) -> str:
        return CONFIG.format(
            routing_key=vendor_pagerduty.KEY,
            pager=self.pager.url + self.pager.path,
            teams=self.teams.webhook_url,
            discord=self.discord.webhook_url,
            slack=self.slack.webhook_url,
            oncall=self.oncall.url + self.oncall.path,
            oncall_token=vendor_oncall.TOKEN,
            room=vendor_oncall.ROOM,
            template="".join(f"      {line}\n" for line in vendor_oncall.TEMPLATE.splitlines()),
            monitoring=self.monitoring.batch_url,
        )


@contextmanager
def _places(*, limited: bool) -> Generator[Places]:
    wait = 1.2 if limited else 0.0
    with ExitStack() as stack:
        places = Places(
            stack.enter_context(vendor_pagerduty.PagerDuty(limited_for=wait)),
            stack.enter_context(vendor_teams.Teams(limited_for=wait)),
            stack.enter_context(vendor_discord.Discord(limited_for=wait)),
            stack.enter_context(vendor_oncall.OnCall(limited_for=wait)),
            stack.enter_context(SlackReceiver()),
            stack.enter_context(MonitoringApi()),
        )
        if limited:
            limit(places.slack, in_a_second)
            limit(places.monitoring, at_a_date)
        yield places


def _spike(folder: Path, target: Target, places: Places) -> str:
    """A test whose service fails once and recovers; its output."""
    switch = folder / "broken"
    arguments = ("--headless", "-u", "2", "-r", "50")
    with locust(folder, target.url, places.config(), INSTALL + SWITCHED_USER, arguments) as run:
        until((folder / "warm").exists, what="some requests that succeed")
        switch.touch()
        places.until_each_has(1)
        switch.unlink()
        places.until_each_has(2)
        run.process.terminate()
        output = run.wait()
    assert run.process.returncode == 0, output
    return output


def _check_story(places: Places, output: str) -> None:
    assert places.told() == {"pager": 2, **dict.fromkeys(("teams", "discord", "oncall", "slack", "monitoring"), 3)}, (
        output
    )
    firing, resolved = places.monitoring.alerts.values()
    episode = str(firing.episode_id)
    assert (firing.state, resolved.state, resolved.resolution) == ("firing", "resolved", "recovered")
    assert str(resolved.episode_id) == episode
    assert [batch.kind for batch in places.monitoring.batches] == ["alerts", "alerts", "summaries"]

    assert [event["event_action"] for event in places.pager.events] == ["trigger", "resolve"]
    assert places.pager.incidents == {episode: "resolved"}
    assert places.pager.open == []

    notes = list(places.oncall.notes.values())
    run = str(firing.run.id)
    assert [(note["kind"], note["open"], note["key"]) for note in notes] == [
        ("alerts", True, episode),
        ("alerts", False, episode),
        ("summaries", False, run),
    ]
    chats = {
        "teams": places.teams.headlines(),
        "discord": places.discord.headlines(),
        "slack": [message.text for message in places.slack.messages],
        "oncall": [note["title"] for note in notes],
    }
    for name, headlines in chats.items():
        assert [headline[0] for headline in headlines] == ["🔥", "✅", "🏁"], (name, headlines)
        assert "1 alert fired" in headlines[2]
    assert [vendor.refused for vendor in places.vendors] == [[], [], [], []]
    assert places.slack.refused == ()
    assert places.monitoring.duplicates == 0


def _check_accounts(folder: Path) -> str:
    """P1: all of it is delivered; what `status` shows."""
    result = cli("status", folder / ".locust-failures", "--json")
    assert result.exit_code == 0, result.output
    routes = json.loads(result.output)["routes"]
    captured = {"alerts": 2, "summaries": 1}
    assert {route["captured"] - captured[route["kind"]] for route in routes} == {0}
    assert {route["delivered"] - captured[route["kind"]] for route in routes} == {0}
    assert len(routes) == 11, "two for each destination but the pager"
    return result.output + cli("status", folder / ".locust-failures").output


def _check_secrets(folder: Path, shown: str) -> None:
    """P4: in nothing that was printed or written but the configuration."""
    config = (folder / "config.yaml").read_text()
    assert all(secret in config for secret in SECRETS)
    written = [path for path in folder.rglob("*") if path.is_file() and path.name != "config.yaml"]
    assert any(path.suffix == ".db" for path in written)
    for secret in (*SECRETS, API_KEY):
        assert secret not in shown
        assert [path.name for path in written if secret.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("limited", [False, True], ids=["taken at once", "limited at first"])
def test_p8_one_firing_and_one_resolved_message_and_the_summary_last(
    tmp_path: Path, target: Target, limited: bool
) -> None:
    """P1, P4, P7: each vendor that is limited answers 429 first, and says in its own way for how long."""
    with _places(limited=limited) as places:
        output = _spike(tmp_path, target, places)
    _check_story(places, output)
    _check_secrets(tmp_path, output + _check_accounts(tmp_path))
    once = 1 if limited else 0
    assert (places.pager.limited > 0) == limited, "PagerDuty does not say for how long"
    assert [vendor.limited for vendor in places.vendors[1:]] == [once] * 3, "none asked again before it was allowed to"
    assert len(places.slack.requests) == len(places.monitoring.requests) == 3 + once
