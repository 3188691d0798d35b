"""Words for why no answer came, from the exceptions of the network. Pure; knows no HTTP client.

No message names a host, an address or anything the other side wrote: any of them may be a secret, or hold one.
"""

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

_OTHER_NAME: Final = "it was made for another name than that of the address"
_OWN_CA: Final = "if your own CA made it, name the CA's file as `tls.ca`"
_CERTIFICATE_HINTS: Final = {
    18: _OWN_CA,  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
    19: _OWN_CA,  # X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
    20: _OWN_CA,  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    21: _OWN_CA,  # X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
    62: _OTHER_NAME,  # X509_V_ERR_HOSTNAME_MISMATCH
    64: _OTHER_NAME,  # X509_V_ERR_IP_ADDRESS_MISMATCH
}
"""By OpenSSL's numbers, https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/."""
_NOT_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""OpenSSL's words where the first bytes are no TLS record."""
_ALERT: Final = re.compile(r"ALERT_(?P<words>[A-Z_]+)")
_SHOW_ONE: Final = "give it one as `tls.client_certificate`"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why no answer came."""

    text: str
    ours: bool = False
    """True if only a person can mend it."""


def reason_of(error: BaseException) -> Reason | None:
    """The reason for a network failure, if the exception, its causes or its parts tell one."""
    for link in _links(error):
        # Before OSError, which these are too: their numbers are OpenSSL's and getaddrinfo's, not the system's.
        if isinstance(link, ssl.SSLCertVerificationError):
            return _refused_certificate(link)
        if isinstance(link, ssl.SSLError):
            return _broken_handshake(link.reason or "")
        if isinstance(link, socket.gaierror):
            return Reason("the name could not be resolved")
        if isinstance(link, OSError) and link.errno is not None and link.errno in errno.errorcode:
            return Reason(os.strerror(link.errno).lower())
    return None


def refused_by_proxy(answer: str) -> Reason:
    """For what a proxy answered in place of a tunnel: a status, and words of its own that are not repeated."""
    status = answer[:3] if re.match(r"\d{3}", answer) else ""
    if status == "407":
        return Reason("407: the proxy asks for credentials", ours=True)
    # 408 and 429 pass, as do 5xx: the proxy did not reach the destination.
    ours = status.startswith("4") and status not in ("408", "429")
    return Reason(f"{status}: the proxy opens no connection" if status else "the proxy opens no connection", ours=ours)


def _links(error: BaseException) -> Iterator[BaseException]:
    """The exception, and what it came from; of several at once, the first."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = _first_of(link) or link.__cause__ or link.__context__


def _first_of(error: BaseException) -> BaseException | None:
    if not isinstance(error, BaseExceptionGroup):
        return None
    return cast("BaseExceptionGroup[BaseException]", error).exceptions[0]


def _refused_certificate(error: ssl.SSLCertVerificationError) -> Reason:
    words = error.verify_message.split(",")[0]  # what follows the comma names the host
    hint = _CERTIFICATE_HINTS.get(error.verify_code)
    return Reason(f"the certificate is refused: {words}" + (f"; {hint}" if hint else ""), ours=True)


def _broken_handshake(said: str) -> Reason:
    """`said` is OpenSSL's name for it, such as `TLSV13_ALERT_CERTIFICATE_REQUIRED`; alerts come from the server."""
    if said in _NOT_TLS:
        return Reason("the TLS handshake failed; is it a plain HTTP port?", ours=True)
    alert = _ALERT.search(said)
    words = (alert["words"] if alert else said).lower().replace("_", " ")
    if alert and "certificate required" in words:
        return Reason(f"the destination asks for a client certificate; {_SHOW_ONE}", ours=True)
    if alert and ("certificate" in words or words in ("unknown ca", "access denied")):
        return Reason(f"the destination refuses our client certificate: {words}", ours=True)
    if alert and words == "handshake failure":  # what servers say before TLS 1.3 if none is shown
        return Reason(f"the TLS handshake failed ({words}); does it ask for a client certificate?", ours=True)
    ours = alert is not None and words != "internal error"
    return Reason(f"the TLS handshake failed ({words})" if words else "the TLS handshake failed", ours)
