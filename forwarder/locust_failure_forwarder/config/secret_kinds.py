"""The kinds of what redaction masks: data, and checks of settings that name them. Examples: docs/redaction.md."""

from typing import Final

from .suggest import closest, did_you_mean, listing, sentences

CREDENTIALS: Final = (
    "password",
    "token",
    "secret",
    "credentials",
    "authorization",
    "cookie",
    "session",
    "csrf",
    "otp",
    "pin",
    "key",
    "private_key",
    "code",
    "signature",
    "webhook",
    "jwt",
)
"""What gives access. `i_accept_leaking_credentials` alone switches one of these off."""

PERSONAL: Final = (
    "email",
    "phone",
    "card",
    "iban",
    "national_id",
    "bank_account",
    "passport",
    "birth_date",
    "name",
    "address",
)
"""What is about a person. `personal: false` or `off` switches these off."""

OTHERS: Final = ("custom", "encoded")
"""What the user's own keys and patterns find, and an encoded run with any secret in it. Always on."""

UNREDACTABLE: Final = "unredactable"
"""A whole field that could not be judged. Always on, always masked."""


KEPT_ROOTS: Final = (
    "request.body",
    "request.headers",
    "response.body",
    "response.headers",
    "context",
    "run.labels",
)
"""Places of a record that have keys, which `keep` may name."""


def personal_kind(kind: str) -> str:
    """A kind that `off` may name.

    Raises:
        ValueError: it may not; the message does not repeat it.
    """
    if kind in PERSONAL:
        return kind
    if closest(kind, (*CREDENTIALS, *PERSONAL)) in CREDENTIALS:
        raise ValueError(
            "these are credentials, which `off` cannot switch off; if they must leave, use i_accept_leaking_credentials"
        )
    raise ValueError(sentences(f"expected one of: {listing(PERSONAL)}.", did_you_mean(kind, PERSONAL)))


def credential_kind(kind: str) -> str:
    """A kind that `i_accept_leaking_credentials` may name.

    Raises:
        ValueError: it may not; the message does not repeat it.
    """
    if kind in CREDENTIALS:
        return kind
    if closest(kind, (*CREDENTIALS, *PERSONAL)) in PERSONAL:
        raise ValueError("this is personal data; name it in `off`")
    raise ValueError(sentences(f"expected one of: {listing(CREDENTIALS)}.", did_you_mean(kind, CREDENTIALS)))
