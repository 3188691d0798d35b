"""The category of a failure, from exception types, error number and status. Pure; never reads a message.

Digits and words in a message mean nothing: `"50" in message` would call a 404 after 50 ms a server error.
"""

import errno as e
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from locust_failure_schemas import Category

Source = Literal["request", "user_error"]

_BY_STATUS: Final[Mapping[int, Category]] = {
    401: "unauthorized",
    403: "unauthorized",
    404: "not_found",
    429: "rate_limited",
}

_BY_CLASS: Final[Mapping[str, Category]] = {
    # connecting took too long
    "ConnectTimeout": "connect_timeout",  # requests, httpx, httpcore
    "ConnectTimeoutError": "connect_timeout",  # urllib3, botocore
    "ConnectionTimeoutError": "connect_timeout",  # aiohttp
    "ConnectionTimeout": "connect_timeout",
    # connected, but the answer did not come in time
    "ReadTimeout": "read_timeout",
    "ReadTimeoutError": "read_timeout",
    "WriteTimeout": "read_timeout",  # httpx: no category of its own; the peer stopped taking bytes
    "SocketTimeoutError": "read_timeout",  # aiohttp
    "ServerTimeoutError": "read_timeout",
    "WebSocketTimeoutException": "read_timeout",
    # the name has no address
    "gaierror": "dns",
    "herror": "dns",
    "NameResolutionError": "dns",  # urllib3
    "ClientConnectorDNSError": "dns",  # aiohttp
    # nobody listens
    "ConnectionRefusedError": "connection_refused",
    # the peer hung up, or what it sent is no complete HTTP message
    "ConnectionResetError": "connection_reset",
    "ConnectionAbortedError": "connection_reset",
    "BrokenPipeError": "connection_reset",
    "RemoteDisconnected": "connection_reset",  # http.client
    "BadStatusLine": "connection_reset",
    "IncompleteRead": "connection_reset",
    "ProtocolError": "connection_reset",  # urllib3
    "RemoteProtocolError": "connection_reset",  # httpx
    "ReadError": "connection_reset",
    "WriteError": "connection_reset",
    "ChunkedEncodingError": "connection_reset",  # requests
    "HTTPConnectionClosed": "connection_reset",  # geventhttpclient
    "HTTPParseError": "connection_reset",  # also what it raises when the body ends early
    "ServerDisconnectedError": "connection_reset",  # aiohttp
    "ClientPayloadError": "connection_reset",
    "WebSocketConnectionClosedException": "connection_reset",
    # TLS
    "SSLError": "tls",  # ssl, requests, urllib3
    "SSLCertVerificationError": "tls",
    "ClientConnectorSSLError": "tls",  # aiohttp
    "ClientConnectorCertificateError": "tls",
    # redirects
    "TooManyRedirects": "redirect_loop",
    # the body is not what it claims to be
    "ContentDecodingError": "decode",  # requests
    "DecodeError": "decode",  # urllib3
    "DecodingError": "decode",  # httpx
    "JSONDecodeError": "decode",
    "UnicodeDecodeError": "decode",
    "ContentTypeError": "decode",  # aiohttp
    "BadGzipFile": "decode",
    "ZstdError": "decode",
}
"""By bare class name, from whatever module: custom clients use many libraries, and they agree on these names."""

_BY_NAME: Final[Mapping[str, Category]] = {
    "httpx.ReadError": "connection_reset",
    "httpx.WriteError": "connection_reset",
    "httpcore.ReadError": "connection_reset",
    "httpcore.WriteError": "connection_reset",
    "zlib.error": "decode",
    "brotli.error": "decode",
    # requests' ConnectionError is the base of nearly all it raises, urllib3's TimeoutError likewise: they say nothing
    "ConnectionError": "connection_reset",
    "TimeoutError": "read_timeout",
    "asyncio.exceptions.TimeoutError": "read_timeout",
    "gevent.timeout.Timeout": "read_timeout",
    "requests.exceptions.Timeout": "read_timeout",
    "httpx.TimeoutException": "read_timeout",
}
"""By qualified name, where the bare one means other things elsewhere."""

