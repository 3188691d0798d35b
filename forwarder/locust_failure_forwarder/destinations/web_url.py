"""`WebUrl`: an address from the configuration that may itself be a secret. Pure; resolves and opens nothing."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

_HOST: Final = re.compile(rb"[A-Za-z0-9_.-]+")
_EXPECTED: Final = "expected an address such as https://monitoring.example.com/api/failures"


def check_url(url: SecretStr) -> SecretStr:
    """Return `url` if it can be posted to.

    Raises:
        ValueError: it cannot. The message never repeats any part of it.
    """
    text = url.get_secret_value()
    if any(not character.isprintable() or character.isspace() for character in text):
        raise ValueError(f"must not contain spaces, line breaks or control characters; {_EXPECTED}")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        # urlsplit's own message quotes the address.
        raise ValueError(f"host or port cannot be read; {_EXPECTED}") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"must begin with https:// or http://; {_EXPECTED}")
    if not host or port == 0 or not _is_resolvable(host):
        raise ValueError(f"names no valid host; {_EXPECTED}")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user or password; give credentials in their own key")
    return url


def _is_resolvable(host: str) -> bool:
    """False for names that no resolver takes, so that they fail at the start instead of at the first failure."""
    try:
        return ":" in host or _HOST.fullmatch(host.encode("idna")) is not None
    except UnicodeError:
        return False


WebUrl = Annotated[SecretStr, AfterValidator(check_url)]
"""An http or https address, validated, hidden in every `repr`."""
