"""Through real proxies on loopback, as the usual environment variables ask for. P4: never their credentials."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from locust_failure_forwarder.config.models import TlsConfig
from locust_failure_forwarder.demo.exchange import Reply
from locust_failure_forwarder.pipeline.deliver import MAX_CONNECTIONS, NetworkError, Transport
from support.certificates import CertificateFiles, our_ca
from support.proxy import Proxy
from support.sockets import SocketServer, TlsFront
from support.transport import SECRET, Echo, discreet, fail, request, send

HOST = "api.example.test"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] - pytest uses it
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo(Reply(202)) as server:
        yield server


@pytest.fixture
def front(server: Echo) -> Iterator[TlsFront]:
    with TlsFront(server.url, our_ca().server(HOST)) as front:
        yield front


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as proxy:
        yield proxy


@pytest.fixture
def tls(tmp_path: Path) -> TlsConfig:
    return TlsConfig(ca=CertificateFiles(tmp_path).ca)


def _elsewhere(url: str) -> str:
    """The same port of a host that only the proxy finds."""
    return f"{url.partition('://')[0]}://{HOST}:{urlsplit(url).port}/batch"


def _resolve_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let us find the host too."""
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if name == HOST else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_plain_http_goes_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, server: Echo, proxy: Proxy, variable: str
) -> None:
    monkeypatch.setenv(variable, proxy.url)
    assert send(_elsewhere(server.url)).status == 202
    assert proxy.lines == [f"POST {_elsewhere(server.url)} HTTP/1.1"]
    assert server.requests[0].body == b"{}"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_https_goes_through_a_tunnel_and_the_certificate_is_checked_at_its_end(
    monkeypatch: pytest.MonkeyPatch, front: TlsFront, proxy: Proxy, tls: TlsConfig, variable: str
) -> None:
    monkeypatch.setenv(variable, proxy.url)
    assert send(_elsewhere(front.url), tls=tls).status == 202
    assert proxy.lines == [f"CONNECT {HOST}:{front.port} HTTP/1.1"]
    front.context = our_ca().server("another.test")
    error = fail(_elsewhere(front.url), tls=tls)
    assert error.reason.startswith("the certificate is refused: Hostname mismatch")


def test_a_proxy_that_is_spoken_to_by_tls_may_have_a_certificate_of_the_configured_ca(
    monkeypatch: pytest.MonkeyPatch, server: Echo, proxy: Proxy, tls: TlsConfig
) -> None:
    with TlsFront(f"http://{proxy.address}", our_ca().server()) as encrypted:
        monkeypatch.setenv("HTTP_PROXY", encrypted.url)
        assert send(_elsewhere(server.url), tls=tls).status == 202
    assert len(proxy.lines) == 1


