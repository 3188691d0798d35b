"""Real exceptions, turned into name chains as the plugin captures them, against the category they must get."""

import errno
import http.client
import json
import socket
import ssl
import zlib
from typing import Any, cast

import httpx
import pytest
import requests
import urllib3.exceptions
from locust_failure_forwarder.pipeline.classify import categorise
from locust_failure_schemas import Category

POOL: Any = None
ENDS = (object, BaseException, Exception)


def names_of(cls: type) -> list[str]:
    return [
        base.__qualname__ if base.__module__ == "builtins" else f"{base.__module__}.{base.__qualname__}"
        for base in cls.__mro__
        if base not in ENDS
    ]


def chain_of(*exceptions: BaseException) -> tuple[list[str], int | None]:
    """Names and first error number, for exceptions given outermost first."""
    names = [name for exception in exceptions for name in names_of(type(exception))]
    numbers = [e.errno for e in exceptions if isinstance(e, OSError) and e.errno in errno.errorcode]
    return names, next(iter(numbers), None)


def wrapped(outer: BaseException) -> tuple[list[str], int | None]:
    """The chain of a real wrapper: args, then reason, then cause."""
    links: list[BaseException] = [outer]
    for link in links:
        inner = (*link.args, getattr(link, "reason", None), link.__cause__)
        links += [i for i in inner if isinstance(i, BaseException) and i not in links]
    return chain_of(*links)


def requests_error(cls: type[requests.RequestException], reason: BaseException) -> requests.RequestException:
    return cls(urllib3.exceptions.MaxRetryError(POOL, "/x", cast(Exception, reason)))


def caused(outer: BaseException, cause: BaseException) -> BaseException:
    outer.__cause__ = cause
    return outer


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "refused")
NO_ADDRESS = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")

REAL: list[tuple[BaseException, Category]] = [
    # HttpUser, which unwraps some of requests' errors
    (REFUSED, "connection_refused"),
    (NO_ADDRESS, "dns"),
    (ConnectionResetError(errno.ECONNRESET, "reset"), "connection_reset"),
    (http.client.RemoteDisconnected("closed"), "connection_reset"),
    (http.client.BadStatusLine("garbage"), "connection_reset"),
    (BrokenPipeError(errno.EPIPE, "pipe"), "connection_reset"),
    (
        requests_error(requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError(POOL, "connect timeout=1")),
        "connect_timeout",
    ),
    (requests.ReadTimeout(urllib3.exceptions.ReadTimeoutError(POOL, "/x", "read timeout=1")), "read_timeout"),
    (urllib3.exceptions.ReadTimeoutError(POOL, "/x", "Read timed out."), "read_timeout"),
    (requests.Timeout("some"), "read_timeout"),
    (
        requests_error(
            requests.ConnectionError,
            caused(urllib3.exceptions.NewConnectionError(POOL, "Failed to establish"), REFUSED),
        ),
        "connection_refused",
    ),
    (requests_error(requests.ConnectionError, urllib3.exceptions.NewConnectionError(POOL, "x")), "connection_refused"),
    (
        requests_error(
            requests.ConnectionError, urllib3.exceptions.NameResolutionError("shop.example.com", POOL, NO_ADDRESS)
        ),
        "dns",
    ),
    (requests.ConnectionError(NO_ADDRESS), "dns"),
    (
        requests.ConnectionError(
            urllib3.exceptions.ProtocolError("Connection aborted.", http.client.RemoteDisconnected("closed"))
        ),
        "connection_reset",
    ),
    (requests_error(requests.exceptions.SSLError, urllib3.exceptions.SSLError(CERTIFICATE)), "tls"),
    (urllib3.exceptions.SSLError(CERTIFICATE), "tls"),
    (requests.TooManyRedirects("Exceeded 30 redirects."), "redirect_loop"),
    (requests.exceptions.ContentDecodingError(urllib3.exceptions.DecodeError("gzip", zlib.error("-3"))), "decode"),
    (requests.JSONDecodeError("Expecting value", "<html>", 0), "decode"),
    (requests.exceptions.ChunkedEncodingError(urllib3.exceptions.ProtocolError("broken")), "connection_reset"),
    (requests.ConnectionError("nothing more is known"), "unknown"),
    (requests.exceptions.MissingSchema("Invalid URL"), "unknown"),
    # custom clients
    (httpx.ConnectTimeout("x"), "connect_timeout"),
    (httpx.ReadTimeout("x"), "read_timeout"),
    (httpx.PoolTimeout("x"), "read_timeout"),
    (caused(httpx.ConnectError("x"), REFUSED), "connection_refused"),
    (caused(httpx.ConnectError("x"), NO_ADDRESS), "dns"),
    (caused(httpx.ConnectError("x"), CERTIFICATE), "tls"),
    (httpx.RemoteProtocolError("Server disconnected"), "connection_reset"),
    (httpx.ReadError("x"), "connection_reset"),
    (httpx.DecodingError("x"), "decode"),
    (httpx.TooManyRedirects("x"), "redirect_loop"),
    (TimeoutError("timed out"), "read_timeout"),
    (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "connect_timeout"),
    (OSError(errno.EHOSTUNREACH, "No route to host"), "connection_refused"),
    (ConnectionError("plain"), "connection_reset"),
    (zlib.error("Error -3"), "decode"),
    (json.JSONDecodeError("x", "", 0), "decode"),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), "decode"),
    (ValueError("a 404 after 50 ms"), "unknown"),
    (AssertionError("price is 0"), "assertion"),
]


