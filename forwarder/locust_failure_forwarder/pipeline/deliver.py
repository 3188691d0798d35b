"""One request, one answer: the only file that knows httpx. Judges no answer; `reasons.py` has the words for none.

Sends a second time only what met a connection that the other side had closed since the request before.
"""

import asyncio
import ssl
import urllib.request
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Final, Protocol, Self

import httpx

from ..config.models import TlsConfig
from ..config.tls import Password
from ..destinations.base import HttpRequest, HttpResponse
from ..errors import ForwarderError
from .proxies import ProxyError, proxy_for
from .reasons import Reason, reason_of, refused_by_proxy
from .resolver import resolve_on_daemon_threads

CONNECT_TIMEOUT: Final = 3.0
MAX_ANSWER: Final = 64 * 1024
"""Bytes of an answer that are read; the rest is not."""
MAX_CONNECTIONS: Final = 10
"""Eight for batches of failures (`pace.py`), one each for alerts and summaries: no alert waits behind failures."""
_LIMITS: Final = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=8, keepalive_expiry=30)
_STALE: Final = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)
"""What is raised where the other side has closed the connection."""


class NetworkError(ForwarderError):
    """No answer came. The message names the kind of failure, never the URL, which may hold a secret."""

    def __init__(self, reason: str, *, ours: bool = False) -> None:
        self.reason = reason
        self.ours = ours
        """True if only a person can mend it: no request could be formed, a certificate is refused, a proxy variable
        is wrong. Sending the same again is useless until then, so it is to be tried rarely."""
        super().__init__(reason)


