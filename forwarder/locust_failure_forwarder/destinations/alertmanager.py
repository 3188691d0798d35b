"""The `alertmanager` destination: episodes as alerts of Prometheus' Alertmanager, API v2.

Builds requests and judges answers; opens no connection. The contract is Alertmanager's OpenAPI document,
https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml.

Alertmanager resolves what it does not hear of again: an alert without `endsAt` after its `resolve_timeout`, one with
`endsAt` at that time. We speak at a change only, so a firing alert says that it lasts `expire_after`, a resolved one
when it ended. `expire_after` is what an alert outlives a load generator whose host has died.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Literal

import orjson
from locust_failure_schemas import Alert
from pydantic import Field, StringConstraints, model_validator

from ..config.base import Label, spelled
from ..config.units import PositiveDuration, bounds, parse_duration
from .alertmanager_labels import labels_of
from .base import Batch, Destination, HttpRequest, HttpResponse, Verdict
from .http_auth import AuthConfig, Headers, as_headers, check_headers_once
from .message import AlertConfig, notice_of, read_alert
from .notice import PLAIN, write
from .plain_text import details
from .probe_record import sample_event
from .status import verdict_for_one
from .web_url import WebUrl

LabelName = Annotated[
    str,
    StringConstraints(max_length=200),
    spelled(r"[a-zA-Z_][a-zA-Z0-9_]*", "letters, digits and `_`, and no digit first"),
]


class AlertmanagerConfig(AlertConfig):
    """`type: alertmanager`: Prometheus' Alertmanager, or what speaks its API v2."""

    type: Literal["alertmanager"]
    """Tells the destinations apart."""
    url: WebUrl
    """Its address, with the prefix it is served under if it has one; `/api/v2/alerts` is added."""
    auth: AuthConfig | None = None
    """Credentials."""
    headers: Headers = Field(default={})
    """Further headers of every request. Values may be secret."""
    labels: dict[LabelName, Label] = Field(default={})
    """Further labels of every alert, to route by; they win over labels of the run and of the rule."""
    expire_after: Annotated[PositiveDuration, bounds(parse_duration, most="30d")] = 86_400.0
    """How long an alert fires that is never said to be over, such as when the load generator's host dies."""

    @model_validator(mode="after")
    def _consistent(self) -> "AlertmanagerConfig":
        check_headers_once(self.auth, self.headers)
        return self


class AlertmanagerDestination(Destination):
    """Posts one alert in one request. Safe to resend: equal labels are the same alert."""

    max_records: ClassVar[int | None] = 1

    def __init__(self, name: str, config: AlertmanagerConfig) -> None:
        self._name = name
        self._config = config

    @property
    def config(self) -> AlertmanagerConfig:
        """The configuration it was made from."""
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:  # noqa: ARG002 - one form, no time
        """The request that carries the batch's one alert.

        Raises:
            ValueError: more than one event, or no alert: neither is ever routed here.
        """
        (event,) = batch.events
        headers = as_headers(self._config.auth, self._config.headers)
        return HttpRequest(
            url=self._config.url.get_secret_value().rstrip("/") + "/api/v2/alerts",
            headers=headers | {"Content-Type": "application/json", "Idempotency-Key": batch.id},
            body=orjson.dumps([self._alert(read_alert(event))]),
        )

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """By status: 200 from Alertmanager itself, other 2xx from what speaks its API."""
        return verdict_for_one(response, now)

    def probe(self, now: datetime) -> HttpRequest:
        """An alert that says it is a test and is over already: nobody is notified of it."""
        return self.encode(Batch("alerts", self._name, [sample_event("alerts", now)]), now)

    def _alert(self, alert: Alert) -> dict[str, object]:
        notice = notice_of(alert, self._config.links)
        ended = alert.occurred_at
        if alert.state == "firing":
            ended += timedelta(seconds=self._config.expire_after)
        encoded: dict[str, object] = {
            "labels": labels_of(alert, self._config.labels),
            "annotations": {
                "summary": write(notice.headline, PLAIN),
                "description": details(notice),
                **{label.lower(): address for label, address in notice.links},
            },
            "startsAt": _time(alert.started_at),
            "endsAt": _time(max(ended, alert.started_at)),
        }
        if notice.links:
            encoded["generatorURL"] = notice.links[0][1]
        return encoded


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
