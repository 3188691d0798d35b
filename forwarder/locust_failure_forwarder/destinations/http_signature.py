"""Signs bodies as Standard Webhooks 1.0 asks (standard-webhooks/standard-webhooks, spec). Sends nothing."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr
from standardwebhooks import Webhook

from ..config.models import ConfigModel

_PREFIX: Final = "whsec_"


def _check_secret(secret: SecretStr) -> SecretStr:
    """The library skips characters outside base64, so that a mistyped secret would sign with another key."""
    text = secret.get_secret_value().removeprefix(_PREFIX)
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        key = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("expected the signing secret in base64, with or without the prefix whsec_")
    return secret


class SignatureConfig(ConfigModel):
    """`signature`: lets the receiver prove that a batch came from here, unchanged."""

    standard_webhooks: Annotated[SecretStr, AfterValidator(_check_secret)]
    """Shared secret in base64, with or without `whsec_`."""


def sign(config: SignatureConfig, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Headers that sign `body` at `now` (aware). A new attempt needs a new signature: receivers refuse old ones."""
    moment = now.astimezone(UTC)  # the library takes any other zone's clock for UTC
    signature = Webhook(config.standard_webhooks.get_secret_value()).sign(message_id, moment, body.decode())
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": signature,
    }
