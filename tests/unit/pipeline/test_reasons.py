"""Words for network failures. P4: from the operating system and OpenSSL, never from the other side."""

import errno
import socket
import ssl

import pytest
from locust_failure_forwarder.pipeline.reasons import Reason, reason_of, refused_by_proxy

SECRET = "not-a-real-token"


def _ssl(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] {SECRET}")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("openssl", "text", "ours"),
    [
        ("WRONG_VERSION_NUMBER", "the TLS handshake failed; is it a plain HTTP port?", True),
        ("RECORD_LAYER_FAILURE", "the TLS handshake failed; is it a plain HTTP port?", True),
        (
            "TLSV13_ALERT_CERTIFICATE_REQUIRED",
            "the destination asks for a client certificate; give it one as `tls.client_certificate`",
            True,
        ),
        (
            "SSLV3_ALERT_CERTIFICATE_EXPIRED",
            "the destination refuses our client certificate: certificate expired",
            True,
        ),
        ("TLSV1_ALERT_UNKNOWN_CA", "the destination refuses our client certificate: unknown ca", True),
        (
            "SSLV3_ALERT_HANDSHAKE_FAILURE",
            "the TLS handshake failed (handshake failure); does it ask for a client certificate?",
            True,
        ),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "the TLS handshake failed (protocol version)", True),
        ("TLSV1_ALERT_INTERNAL_ERROR", "the TLS handshake failed (internal error)", False),
        ("UNEXPECTED_EOF_WHILE_READING", "the TLS handshake failed (unexpected eof while reading)", False),
        ("", "the TLS handshake failed", False),
    ],
)
def test_what_openssl_says_of_a_handshake_is_put_in_words(openssl: str, text: str, ours: bool) -> None:
    assert reason_of(_ssl(openssl)) == Reason(text, ours)


def test_the_reason_is_found_below_the_libraries_own_errors() -> None:
    outer = RuntimeError(SECRET)
    outer.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, SECRET)
    assert reason_of(outer) == Reason("connection refused")
    assert reason_of(ExceptionGroup(SECRET, [OSError(SECRET), ValueError()])) is None
    hidden = OSError(SECRET)
    hidden.__cause__ = ExceptionGroup(SECRET, [OSError(errno.EHOSTUNREACH, SECRET), OSError(errno.ENETDOWN, SECRET)])
    assert reason_of(hidden) == Reason("no route to host")


def test_numbers_of_getaddrinfo_are_not_taken_for_the_systems() -> None:
    assert reason_of(socket.gaierror(socket.EAI_NONAME, SECRET)) == Reason("the name could not be resolved")


def test_what_has_no_known_reason_has_none() -> None:
    assert reason_of(ValueError(SECRET)) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (f"407 {SECRET}", Reason("407: the proxy asks for credentials", ours=True)),
        (f"404 {SECRET}", Reason("404: the proxy opens no connection", ours=True)),
        ("429 ", Reason("429: the proxy opens no connection")),
        ("503 busy", Reason("503: the proxy opens no connection")),
        ("302 Found", Reason("302: the proxy opens no connection")),
        (SECRET, Reason("the proxy opens no connection")),
        ("", Reason("the proxy opens no connection")),
    ],
)
def test_p4_a_proxys_refusal_is_told_by_its_status_alone(answer: str, reason: Reason) -> None:
    assert refused_by_proxy(answer) == reason