_BY_ERRNO: Final[Mapping[int, Category]] = {
    e.ETIMEDOUT: "connect_timeout",
    e.ECONNREFUSED: "connection_refused",
    e.EHOSTUNREACH: "connection_refused",  # no connection came about; there is no nearer category
    e.ENETUNREACH: "connection_refused",
    e.EHOSTDOWN: "connection_refused",
    e.ECONNRESET: "connection_reset",
    e.ECONNABORTED: "connection_reset",
    e.EPIPE: "connection_reset",
    e.ENOTCONN: "connection_reset",
}

_IGNORED_BESIDE: Final[Mapping[str, frozenset[str]]] = {
    # urllib3 derives "could not connect" from its timeout for compatibility's sake:
    # https://github.com/urllib3/urllib3/blob/main/src/urllib3/exceptions.py
    "urllib3.exceptions.NewConnectionError": frozenset({"urllib3.exceptions.ConnectTimeoutError"}),
    # gevent waits for a TLS socket inside `except SSLWantReadError`; what follows is a timeout, not a TLS error
    "ssl.SSLWantReadError": frozenset({"ssl.SSLError"}),
    "ssl.SSLWantWriteError": frozenset({"ssl.SSLError"}),
}

_LAST_RESORT: Final[Mapping[str, Category]] = {
    "urllib3.exceptions.NewConnectionError": "connection_refused",
    # Without an `.original` that explains it, geventhttpclient means its redirection limit.
    "geventhttpclient.useragent.RetriesExceeded": "redirect_loop",
}

_VERDICTS: Final = frozenset({"locust.exception.CatchResponseError", "str", "AssertionError"})
"""What a test's own check leaves behind."""


def categorise(source: Source, types: Sequence[str], errno: int | None, status: int | None) -> Category:
    """What kind of failure it was.

    Args:
        source: the Locust event it came from.
        types: qualified class names along the exception chain, outermost first, each class followed by its bases;
            `str` where the client passed a text. Builtins with or without `builtins.`.
        errno: first operating-system error number of the chain, if any.
        status: HTTP status, if there was an answer; anything below 100 counts as none.

    A status from 400 on explains the failure, whatever the client raised. Otherwise the outermost type that has a
    meaning decides; then the error number; then whether the test itself judged the answer.
    """
    if source == "user_error":
        return "user_error"
    if status is not None and status >= 400:
        return _by_status(status)
    names = [name.removeprefix("builtins.") for name in types]
    answered = status is not None and status >= 100
    return _by_types(names, errno) or _judged(names, answered=answered)


def _by_status(status: int) -> Category:
    return _BY_STATUS.get(status) or ("client_error" if status < 500 else "server_error")


def _by_types(names: Sequence[str], errno: int | None) -> Category | None:
    found = next(_meanings(names), None)
    by_errno = _BY_ERRNO.get(errno) if errno is not None else None
    if found is None:
        return by_errno or next((_LAST_RESORT[name] for name in names if name in _LAST_RESORT), None)
    # ETIMEDOUT is the kernel giving up on a peer that never answered, which Python raises as a bare TimeoutError.
    return "connect_timeout" if found == "read_timeout" and by_errno == "connect_timeout" else found


def _meanings(names: Sequence[str]) -> Iterator[Category]:
    ignored = frozenset[str]().union(*(_IGNORED_BESIDE[name] for name in names if name in _IGNORED_BESIDE))
    for name in names:
        if name in ignored:
            continue
        if meaning := _BY_NAME.get(name) or _BY_CLASS.get(name.rpartition(".")[2]):
            yield meaning


def _judged(names: Sequence[str], *, answered: bool) -> Category:
    return "assertion" if answered or not _VERDICTS.isdisjoint(names) else "unknown"
