"""Certificates that are good, expired, for another name, of an unknown CA, …; made anew for each test process."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

HERE: Final = "127.0.0.1"
PASSWORD: Final = "not-a-real-password"
_DAY: Final = timedelta(days=1)


class Authority:
    """A CA of one's own, and the certificates it issues."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> bytes:
        return self._ca.cert_pem.bytes()

    def issue(self, *names: str, since: timedelta = -_DAY, until: timedelta = _DAY) -> trustme.LeafCert:
        """A certificate for these names, valid between two times from now on."""
        now = datetime.now(UTC)
        return self._ca.issue_cert(*names, not_before=now + since, not_after=now + until)

    def server(self, *names: str, **validity: timedelta) -> ssl.SSLContext:
        """What a server needs to show such a certificate; without names, one for 127.0.0.1."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf: Any = self.issue(*(names or (HERE,)), **validity)  # its methods have half a type
        leaf.configure_cert(context)
        return context

    def asking_server(self) -> ssl.SSLContext:
        """A server that asks for a client certificate of this CA."""
        context = self.server()
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # by 1.3 the refusal may come after the client's request
        context.verify_mode = ssl.CERT_REQUIRED
        ca: Any = self._ca
        ca.configure_trust(context)
        return context

    def showing_itself(self, *, below: bool) -> ssl.SSLContext:
        """A server whose chain ends in the CA's own certificate; it shows that alone, or a proper one `below` it."""
        leaf = self.issue(HERE)
        chain = [*(leaf.cert_chain_pems if below else ()), self._ca.cert_pem]
        key = leaf.private_key_pem if below else self._ca.private_key_pem
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with _file(b"".join(pem.bytes() for pem in (key, *chain))) as path:
            context.load_cert_chain(path)
        return context


@contextmanager
def _file(content: bytes) -> Generator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chain.pem"
        path.write_bytes(content)
        yield path


@cache
def our_ca() -> Authority:
    """The one that tests configure as `tls.ca`."""
    return Authority()


@cache
def foreign_ca() -> Authority:
    """One that nobody trusts."""
    return Authority()


class CertificateFiles:
    """Files to be named in a configuration: a CA, and a client's certificate in several forms."""

    def __init__(self, folder: Path, authority: Authority | None = None, **validity: timedelta) -> None:
        authority = authority or our_ca()
        leaf = authority.issue("loadgen-1@example.test", **validity)
        key: Any = load_pem_private_key(leaf.private_key_pem.bytes(), None)
        locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
        certificate = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
        self.ca = _write(folder / "ca.pem", authority.pem)
        self.certificate = _write(folder / "client.pem", certificate)
        self.key = _write(folder / "client.key", leaf.private_key_pem.bytes())
        self.locked_key = _write(folder / "client-locked.key", locked)
        self.both = _write(folder / "client-both.pem", leaf.private_key_pem.bytes() + certificate)
        self.other_key = _write(folder / "other.key", authority.issue("x@example.test").private_key_pem.bytes())


def _write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)
