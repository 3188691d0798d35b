"""Certificates over real TLS: what is trusted, what is refused, and in which words. P4: never those of the host."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from locust_failure_forwarder.config.models import TlsConfig
from locust_failure_forwarder.demo.exchange import Reply
from locust_failure_forwarder.pipeline.deliver import NetworkError, Transport
from pydantic import SecretStr
from support.certificates import PASSWORD, CertificateFiles, foreign_ca, our_ca
from support.sockets import SocketServer, TlsFront, drain
from support.transport import SECRET, TIMEOUT, Echo, fail, request, send

DAY = timedelta(days=1)
OWN_CA = "; if your own CA made it, name the CA's file as `tls.ca`"
OTHER_NAME = "; it was made for another name than that of the address"


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return CertificateFiles(tmp_path)


@pytest.fixture
def front() -> Iterator[TlsFront]:
    """A server with a good certificate of our CA; a test may give it another."""
    with Echo(Reply(202)) as server, TlsFront(server.url, our_ca().server()) as front:
        yield front


def test_a_certificate_of_a_ca_of_ones_own_is_taken_once_the_ca_is_configured(
    front: TlsFront, files: CertificateFiles
) -> None:
    assert send(f"{front.url}/{SECRET}", tls=TlsConfig(ca=files.ca)).status == 202
    assert fail(f"{front.url}/{SECRET}").ours


def test_a_configured_ca_is_trusted_besides_the_public_ones_and_not_in_their_place(files: CertificateFiles) -> None:
    def trusted(tls: TlsConfig | None) -> int:
        context = Transport(1, tls)._context  # pyright: ignore[reportPrivateUsage] - no test asks a public server
        return context.cert_store_stats()["x509_ca"]

    assert trusted(TlsConfig(ca=files.ca)) == trusted(None) + 1 > 50


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (lambda: our_ca().server(until=-DAY / 2), "certificate has expired"),
        (lambda: our_ca().server(since=DAY / 2), "certificate is not yet valid"),
        (lambda: our_ca().server("127.0.0.2"), "IP address mismatch" + OTHER_NAME),
        (lambda: our_ca().server(f"{SECRET}.test"), "IP address mismatch" + OTHER_NAME),
        (lambda: foreign_ca().server(), "unable to get local issuer certificate" + OWN_CA),
        (lambda: foreign_ca().showing_itself(below=False), "self-signed certificate" + OWN_CA),
        (lambda: foreign_ca().showing_itself(below=True), "self-signed certificate in certificate chain" + OWN_CA),
    ],
    ids=["expired", "not-yet", "other-address", "name-only", "unknown-ca", "self-signed", "self-signed-ca"],
)
def test_a_certificate_that_is_refused_has_its_reason_named_and_is_for_a_person_to_mend(
    front: TlsFront, files: CertificateFiles, context: Callable[[], ssl.SSLContext], reason: str
) -> None:
    front.context = context()
    error = fail(f"{front.url}/{SECRET}", tls=TlsConfig(ca=files.ca))
    assert error.reason.replace("self signed", "self-signed") == f"the certificate is refused: {reason}"
    assert error.ours


def test_a_certificate_for_another_host_name_is_refused_without_naming_either(
    front: TlsFront, files: CertificateFiles
) -> None:
    front.context = our_ca().server(f"{SECRET}.test")
    error = fail(f"https://localhost:{front.port}/", tls=TlsConfig(ca=files.ca))
    assert error.reason == "the certificate is refused: Hostname mismatch" + OTHER_NAME


def test_a_certificate_that_has_been_mended_is_taken_by_the_transport_that_refused_it(
    front: TlsFront, files: CertificateFiles
) -> None:
    async def refuse_then_send() -> int:
        async with Transport(5, TlsConfig(ca=files.ca)) as transport:
            front.context = our_ca().server(until=-DAY / 2)
            for _ in range(10):
                with pytest.raises(NetworkError):
                    await transport.send(request(front.url))
            front.context = our_ca().server()
            return (await transport.send(request(front.url))).status

    assert asyncio.run(refuse_then_send()) == 202


def test_a_client_certificate_is_shown_to_a_server_that_asks_for_one(front: TlsFront, files: CertificateFiles) -> None:
    front.context = our_ca().asking_server()
    password = SecretStr(PASSWORD)
    for shown in (
        TlsConfig(ca=files.ca, client_certificate=files.certificate, client_key=files.key),
        TlsConfig(ca=files.ca, client_certificate=files.both),
        TlsConfig(
            ca=files.ca, client_certificate=files.certificate, client_key=files.locked_key, client_key_password=password
        ),
    ):
        assert send(front.url, tls=shown).status == 202


def test_a_server_that_asks_for_a_client_certificate_in_vain_is_for_a_person_to_mend(
    front: TlsFront, files: CertificateFiles, tmp_path: Path
) -> None:
    front.context = our_ca().asking_server()
    error = fail(front.url, tls=TlsConfig(ca=files.ca))
    assert error.reason == "the TLS handshake failed (handshake failure); does it ask for a client certificate?"
    assert error.ours
    for reason, authority, until in (("unknown ca", foreign_ca(), DAY), ("certificate expired", our_ca(), -DAY / 2)):
        shown = TlsConfig(ca=files.ca, client_certificate=CertificateFiles(tmp_path, authority, until=until).both)
        Path(files.ca).write_bytes(our_ca().pem)
        error = fail(front.url, tls=shown)
        assert error.reason == f"the destination refuses our client certificate: {reason}"
        assert error.ours


def test_files_that_have_gone_since_the_configuration_was_read_are_named_and_stop_nothing(
    front: TlsFront, files: CertificateFiles
) -> None:
    gone = TlsConfig(ca=files.ca)
    Path(files.ca).unlink()
    error = fail(front.url, tls=gone)
    assert error.reason == "a file of certificates cannot be used (FileNotFoundError); see `tls`, SSL_CERT_FILE"
    assert error.ours
    assert front.connections == 0


def test_a_wrong_ssl_cert_file_keeps_plain_http_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"/no/such/{SECRET}.pem")
    with Echo(Reply(202)) as server:
        assert send(server.url).status == 202
    assert fail("https://localhost/").reason.startswith("a file of certificates cannot be used (FileNotFoundError)")


def test_no_request_is_written_to_a_server_whose_certificate_is_refused(files: CertificateFiles) -> None:
    with Echo(Reply(202)) as server, TlsFront(server.url, our_ca().server(until=-DAY / 2)) as front:
        fail(front.url, tls=TlsConfig(ca=files.ca))
        assert server.requests == ()


def test_a_handshake_that_nobody_answers_ends_with_the_time_of_a_connection() -> None:
    with SocketServer(drain) as silent:
        error = fail(f"https://{silent.address}/{SECRET}", timeout=TIMEOUT)
    assert error.reason in {"no connection within 0.3 s", "no answer within 0.3 s"}
