"""One request, one answer: the only file that knows httpx. Never retries, never judges an answer."""

import asyncio
import errno
import os
import socket
import ssl
from types import TracebackType
from typing import Final, Self

import httpx

from ..destinations.base import HttpRequest, HttpResponse
from ..errors import ForwarderError

CONNECT_TIMEOUT: Final = 3.0
MAX_ANSWER: Final = 64 * 1024
"""Bytes of an answer that are read; the rest is not."""


class NetworkError(ForwarderError):
    """No answer came. The message names the kind of failure, never the URL, which may hold a secret."""

    def __init__(self, reason: str, *, ours: bool = False) -> None:
        self.reason = reason
        self.ours = ours
        """True if no request could be formed: sending the same again is useless until someone mends it."""
        super().__init__(reason)


class Transport:
    """A connection pool to one destination."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_TIMEOUT, timeout)),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once; the whole attempt takes at most `timeout` seconds (httpx's own limit is for each read).

        Raises:
            NetworkError: no complete answer came.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(request)
        except TimeoutError:
            raise NetworkError(f"no answer within {self._timeout:g} s") from None
        except httpx.ConnectTimeout:
            raise NetworkError(f"no connection within {min(CONNECT_TIMEOUT, self._timeout):g} s") from None
        except httpx.TimeoutException:
            raise NetworkError(f"no answer within {self._timeout:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError) as error:
            raise NetworkError(f"the request could not be formed ({type(error).__name__})", ours=True) from None
        except httpx.HTTPError as error:
            raise NetworkError(_reason(error)) from None
        except Exception as error:  # noqa: BLE001 - whatever a library raises, the events stay and are tried again
            raise NetworkError(f"the request failed ({type(error).__name__})") from None

    async def _exchange(self, request: HttpRequest) -> HttpResponse:
        # Not compressed: an answer is short, and a few bytes of gzip can be a gigabyte of text.
        headers = {"Accept-Encoding": "identity", **request.headers}
        async with self._client.stream(request.method, request.url, content=request.body, headers=headers) as answer:
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


def _reason(error: httpx.HTTPError) -> str:
    """Words for a network failure, from the operating system's error where there is one."""
    link: BaseException | None = error
    while link is not None:
        # Before OSError, which these are too: their numbers are OpenSSL's and getaddrinfo's, not the system's.
        if isinstance(link, ssl.SSLCertVerificationError):
            # What follows the comma names the host.
            return f"the certificate is refused: {link.verify_message.split(',')[0]}"
        if isinstance(link, ssl.SSLError):
            return "the TLS handshake failed; is it a plain HTTP port?"
        if isinstance(link, socket.gaierror):
            return "the name could not be resolved"
        if isinstance(link, OSError) and link.errno is not None and link.errno in errno.errorcode:
            return os.strerror(link.errno).lower()
        link = link.__cause__ or link.__context__
    if isinstance(error, httpx.ConnectError):
        return "the connection failed"
    return f"the connection broke ({type(error).__name__})"
