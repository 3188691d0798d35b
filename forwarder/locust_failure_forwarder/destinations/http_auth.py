"""Credentials and headers for any address: what may be configured, and what is sent. No I/O."""

import base64
import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr, model_validator

from ..config.models import ConfigModel
from ..version import VERSION

RESERVED: Final = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "idempotency-key",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    }
)
"""Header names that describe the message itself; a configured value would contradict what is sent."""

USER_AGENT: Final = f"locust-failure-forwarder/{VERSION}"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def _check_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError("header names consist of letters, digits and -, such as X-Api-Key")
    if name.lower() in RESERVED:
        raise ValueError("this header is set by the forwarder and cannot be configured")
    return name


def _check_value(value: SecretStr) -> SecretStr:
    if not _VALUE.fullmatch(value.get_secret_value()):
        raise ValueError(
            "header values are one line of ASCII characters, not empty, without spaces at either end; "
            "encode anything else"
        )
    return value


def _check_bearer(value: SecretStr) -> SecretStr:
    if not _BEARER.fullmatch(value.get_secret_value()):
        raise ValueError("expected the token alone, without the word Bearer, spaces or line breaks (RFC 6750)")
    return value


def _check_username(username: SecretStr) -> SecretStr:
    text = username.get_secret_value()
    if not text or not text.isprintable() or ":" in text:
        raise ValueError("must not be empty nor contain a colon or control characters (RFC 7617)")
    return username


def _check_password(password: SecretStr) -> SecretStr:
    if not password.get_secret_value().isprintable():
        raise ValueError("must not contain line breaks or other control characters (RFC 7617)")
    return password


HeaderName = Annotated[str, AfterValidator(_check_name)]
HeaderValue = Annotated[SecretStr, AfterValidator(_check_value)]


def _check_unique(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    if len({name.lower() for name in headers}) != len(headers):
        raise ValueError("a header is given twice; upper and lower case do not matter")
    return headers


Headers = Annotated[dict[HeaderName, HeaderValue], AfterValidator(_check_unique)]
"""Headers by name, each once. Values may be secret."""


class BasicAuth(ConfigModel):
    """`basic`: user name and password."""

    username: Annotated[SecretStr, AfterValidator(_check_username)]
    """User name; hidden too, since some APIs take their key as the user."""
    password: Annotated[SecretStr, AfterValidator(_check_password)]
    """Password."""


class HeaderAuth(ConfigModel):
    """`header`: a key in a header of its own, such as `X-Api-Key`."""

    name: HeaderName
    """Name of the header."""
    value: HeaderValue
    """The key."""


class AuthConfig(ConfigModel):
    """`auth`: exactly one way to say who we are."""

    bearer: Annotated[SecretStr, AfterValidator(_check_bearer)] | None = None
    """Token, sent as `Authorization: Bearer …`."""
    basic: BasicAuth | None = None
    """User name and password, sent as `Authorization: Basic …`."""
    header: HeaderAuth | None = None
    """A key in a header of its own."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "AuthConfig":
        if sum(way is not None for way in (self.bearer, self.basic, self.header)) != 1:
            raise ValueError("expected exactly one of: bearer, basic, header")
        return self

    def as_header(self) -> tuple[str, str]:
        """Name and value of the header that carries the credentials, unmasked."""
        if self.bearer is not None:
            return "Authorization", f"Bearer {self.bearer.get_secret_value()}"
        if self.basic is not None:
            pair = f"{self.basic.username.get_secret_value()}:{self.basic.password.get_secret_value()}".encode()
            return "Authorization", f"Basic {base64.b64encode(pair).decode()}"
        assert self.header is not None  # noqa: S101 - the validator allows no fourth case
        return self.header.name, self.header.value.get_secret_value()


def check_headers_once(auth: AuthConfig | None, headers: Mapping[str, SecretStr]) -> None:
    """Refuse a header that both of them set.

    Raises:
        ValueError: they do.
    """
    if auth is not None and auth.as_header()[0].lower() in map(str.lower, headers):
        raise ValueError("auth and headers set the same header; leave out one of the two")


def as_headers(auth: AuthConfig | None, headers: Mapping[str, SecretStr]) -> dict[str, str]:
    """What is sent of them, unmasked, and who we are."""
    sent = {name: value.get_secret_value() for name, value in headers.items()}
    if "user-agent" not in map(str.lower, sent):
        sent["User-Agent"] = USER_AGENT
    if auth is not None:
        name, value = auth.as_header()
        sent[name] = value
    return sent
