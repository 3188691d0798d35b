"""The `webhook` destination: one request per alert or summary to any API that takes JSON, its body by a template.

Builds requests and judges answers; opens no connection.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Literal

from locust_failure_schemas import Alert, RunSummary
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..config.base import spelled
from .base import Batch, Destination, HttpRequest, HttpResponse, Verdict
from .http_auth import AuthConfig, Headers, as_headers, check_headers_once
from .http_signature import SignatureConfig, sign
from .links import LinksConfig
from .marked_samples import marked_samples
from .message import MessageConfig, notice_of, read_event
from .notice import COLORS, PLAIN, write
from .plain_text import details
from .status import verdict_for_one
from .web_url import WebUrl

_MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the samples happened that a template is checked with."""


def _check_printable(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().isprintable():
        raise ValueError("must not contain line breaks or other control characters")
    return secret


SecretName = Annotated[str, spelled(r"[a-zA-Z_][a-zA-Z0-9_]*", "letters, digits and `_`, and no digit first")]


class WebhookConfig(MessageConfig):
    """`type: webhook`: any API that takes JSON."""

    type: Literal["webhook"]
    """Tells the destinations apart."""
    url: WebUrl
    """Where to send. Hidden in all output, since a path or query may hold a key."""
    method: Literal["POST", "PUT"] = "POST"
    """How to send."""
    auth: AuthConfig | None = None
    """Credentials."""
    headers: Headers = Field(default={})
    """Further headers of every request. Values may be secret."""
    signature: SignatureConfig | None = None
    """Sign every request."""
    secrets: dict[SecretName, Annotated[SecretStr, AfterValidator(_check_printable)]] = Field(default={})
    """Secrets that the body needs: `{{ secrets.name }}`."""
    body: SecretStr
    """Template (Jinja) of the JSON to send; `alert`, `summary`, `headline` and others are its values."""

    @field_validator("body")
    @classmethod
    def _check_body(cls, body: SecretStr, info: ValidationInfo) -> SecretStr:
        fields = info.data
        if {"send", "links", "secrets"} <= fields.keys():  # else told already
            from .template_check import check_template  # loads Jinja, which a run without webhooks need not pay for

            samples = _samples(fields["send"], fields["links"], fields["secrets"])
            shapes = {"alert": Alert, "summary": RunSummary, "secrets": frozenset(fields["secrets"])}
            check_template(body.get_secret_value(), samples, shapes)
        return body

    @model_validator(mode="after")
    def _consistent(self) -> "WebhookConfig":
        check_headers_once(self.auth, self.headers)
        return self


class WebhookDestination(Destination):
    """Sends one request for one event. `Idempotency-Key` is the same in every retry."""

    max_records: ClassVar[int | None] = 1

    def __init__(self, name: str, config: WebhookConfig) -> None:
        self._name = name
        self._config = config
        from .template import Template

        self._template = Template(config.body.get_secret_value())

    @property
    def config(self) -> WebhookConfig:
        """The configuration it was made from."""
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:  # noqa: ARG002 - it has one form
        """The request that carries the batch's one event.

        Raises:
            ValueError: more than one event, a failure, or the template renders no JSON for it.
            Exception: whatever an expression of the template raises.
        """
        (event,) = batch.events
        config = self._config
        body = self._template.render(values_of(read_event(event), config.links, config.secrets))
        headers = as_headers(config.auth, config.headers)
        headers |= {"Content-Type": "application/json", "Idempotency-Key": batch.id}
        if config.signature is not None:
            headers |= sign(config.signature, batch.id, body, now)
        return HttpRequest(config.url.get_secret_value(), headers, body, config.method)

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """By status; the body may be anything."""
        return verdict_for_one(response, now, pages=True)

    def probe(self, now: datetime) -> HttpRequest:
        """A sample of the first kind in `send`, of the lowest severity, that says so."""
        kind = self._config.send[0]
        sample = next(sample for sample in reversed(marked_samples(now)) if sample.kind == kind)
        return self.encode(Batch(kind, self._name, [sample.event()]), now)


def values_of(record: Alert | RunSummary, links: LinksConfig, secrets: Mapping[str, SecretStr]) -> dict[str, Any]:
    """What a template can name."""
    notice = notice_of(record, links)
    told = record.model_dump(mode="json")
    is_alert = isinstance(record, Alert)
    return {
        "kind": "alerts" if is_alert else "summaries",
        "alert": told if is_alert else None,
        "summary": None if is_alert else told,
        "headline": write(notice.headline, PLAIN),
        "details": details(notice),
        "color": COLORS[notice.tone],
        "links": {label.lower(): address for label, address in notice.links},
        "secrets": {name: secret.get_secret_value() for name, secret in secrets.items()},
    }


def _samples(
    kinds: tuple[str, ...], links: LinksConfig, secrets: Mapping[str, SecretStr]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Records of every kind, full and as empty as they come."""
    nothing: dict[str, Any] = {"requests": 0, "failures": 0, "top_endpoints": (), "top_errors": ()}
    for sample in marked_samples(_MOMENT):
        if sample.kind in kinds:
            name = sample.name if sample.name == "summary" else f"{sample.name} alert"
            yield f"a {name}", values_of(sample.record, links, secrets)
            empty = sample.record.model_copy(update=nothing)
            yield f"a {name} without a single request", values_of(empty, links, secrets)
