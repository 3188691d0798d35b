"""The configuration of the run with the canaries: six destinations, secrets of its own, canaries in its labels."""

import json
from dataclasses import dataclass, field
from typing import Final

from locust_failure_forwarder.config.secret_kinds import CREDENTIALS
from redaction_exam.draw import Draw

from .canary import Canary, Garden

_LEAKY: Final = f"redaction: {{personal: false, i_accept_leaking_credentials: [{', '.join(CREDENTIALS)}]}}\n"
"""Redaction, switched off as far as that goes."""


@dataclass(slots=True)
class ConfigSecrets:
    """What the configuration takes from the environment."""

    canaries: list[Canary] = field(default_factory=list[Canary])
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, variable: str, form: str = "{}") -> str:
        """A new secret, which the variable holds within `form`; returns it alone."""
        core = Draw(f"canary {variable}").opaque(32)
        self.canaries.append(Canary(f"configured {variable}", (core,)))
        self.environment[variable] = form.format(core)
        return core

    def shared(self, *variables: str) -> dict[str, str]:
        """What one destination knows of these: each as configured, and the token within an address or a prefix."""
        known = {name: self.environment[name] for name in variables}
        cores = {canary.place.removeprefix("configured "): canary.cores[0] for canary in self.canaries}
        return known | {f"{name} alone": cores[name] for name in variables if name.endswith(("URL", "SIGNING"))}


def config_secrets(refusing: str, slack: str, closed: str) -> ConfigSecrets:
    """New secrets; the arguments are addresses of destinations whose secret is in the address itself."""
    secrets = ConfigSecrets()
    secrets.add("CANARY_KEY", "not-a-real-{}")
    secrets.add("CANARY_HEADER", "not-a-real-{}")
    secrets.add("CANARY_SIGNING", "whsec_{}")
    secrets.add("CANARY_REFUSING_PATH")
    secrets.add("CANARY_REFUSING_URL", refusing + "/hook/" + secrets.environment["CANARY_REFUSING_PATH"] + "?key={}")
    secrets.add("CANARY_USER")
    secrets.add("CANARY_PASSWORD", "not-a-real-{}")
    secrets.add("CANARY_API_KEY", "not-a-real-{}")
    secrets.add("CANARY_SLACK_URL", slack + "/services/T00000000/B00000000/{}")
    secrets.add("CANARY_CLOSED_PATH")
    secrets.add("CANARY_CLOSED_URL", closed + "/" + secrets.environment["CANARY_CLOSED_PATH"] + "/batches?token={}")
    return secrets


def config_text(garden: Garden, accepting: str, judging: str, struggling: str, *, redacts: bool = True) -> str:
    """The YAML file; the arguments are addresses of destinations that hold no secret."""
    run = {
        "name": f"soak {garden.beacon()} token={garden.secret('name of the run')}",
        "environment": f"staging {garden.beacon()} password={garden.secret('environment of the run')}",
        "labels": {
            "team": garden.beacon(),
            "api_token": garden.secret("label with a telling name"),
            "note": f"{garden.beacon()} password={garden.secret('label')}",
            "store": f"postgres://bob:{garden.secret('DSN in a label')}@db.example.com/{garden.beacon()}",
        },
    }
    return f"""\
version: 1
run: {json.dumps(run)}
destinations:
  accepting: {{type: http, url: "{accepting}", auth: {{bearer: "${{MONITORING_API_KEY}}"}}, batch: {{max_age: 100ms}}}}
  refusing:
    type: http
    url: "${{CANARY_REFUSING_URL}}"
    auth: {{bearer: "${{CANARY_KEY}}"}}
    headers: {{X-Shared: "${{CANARY_HEADER}}"}}
    signature: {{standard_webhooks: "${{CANARY_SIGNING}}"}}
    batch: {{max_records: 40, max_age: 100ms}}
  judging:
    type: http
    url: "{judging}"
    auth: {{basic: {{username: "${{CANARY_USER}}", password: "${{CANARY_PASSWORD}}"}}}}
    send: [failures]
    batch: {{max_age: 100ms}}
  struggling:
    type: http
    url: "{struggling}"
    auth: {{header: {{name: X-Api-Key, value: "${{CANARY_API_KEY}}"}}}}
    batch: {{max_age: 100ms}}
  unreachable: {{type: http, url: "${{CANARY_CLOSED_URL}}", batch: {{max_age: 100ms}}, give_up_after: 1s}}
  slack: {{type: slack, webhook_url: "${{CANARY_SLACK_URL}}"}}
alerts:
  - {{name: spike, above: 1%, over: 2s, min_requests: 5}}
flush: {{deadline: 700ms}}
{"" if redacts else _LEAKY}"""
