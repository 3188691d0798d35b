"""What a dead letter keeps of the answer that refused it: the beginning, redacted, without our own secrets."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from ..destinations.base import HttpRequest
from .spellings import mask_known
from .text import cut, scalar_text

MAX_BYTES: Final = 2048
_LEAST_SECRET: Final = 4
"""Characters; what is shorter would be found in every text."""
_LEAST_PART: Final = 12
"""Characters; a shorter part of a path is a word, a longer one may be a key."""
_MASK: Final = "[REDACTED:config]"
_OURS: Final = frozenset(
    {
        *("content-type", "content-encoding", "user-agent", "accept-encoding"),
        *("idempotency-key", "webhook-id", "webhook-timestamp"),
    }
)
"""Headers of ours that hold no secret."""
_SIGNATURE: Final = "webhook-signature"
_SIGNING_PREFIX: Final = "whsec_"
"""Standard Webhooks 1.0: it stands before a signing secret, and is no part of it."""


class Answers:
    """Knows the secrets of one destination's configuration, which an answer may repeat."""

    def __init__(self, config: BaseModel, redact_text: Callable[[str], str]) -> None:
        self._redact_text = redact_text
        self._secrets = frozenset(_secrets(config))

    def excerpt(self, request: HttpRequest, body: bytes) -> str:
        """What of the answer may be kept: at most 2 KiB of text, secrets masked. Never raises: fails closed."""
        try:
            # All of it is looked at and little is kept, so that no half of a secret stands at the end.
            text = scalar_text(body.decode("utf-8", "replace"))
            text = mask_known(text, self._secrets | _sent(request), _MASK)
            for signature in _signature(request):  # another one in each request, so not worth a pattern
                text = text.replace(signature, _MASK)
            return cut(self._redact_text(text), MAX_BYTES)
        except Exception:  # noqa: BLE001 - what cannot be judged is not kept (P4)
            return "[unredactable]"


def _sent(request: HttpRequest) -> set[str]:
    """What of a request may be secret, as an answer would repeat it."""
    values = {value for name, value in request.headers.items() if name.lower() not in {*_OURS, _SIGNATURE}}
    values |= {value.partition(" ")[2] for value in values}
    address = urlsplit(request.url)
    values |= {request.url, address.path, address.path.strip("/"), address.query}
    values |= {pair.partition("=")[2] for pair in address.query.split("&")}
    values |= {part for part in address.path.split("/") if len(part) >= _LEAST_PART}
    return {value for value in values if len(value) >= _LEAST_SECRET}


def _signature(request: HttpRequest) -> list[str]:
    """The signature with its version and without, also with slashes escaped as some JSON has them."""
    sent = [value for name, value in request.headers.items() if name.lower() == _SIGNATURE]
    values = [form for value in sent for form in (value, value.partition(",")[2]) if form]
    return [*values, *(value.replace("/", "\\/") for value in values)]


def _secrets(value: object) -> set[str]:
    """Every secret in a configuration."""
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return {form for form in (secret, secret.removeprefix(_SIGNING_PREFIX)) if len(form) >= _LEAST_SECRET}
    if isinstance(value, BaseModel):
        return _secrets({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, Mapping):
        return _union(cast(Mapping[Any, Any], value).values())
    if isinstance(value, list | tuple):
        return _union(cast(list[Any], value))
    return set()


def _union(values: Any) -> set[str]:
    return {secret for value in values for secret in _secrets(value)}
