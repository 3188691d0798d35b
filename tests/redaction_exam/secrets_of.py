"""Draws a secret of a kind: its value, the name that it stands under, and where it can stand."""

from collections.abc import Callable
from typing import Final

from . import credentials, personal
from .credentials import Value
from .draw import Draw
from .keys import CHINESE_KINDS, KINDS, name_for
from .model import Rank, Secret

_CREDENTIALS: Final[dict[str, Callable[[Draw], Value]]] = {
    "password": credentials.password,
    "secret": credentials.opaque,
    "token": credentials.token,
    "api key": credentials.token,
    "session": credentials.opaque,
    "csrf": credentials.opaque,
    "otp": credentials.otp,
    "cvv": credentials.cvv,
    "oauth code": credentials.opaque,
    "private key": credentials.private_key,
    "credential": credentials.opaque,
    "webhook url": credentials.webhook_url,
    "dsn": credentials.dsn,
    "provider token": credentials.provider,
    "jwt": credentials.jwt,
}
_PERSONAL: Final[dict[str, Callable[..., Value]]] = {
    "email": personal.email,
    "phone": personal.phone,
    "card": personal.card,
    "iban": personal.iban,
    "ssn": personal.ssn,
    "prc id": personal.prc_id,
    "cpf": personal.cpf,
    "aadhaar": personal.aadhaar,
    "name": personal.name,
    "birth date": personal.birth_date,
    "address": personal.address,
    "passport": personal.passport,
    "bank account": personal.bank_account,
}
ALL_KINDS: Final = (*_CREDENTIALS, *_PERSONAL)
BARE_KINDS: Final = (
    "private key", "webhook url", "dsn", "provider token", "jwt",
    "email", "phone", "card", "iban", "ssn", "prc id", "cpf",
)  # fmt: skip
"""Known by their shape alone."""
_SHARED_KEYS: Final = ("callback_url", "target", "value", "endpoint", "data", "setting", "upstream")
"""Names that say nothing: a value under them is found by its shape or not at all."""


def draw_secret(draw: Draw, kind: str, *, chinese: bool = False, at_most: Rank = 2) -> Secret:
    """A secret of the kind whose value needs no more room than `at_most` says."""
    chinese = chinese and kind in CHINESE_KINDS
    while True:
        made = _CREDENTIALS[kind](draw) if kind in _CREDENTIALS else _PERSONAL[kind](draw, chinese=chinese)
        value, cores, rank, bare = made
        if rank <= at_most:
            break
        if kind in {"private key", "address", "aadhaar", "name"}:  # these have no short form
            kind = draw.choice(("password", "token"))
    if kind in KINDS:
        key = name_for(draw, kind, chinese=chinese and kind in CHINESE_KINDS)
    else:
        key = draw.choice(_SHARED_KEYS)
    return Secret(kind, key, value, cores, rank, bare, chinese)
