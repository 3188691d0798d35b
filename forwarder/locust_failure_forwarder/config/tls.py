"""Whether the files that a destination's `tls` names can be used: they are read when the configuration is (P9).

Makes no connection and keeps nothing. No message repeats a path or anything from a file.
"""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from .files import Unreadable, read_text
from .places import Finding, KeyPath

MAX_PEM_BYTES: Final = 4 * 1024 * 1024
"""A bundle of all public CAs takes a few hundred KiB."""
MAX_PASSWORD_BYTES: Final = 1024
"""Source: https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_cert_chain."""

_RELATIVE: Final = "Relative paths start at the working directory."
_PEM: Final = "expected a file in PEM form that holds {what}"
_CONVERT: Final = (
    "PEM is text with lines that say BEGIN and END; `openssl x509 -in FILE -out FILE.pem` makes it from DER."
)
_PLAIN: Final = "Let the address begin with https://, or remove `tls`."
_FILES: Final = ("ca", "client_certificate", "client_key")


class Password:
    """A key's password as OpenSSL asks for it. Given always: without one, OpenSSL would ask at the terminal."""

    def __init__(self, text: str | None) -> None:
        self._text = text or ""
        self.asked = False
        """Whether the key was found to be encrypted."""

    def __call__(self) -> str:
        """The password; empty if none is configured, which opens no key."""
        self.asked = True
        return self._text


def check_tls(destinations: Mapping[str, object]) -> Iterator[Finding]:
    """All findings about the `tls` of all destinations. Skips what is not well-formed; the models tell of it."""
    for name, written in destinations.items():
        entry: Mapping[str, object] = cast("Mapping[str, object]", written) if isinstance(written, Mapping) else {}
        tls = entry.get("tls")
        if isinstance(tls, Mapping):
            path = ("destinations", name, "tls")
            if any(key.endswith("url") and str(value).startswith("http://") for key, value in entry.items()):
                yield Finding(path, "the address begins with http://, so no certificate is used", _PLAIN)
            yield from _check(cast("Mapping[str, object]", tls), path)


def _check(tls: Mapping[str, object], path: KeyPath) -> Iterator[Finding]:
    texts = {key: value for key, value in tls.items() if isinstance(value, str) and value}
    unreadable = [finding for key in _FILES if key in texts for finding in _check_file(texts[key], (*path, key))]
    yield from unreadable
    if "client_certificate" not in tls:
        for key in ("client_key", "client_key_password"):
            if key in texts:
                yield Finding(
                    (*path, key), "there is no `client_certificate` that it belongs to", "Add it, or remove this key."
                )
    bad = {finding.path[-1] for finding in unreadable}
    for key in ("ca", "client_certificate"):
        if key in texts and key not in bad and not _holds_certificate(texts[key]):
            bad.add(key)
            yield Finding((*path, key), _PEM.format(what="a certificate"), _CONVERT)
    if "client_certificate" in texts and not bad & {"client_certificate", "client_key"}:
        yield from _check_pair(texts, path)


def _check_file(name: str, path: KeyPath) -> Iterator[Finding]:
    content = read_text(Path(name), MAX_PEM_BYTES)
    # What is not UTF-8 may be a comment in a bundle; OpenSSL decides.
    if isinstance(content, Unreadable) and content.line is None:
        yield Finding(path, f"the file {content.reason}", "" if Path(name).is_absolute() else _RELATIVE)


def _holds_certificate(name: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=name)
    except OSError:  # ssl.SSLError is one
        return False
    return True


def _check_pair(texts: Mapping[str, str], path: KeyPath) -> Iterator[Finding]:
    """The certificate is one; whether the key belongs to it and can be opened."""
    password = Password(texts.get("client_key_password"))
    at_password = (*path, "client_key_password")
    if len(password().encode()) > MAX_PASSWORD_BYTES:
        yield Finding(at_password, f"expected at most {MAX_PASSWORD_BYTES} bytes")
        return
    password.asked = False
    key = "client_key" if "client_key" in texts else "client_certificate"
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_cert_chain(texts["client_certificate"], texts.get("client_key"), password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield Finding(
                (*path, key),
                "the private key does not belong to the certificate",
                "Name the two that were made together.",
            )
        elif password.asked and "client_key_password" in texts:
            yield Finding(at_password, "the private key does not open with this password")
        elif password.asked:
            yield Finding((*path, key), "the private key is encrypted", "Give its password as `client_key_password`.")
        else:
            hint = "" if "client_key" in texts else "If the key has a file of its own, name it as `client_key`."
            yield Finding((*path, key), _PEM.format(what="a private key"), hint)
    except OSError:
        yield Finding((*path, key), "the file cannot be read")
