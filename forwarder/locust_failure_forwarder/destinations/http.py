"""The `http` destination: batches of any kind, as JSON, to an API that reads them with the schemas package.

Builds requests and judges answers; opens no connection.
"""

import gzip
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from ..config.models import DestinationConfig
from ..events import Kind
from .base import Batch, Destination, HttpRequest, HttpResponse, Verdict
from .http_auth import AuthConfig, Headers, as_headers, check_headers_once
from .http_body import encode_body
from .http_items import read_items
from .http_signature import SignatureConfig, sign
from .probe_record import sample_event
from .status import verdict_for_response
from .web_url import WebUrl

_GZIP_LEVEL: Final = 3
"""JSON of records shrinks to a few percent at every level; higher ones cost several times the CPU for little."""


class HttpConfig(DestinationConfig):
    """`type: http`: any API that takes batches of JSON."""

    model_config = ConfigDict(hide_input_in_errors=True)

    type: Literal["http"]
    """Tells the destinations apart."""
    url: WebUrl
    """Where batches are posted. Hidden in all output, since a path or query may hold a key."""
    send: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("failures", "alerts", "summaries")
    """Kinds of events it gets."""
    auth: AuthConfig | None = None
    """Credentials."""
    headers: Headers = Field(default={})
    """Further headers of every request. Values may be secret."""
    compression: Literal["gzip", "none"] | None = None
    """How bodies are compressed: `gzip` unless a signature is configured, which asks for `none`."""
    signature: SignatureConfig | None = None
    """Sign every request."""

    @model_validator(mode="after")
    def _consistent(self) -> "HttpConfig":
        if self.signature is not None and self.compression == "gzip":
            # Standard Webhooks signs the payload as text; its libraries cannot verify compressed bytes.
            raise ValueError("signature and compression exclude each other; leave out one of the two")
        check_headers_once(self.auth, self.headers)
        return self

    @property
    def compresses(self) -> bool:
        """True if bodies are sent with gzip."""
        return self.compression == "gzip" or (self.compression is None and self.signature is None)


class HttpDestination(Destination):
    """Posts one batch in one request. Safe to resend: `Idempotency-Key` is the batch's id."""

    def __init__(self, name: str, config: HttpConfig) -> None:
        self._name = name
        self._config = config

    @property
    def config(self) -> HttpConfig:
        """The configuration it was made from."""
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:  # noqa: ARG002 - it has one form
        """The request that carries `batch`; equal `batch` and `now` give equal bytes."""
        body = encode_body(batch, now)
        headers = self._headers(batch.id)
        if self._config.signature is not None:
            headers |= sign(self._config.signature, batch.id, body, now)
        if self._config.compresses:
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return HttpRequest(url=self._config.url.get_secret_value(), headers=headers, body=body)

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """By status; of the body only a `207` is read, which may judge each record by itself."""
        return read_items(response) or verdict_for_response(response, now)

    def probe(self, now: datetime) -> HttpRequest:
        """A batch of one record that says it is a test, of the first kind in `send`."""
        kind = self._config.send[0]
        return self.encode(Batch(kind, self._name, [sample_event(kind, now)]), now)

    def _headers(self, batch_id: str) -> dict[str, str]:
        headers = as_headers(self._config.auth, self._config.headers)
        return headers | {"Content-Type": "application/json", "Idempotency-Key": batch_id}