class Transport:
    """A connection pool to one destination. What the environment says of proxies is read once, when it is made."""

    def __init__(self, timeout: float, tls: TlsConfig | None = None) -> None:
        """Make it; nothing is opened before the first request, and nothing raised.

        Args:
            timeout: seconds that one attempt may take in all.
            tls: the destination's certificates. If they cannot be used any more, each `send` says so.
        """
        self._timeout = timeout
        self._connect_timeout = min(CONNECT_TIMEOUT, timeout)
        self._proxies = urllib.request.getproxies_environment()
        self._fault: str | None = None
        try:
            self._context = _trust(tls)
        except (OSError, ValueError) as error:  # gone since the configuration was read, or SSL_CERT_FILE names none
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._fault = f"a file of certificates cannot be used ({type(error).__name__}); see `tls`, SSL_CERT_FILE"
        self._clients: dict[str | None, _Client] = {}

    async def __aenter__(self) -> Self:
        resolve_on_daemon_threads(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.httpx.aclose()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once; the whole attempt takes at most `timeout` seconds (httpx's own limit is for each read).

        A request with an `Idempotency-Key` is sent again at once if it met a connection kept from an earlier request
        that was closed meanwhile; RFC 9110, section 9.2.2, allows it, and Go's net/http does the same.

        Raises:
            NetworkError: no complete answer came.
        """
        if self._fault is not None and request.url.startswith("https:"):
            raise NetworkError(self._fault, ours=True)
        try:
            proxy = proxy_for(request.url, self._proxies)
        except ProxyError as error:
            raise NetworkError(str(error), ours=True) from None
        except ValueError as error:
            raise _malformed(error) from None
        trail = _Trail()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._attempt(request, proxy, trail)
        except TimeoutError:
            raise NetworkError(f"no answer within {self._timeout:g} s") from None
        except httpx.ConnectTimeout:
            raise NetworkError(f"no connection within {self._connect_timeout:g} s") from None
        except httpx.TimeoutException:
            raise NetworkError(f"no answer within {self._timeout:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError) as error:
            raise _malformed(error) from None
        except httpx.HTTPError as error:
            no_proxy_reached = proxy is not None and trail.connecting and trail.stream is None
            reason = _reason(error, no_proxy_reached=no_proxy_reached)
            raise NetworkError(reason.text, ours=reason.ours) from None
        except Exception as error:  # noqa: BLE001 - whatever a library raises, the events stay and are tried again
            raise NetworkError(f"the request failed ({type(error).__name__})") from None

    async def _attempt(self, request: HttpRequest, proxy: str | None, trail: "_Trail") -> HttpResponse:
        try:
            return await self._exchange(request, proxy, trail)
        except _STALE:
            if trail.connecting or trail.answered or not _may_be_repeated(request):
                raise
        return await self._exchange(request, proxy, trail)

    async def _exchange(self, request: HttpRequest, proxy: str | None, trail: "_Trail") -> HttpResponse:
        # Not compressed: an answer is short, and a few bytes of gzip can be a gigabyte of text.
        headers = {"Accept-Encoding": "identity", **request.headers}
        async with (
            self._lend(proxy, trail) as client,
            client.stream(
                request.method, request.url, content=request.body, headers=headers, extensions={"trace": trail}
            ) as answer,
        ):
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) >= MAX_ANSWER:
                    break
            return HttpResponse(
                status=answer.status_code,
                headers={name.lower(): value for name, value in answer.headers.items()},
                body=bytes(body[:MAX_ANSWER]),
            )

    @asynccontextmanager
    async def _lend(self, proxy: str | None, trail: "_Trail") -> AsyncGenerator[httpx.AsyncClient]:
        """The client for one attempt. One that failed is not lent again, and closed when the last has returned it.

        For httpcore (1.0.9) counts a connection for ever whose TLS handshake through a proxy failed or was cancelled:
        after `MAX_CONNECTIONS` of them the pool has none left, whatever is mended meanwhile. A handshake that is
        cancelled without a proxy leaves its socket open, until the garbage is collected.
        """
        client = self._clients.get(proxy)
        if client is None:
            client = self._clients[proxy] = _Client(self._open(proxy))
        client.users += 1
        try:
            yield client.httpx
        except BaseException:
            if self._clients.get(proxy) is client:
                del self._clients[proxy]
            if trail.stream is not None:
                await trail.stream.aclose()
            raise
        finally:
            client.users -= 1
            if client.users == 0 and self._clients.get(proxy) is not client:
                await client.httpx.aclose()

    def _open(self, proxy: str | None) -> httpx.AsyncClient:
        encrypted = proxy is not None and proxy.startswith("https://")
        return httpx.AsyncClient(
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeout, connect=self._connect_timeout),
            limits=_LIMITS,
            verify=self._context,
            proxy=None if proxy is None else httpx.Proxy(proxy, ssl_context=self._context if encrypted else None),
            trust_env=False,  # see `proxies.py`
            # No cookie is kept: a server that sets another one with each answer would fill the memory.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )


@dataclass(slots=True)
class _Client:
    httpx: httpx.AsyncClient
    users: int = 0


class _Closes(Protocol):
    async def aclose(self) -> None: ...


class _Trail:
    """What httpcore tells of an attempt; see https://www.encode.io/httpcore/extensions/#trace."""

    def __init__(self) -> None:
        self.connecting = False
        """Whether a connection was opened for it, in place of one kept from an earlier request."""
        self.stream: _Closes | None = None
        """The connection that was opened for it, before TLS."""
        self.answered = False

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        match event:
            case "connection.connect_tcp.started":
                self.connecting = True
            case "connection.connect_tcp.complete":
                self.stream = info["return_value"]
            case "http11.receive_response_headers.complete":
                self.answered = True
            case _:
                pass


def _trust(tls: TlsConfig | None) -> ssl.SSLContext:
    """The public CAs, or those of SSL_CERT_FILE and SSL_CERT_DIR, and what `tls` adds to them.

    Raises:
        OSError: a file cannot be used; `ssl.SSLError` is one.
        ValueError: a name that no file can have, or a password that is too long.
    """
    context = httpx.create_ssl_context()
    if tls is not None and tls.ca is not None:
        context.load_verify_locations(cafile=tls.ca)
    if tls is not None and tls.client_certificate is not None:
        secret = tls.client_key_password
        password = Password(secret.get_secret_value() if secret else None)
        context.load_cert_chain(tls.client_certificate, tls.client_key, password)
    return context


def _may_be_repeated(request: HttpRequest) -> bool:
    return any(name.lower() == "idempotency-key" for name in request.headers)


def _malformed(error: Exception) -> NetworkError:
    return NetworkError(f"the request could not be formed ({type(error).__name__})", ours=True)


def _reason(error: httpx.HTTPError, *, no_proxy_reached: bool) -> Reason:
    if isinstance(error, httpx.ProxyError):
        return refused_by_proxy(str(error))
    reason = reason_of(error)
    if reason is None:
        failed = "the connection failed" if isinstance(error, httpx.ConnectError) else None
        reason = Reason(failed or f"the connection broke ({type(error).__name__})")
    return Reason(f"the proxy cannot be reached: {reason.text}", reason.ours) if no_proxy_reached else reason
