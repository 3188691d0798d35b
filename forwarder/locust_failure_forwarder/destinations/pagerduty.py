"""The `pagerduty` destination: an episode opens an alert by Events API v2, and resolves it.

Builds requests and judges answers; opens no connection. The contract:
https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ and, for answers and limits, .../overview/.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Literal

import orjson
from locust_failure_schemas import Alert
from pydantic import AfterValidator, SecretStr

from .base import Batch, Delivered, Destination, HttpRequest, HttpResponse, Rejected, Retry, Verdict
from .http_auth import USER_AGENT
from .message import AlertConfig, notice_of, read_alert
from .notice import PLAIN, Notice, write
from .plain_text import fields
from .status import verdict_for_one
from .web_url import WebUrl

_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
_LONGEST_SUMMARY: Final = 1024


def _check_key(key: SecretStr) -> SecretStr:
    if not _KEY.fullmatch(key.get_secret_value()):
        raise ValueError(
            "expected the integration key of an Events API v2 integration, which has 32 letters and digits; "
            "keys of the REST API have 20 and do not work here"
        )
    return key


class PagerdutyConfig(AlertConfig):
    """`type: pagerduty`: a service of PagerDuty with an Events API v2 integration."""

    type: Literal["pagerduty"]
    """Tells the destinations apart."""
    routing_key: Annotated[SecretStr, AfterValidator(_check_key)]
    """The integration key."""
    url: WebUrl = SecretStr("https://events.pagerduty.com/v2/enqueue")
    """Where events are posted; for the EU service region `https://events.eu.pagerduty.com/v2/enqueue`."""


class PagerdutyDestination(Destination):
    """Posts one event for one alert message. Safe to resend: the episode's id is the `dedup_key`."""

    max_records: ClassVar[int | None] = 1
    max_bytes: ClassVar[int | None] = 512 * 1024

    def __init__(self, name: str, config: PagerdutyConfig) -> None:
        self._name = name
        self._config = config

    @property
    def config(self) -> PagerdutyConfig:
        """The configuration it was made from."""
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:  # noqa: ARG002 - one form, no time
        """The event of the batch's one alert.

        Raises:
            ValueError: more than one event, or no alert: neither is ever routed here.
        """
        (event,) = batch.events
        alert = read_alert(event)
        action = "trigger" if alert.state == "firing" else "resolve"
        body: dict[str, Any] = {"event_action": action, "dedup_key": str(alert.episode_id)}
        if action == "trigger":
            notice = notice_of(alert, self._config.links)
            body["payload"] = _payload(alert, notice)
            body["client"] = "locust-failure-forwarder"
            body["links"] = [{"href": address, "text": label} for label, address in notice.links]
        return self._request(body)

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """Delivered only where PagerDuty says 202: proxies and login pages answer 200."""
        verdict = verdict_for_one(response, now)
        if isinstance(verdict, Delivered) and response.status != 202:
            return Retry(f"{response.status}: the answer is not PagerDuty's; something else answers at this address")
        if isinstance(verdict, Rejected) and response.status == 400 and _is_about_key(response.body):
            return Retry("400: PagerDuty does not know this routing key", needs_repair=True)
        return verdict

    def probe(self, now: datetime) -> HttpRequest:
        """The end of an episode that never was: PagerDuty checks the key, drops the event, and pages nobody."""
        key = f"failure-forwarder-test-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
        return self._request({"event_action": "resolve", "dedup_key": key})

    def _request(self, body: dict[str, Any]) -> HttpRequest:
        return HttpRequest(
            url=self._config.url.get_secret_value(),
            headers={"Content-Type": "application/json", "User-Agent": USER_AGENT},
            body=orjson.dumps({"routing_key": self._config.routing_key.get_secret_value(), **body}),
        )


def _payload(alert: Alert, notice: Notice) -> dict[str, Any]:
    """What people see; field by field as the Common Event Format (PD-CEF) names it."""
    return {
        "summary": PLAIN.foreign(write(notice.headline, PLAIN), _LONGEST_SUMMARY),
        "source": PLAIN.foreign(alert.run.name, 200),
        "severity": alert.severity,
        "timestamp": alert.started_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "component": PLAIN.foreign(alert.rule, 200),
        "group": PLAIN.foreign(alert.run.environment or "not named", 200),
        "class": PLAIN.foreign(alert.condition, 200),
        "custom_details": {
            **fields(notice),
            **({notice.chart[0]: notice.chart[1]} if notice.chart else {}),
            **{label: [write(line, PLAIN) for line in lines] for label, lines in notice.lists},
            "Run": str(alert.run.id),
        },
    }


def _is_about_key(body: bytes) -> bool:
    """`Invalid routing key`, or errors that name `routing_key`: a person can mend that."""
    return b"routing key" in body.lower() or b"routing_key" in body.lower()