@pytest.mark.parametrize(("exception", "expected"), REAL, ids=lambda value: repr(value)[:60])
def test_exception_without_answer_gets_the_category_of_its_chain(exception: BaseException, expected: Category) -> None:
    types, number = wrapped(exception)
    assert categorise("request", types, number, None) == expected
    assert categorise("request", types, number, 0) == expected, "Locust's clients say 0 for no answer"


GHC = ["geventhttpclient.useragent.ConnectionError"]
RETRIES = ["geventhttpclient.useragent.RetriesExceeded", *GHC]
PARSE_ERROR = ["_parser.HTTPParseError", "http.client.HTTPException"]
TIMEOUT = ["TimeoutError", "OSError"]
RESET = ["ConnectionResetError", "ConnectionError", "OSError"]
TLS_WAIT = ["ssl.SSLWantReadError", "ssl.SSLError", "OSError"]

# Seen on a FastHttpUser against a misbehaving server; importing geventhttpclient here would load gevent.
FAST: list[tuple[str, list[str], int | None, int | None, Category]] = [
    ("refused", names_of(ConnectionRefusedError), errno.ECONNREFUSED, 0, "connection_refused"),
    ("read timeout", [*RETRIES, *TIMEOUT], None, 0, "read_timeout"),
    ("timeout within the body", TIMEOUT, None, 200, "read_timeout"),
    ("timeout within TLS", [*RETRIES, *TIMEOUT, *TLS_WAIT], None, 0, "read_timeout"),
    ("gevent's own timeout", ["gevent.timeout.Timeout"], None, None, "read_timeout"),
    ("redirect loop", RETRIES, None, 0, "redirect_loop"),
    ("bad gzip", ["zlib.error", "AttributeError"], None, 200, "decode"),
    ("hung up", ["geventhttpclient.response.HTTPConnectionClosed", *PARSE_ERROR, *RESET], 104, 0, "connection_reset"),
    ("body ended early", [*PARSE_ERROR, "AttributeError"], None, 200, "connection_reset"),
    ("reset", RESET, errno.ECONNRESET, 0, "connection_reset"),
    ("bad certificate", ["ssl.SSLCertVerificationError", "ssl.SSLError", "OSError", "ValueError"], 1, 0, "tls"),
    ("status", ["locust.contrib.fasthttp.LocustBadStatusCode", *GHC], None, 503, "server_error"),
    ("builtins spelt out", ["builtins.ConnectionRefusedError", "builtins.OSError"], None, None, "connection_refused"),
]


@pytest.mark.parametrize(("types", "number", "status", "expected"), [c[1:] for c in FAST], ids=[c[0] for c in FAST])
def test_chain_seen_on_a_fast_http_user_gets_its_category(
    types: list[str], number: int | None, status: int | None, expected: Category
) -> None:
    assert categorise("request", types, number, status) == expected


VERDICT = ["locust.exception.CatchResponseError"]


@pytest.mark.parametrize("types", [VERDICT, ["str"], RETRIES, TIMEOUT, ["requests.exceptions.HTTPError"]])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, "client_error"),
        (401, "unauthorized"),
        (403, "unauthorized"),
        (404, "not_found"),
        (408, "client_error"),
        (429, "rate_limited"),
        (499, "client_error"),
        (500, "server_error"),
        (503, "server_error"),
        (999, "server_error"),
    ],
)
def test_error_status_wins_over_any_type(types: list[str], status: int, expected: Category) -> None:
    assert categorise("request", types, None, status) == expected


@pytest.mark.parametrize("types", [VERDICT, ["str"], ["AssertionError"], ["KeyError", "LookupError"], ["my.Error"]])
@pytest.mark.parametrize("status", [200, 204, 302, 399])
def test_failure_after_a_good_answer_is_an_assertion(types: list[str], status: int) -> None:
    assert categorise("request", types, None, status) == "assertion"


@pytest.mark.parametrize("types", [VERDICT, ["str"], ["AssertionError"]])
def test_verdict_of_the_test_needs_no_status(types: list[str]) -> None:
    assert categorise("request", types, None, None) == "assertion"


def test_user_error_is_one_whatever_else_is_known() -> None:
    assert categorise("user_error", TIMEOUT, errno.ETIMEDOUT, 503) == "user_error"


def test_unheard_of_types_are_unknown() -> None:
    assert categorise("request", ["grpc._channel._InactiveRpcError", "grpc.RpcError"], None, None) == "unknown"
    assert categorise("request", [], None, None) == "unknown"


def test_outermost_meaning_decides() -> None:
    """What happened last is the failure; what it was raised in the handling of is history."""
    types = [*names_of(ConnectionRefusedError), *TIMEOUT]
    assert categorise("request", types, errno.ECONNREFUSED, None) == "connection_refused"