@pytest.mark.parametrize("exceptions", [HOST, "*", "other.test, example.test", ".example.test"])
def test_what_no_proxy_names_is_connected_to_directly(
    monkeypatch: pytest.MonkeyPatch, server: Echo, proxy: Proxy, exceptions: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", exceptions)
    _resolve_here(monkeypatch)
    assert send(_elsewhere(server.url)).status == 202
    assert proxy.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_loopback_address_never_goes_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, server: Echo, proxy: Proxy, host: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    assert send(server.url.replace("127.0.0.1", host)).status == 202
    assert proxy.connections == 0


def test_credentials_in_the_variable_are_shown_to_the_proxy_and_to_nobody_else(
    monkeypatch: pytest.MonkeyPatch, server: Echo, front: TlsFront, tls: TlsConfig
) -> None:
    with Proxy(ask=True) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert send(_elsewhere(server.url)).status == 202
        assert send(_elsewhere(front.url), tls=tls).status == 202
    assert "proxy-authorization" not in server.requests[1].headers


@pytest.mark.parametrize(
    ("refusal", "reason", "ours"),
    [
        (407, "407: the proxy asks for credentials", True),
        (403, "403: the proxy opens no connection", True),
        (429, "429: the proxy opens no connection", False),
        (502, "502: the proxy opens no connection", False),
    ],
)
def test_a_proxy_that_opens_no_tunnel_is_named_without_its_own_words(
    monkeypatch: pytest.MonkeyPatch, refusal: int, reason: str, ours: bool
) -> None:
    answer = f"HTTP/1.1 {refusal} {SECRET} {HOST}\r\nContent-Length: 0\r\n\r\n".encode()
    with Proxy(refusal=answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://load:{SECRET}@{proxy.address}")
        error = fail(f"https://{HOST}/{SECRET}")
    assert (error.reason, error.ours) == (reason, ours)


def test_a_proxy_that_asks_for_credentials_on_plain_http_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, server: Echo
) -> None:
    with Proxy(ask=True) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
        assert send(_elsewhere(server.url)).status == 407
    assert server.requests == ()


def test_a_proxy_that_cannot_be_reached_is_told_from_a_destination_that_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ALL_PROXY", f"http://load:{SECRET}@127.0.0.1:{closed.getsockname()[1]}")
        for scheme in ("http", "https"):
            assert fail(f"{scheme}://{HOST}/").reason == "the proxy cannot be reached: connection refused"


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        (
            "ALL_PROXY",
            f"socks5://load:{SECRET}@127.0.0.1:1",
            "SOCKS needs one package more: pip install 'httpx[socks]'",
        ),
        ("HTTPS_PROXY", f"ftp://{SECRET}@127.0.0.1", "expected an address such as http…"),
        ("HTTPS_PROXY", f"http://[{SECRET}", "expected an address such as http…"),
        ("HTTPS_PROXY", f"http://{SECRET}:99999", "expected an address such as http…"),
    ],
    ids=["socks", "ftp", "bracket", "port"],
)
def test_a_variable_that_names_no_usable_proxy_is_named_and_is_for_a_person_to_mend(
    monkeypatch: pytest.MonkeyPatch, server: Echo, variable: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(NetworkError) as caught:
        send(f"https://{HOST}/{SECRET}")
    assert str(caught.value).startswith(f"the proxy in {variable} cannot be used: {fault.rstrip('…')}")
    assert SECRET not in str(caught.value)
    assert caught.value.ours
    assert send(server.url).status == 202, "it is of no concern to a destination that needs no proxy"


def test_a_socks_proxy_for_all_is_of_no_concern_where_there_is_one_for_the_scheme(
    monkeypatch: pytest.MonkeyPatch, server: Echo, proxy: Proxy
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert send(_elsewhere(server.url)).status == 202


@pytest.mark.parametrize("kind", ["silent", "no-tls", "wrong-certificate"])
def test_p7_tunnels_that_fail_take_no_place_in_the_pool_for_ever(
    monkeypatch: pytest.MonkeyPatch, front: TlsFront, tls: TlsConfig, kind: str
) -> None:
    """httpcore 1.0.9 never gives back the place of a tunnel whose handshake failed; after eight, none is left."""
    good = front.context
    front.context = our_ca().server("another.test")

    def no_server(connection: socket.socket) -> None:
        if kind == "no-tls":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(65536)
        connection.recv(65536)

    async def fail_then_send(bad: str) -> int:
        async with Transport(0.2 if kind == "silent" else 5, tls) as transport:
            for _ in range(MAX_CONNECTIONS + 2):
                with pytest.raises(NetworkError) as caught:
                    await transport.send(request(bad))
                discreet(caught.value)
            front.context = good
            transport._timeout = 5  # pyright: ignore[reportPrivateUsage] - so that a slow machine fails no good request
            return (await transport.send(request(_elsewhere(front.url)))).status

    with Proxy() as proxy, SocketServer(no_server) as bad:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        url = front.url if kind == "wrong-certificate" else f"https://{bad.address}"
        assert asyncio.run(fail_then_send(_elsewhere(url))) == 202
