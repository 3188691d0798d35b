"""Every destination, configured in every way that changes what it sends, for the tests that hold for all of them."""

from dataclasses import dataclass
from typing import Any, Final

from locust_failure_forwarder.destinations import AnyDestination, build
from locust_failure_forwarder.destinations.base import Destination
from locust_failure_forwarder.events import Kind
from pydantic import TypeAdapter

SECRETS: Final = (
    "not-a-real-token",
    "not-a-real-user",
    "not-a-real-password",
    "not-a-real-path",
    "notarealroutingkeynotarealroutin",
    "bm90LWEtcmVhbC1zaWduaW5nLXNlY3JldC1hdC1hbGw",
)
"""Values that stand where secrets stand; none may be seen anywhere but in the request itself."""

_CONFIG: TypeAdapter[Any] = TypeAdapter(AnyDestination)

_URL: Final = "https://api.example.com/not-a-real-path"


@dataclass(frozen=True, slots=True)
class Case:
    """One destination as a user may configure it."""

    name: str
    config: dict[str, Any]

    def make(self) -> Destination:
        """The destination."""
        return build(self.name, _CONFIG.validate_python(self.config))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What it takes."""
        return self.make().config.send

    def __str__(self) -> str:
        return self.name


CASES: Final = (
    Case("http", {"type": "http", "url": _URL}),
    Case("http-bearer", {"type": "http", "url": _URL, "auth": {"bearer": "not-a-real-token"}, "compression": "none"}),
    Case(
        "http-basic",
        {
            "type": "http",
            "url": _URL,
            "auth": {"basic": {"username": "not-a-real-user", "password": "not-a-real-password"}},
            "send": ["alerts", "failures"],
        },
    ),
    Case(
        "http-header",
        {
            "type": "http",
            "url": _URL,
            "auth": {"header": {"name": "X-Api-Key", "value": "not-a-real-token"}},
            "headers": {"X-Tenant": "not-a-real-user"},
            "send": ["summaries"],
        },
    ),
    Case(
        "http-signed",
        {
            "type": "http",
            "url": _URL,
            "signature": {"standard_webhooks": "whsec_bm90LWEtcmVhbC1zaWduaW5nLXNlY3JldC1hdC1hbGw="},
        },
    ),
    Case(
        "alertmanager",
        {"type": "alertmanager", "url": "https://alertmanager.example.com/not-a-real-path/", "expire_after": "2h"},
    ),
    Case("pagerduty", {"type": "pagerduty", "routing_key": "notarealroutingkeynotarealroutin", "url": _URL}),
    Case("teams", {"type": "teams", "webhook_url": "https://teams.example/not-a-real-path?sig=not-a-real-token"}),
    Case("discord", {"type": "discord", "webhook_url": "https://discord.example/api/webhooks/1/not-a-real-path"}),
    Case(
        "webhook",
        {
            "type": "webhook",
            "url": _URL,
            "auth": {"bearer": "not-a-real-token"},
            "body": """{
                "text": "test: {{ headline }}", "details": "{{ details }}",
                "severity": "{% if alert %}{{ alert.severity }}{% endif %}",
                "requests": {{ (alert or summary).requests }}, "run": {{ (alert or summary).run }}
            }""",
        },
    ),
    Case("apprise", {"type": "apprise", "url": "json://not-a-real-user:not-a-real-password@apprise.example/x"}),
    Case("slack", {"type": "slack", "webhook_url": "https://hooks.slack.example/services/not-a-real-path"}),
)
