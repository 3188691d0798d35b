"""The base of the demo's servers, on real sockets of the loopback interface."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from locust_failure_forwarder.demo.exchange import RESET, Reply, Request
from locust_failure_forwarder.demo.server import LoopbackServer
from support.web import WEB


class Echo(LoopbackServer):
    """Answers with what it was asked; `/reset` resets, `/pause` takes a minute, `/broken` raises."""

    def respond(self, request: Request) -> Reply:
        if request.path == "/reset":
            return RESET
        if request.path == "/pause":
            self.pause(60)
        if request.path == "/broken":
            raise ZeroDivisionError
        return Reply(200, request.body or request.query.encode(), {"X-Method": request.method})


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        yield server


def connection(server: LoopbackServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", httpx.URL(server.url).port, timeout=5)


def test_server_answers_what_it_was_asked(echo: Echo) -> None:
    assert WEB.post(f"{echo.url}/x", content=b"data").content == b"data"
    assert WEB.put(f"{echo.url}/x?a=b%20c").text == "a=b%20c"
    assert [WEB.request(m, echo.url).headers["x-method"] for m in ("DELETE", "PATCH")] == ["DELETE", "PATCH"]


def test_server_keeps_connections_open_between_requests(echo: Echo) -> None:
    client = connection(echo)
    try:
        client.request("GET", "/?1")
        assert client.getresponse().read() == b"1"
        first = client.sock
        client.request("HEAD", "/?2")
        assert client.getresponse().read() == b""
        client.request("GET", "/?3")
        assert client.getresponse().read() == b"3"
        assert client.sock is first is not None
    finally:
        client.close()


def test_answers_are_not_held_back_for_a_delayed_acknowledgement(echo: Echo) -> None:
    """Nagle's algorithm would cost 40 ms for each of the 50 requests."""
    with httpx.Client(base_url=echo.url) as client:
        began = time.monotonic()
        for number in range(50):
            client.get(f"/?{number}")
        assert time.monotonic() - began < 1.5


def test_reset_is_a_reset_and_no_clean_end(echo: Echo) -> None:
    client = connection(echo)
    try:
        client.request("GET", "/reset")
        with pytest.raises(ConnectionResetError):
            client.getresponse()
    finally:
        client.close()


def test_server_listens_on_the_loopback_interface_only(echo: Echo) -> None:
    assert echo.url.startswith("http://127.0.0.1:")
    with (
        pytest.raises(OSError, match="refused"),
        socket.create_connection(("127.0.0.2", httpx.URL(echo.url).port or 0)),
    ):
        pass


def test_stop_ends_open_connections_and_threads() -> None:
    echo = Echo().start()
    before = threading.active_count()
    client = connection(echo)
    client.request("GET", "/pause")
    while threading.active_count() == before:
        time.sleep(0.01)

    began = time.monotonic()
    echo.stop()

    assert time.monotonic() - began < 3
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("demo-")]
    client.close()
    with pytest.raises(httpx.ConnectError):
        WEB.get(echo.url)


def test_stop_may_be_called_twice_and_before_start() -> None:
    echo = Echo()
    echo.stop()
    with pytest.raises(RuntimeError):
        _ = echo.url
    echo.start()
    echo.stop()
    echo.stop()


def test_restarted_server_has_the_same_address(echo: Echo) -> None:
    url = echo.url
    with pytest.raises(RuntimeError):
        echo.start()
    echo.stop()
    echo.start()
    assert echo.url == url
    assert WEB.get(url).status_code == 200


def test_taken_port_is_an_error_at_start(echo: Echo) -> None:
    second = Echo(port=httpx.URL(echo.url).port or 0)
    with pytest.raises(OSError, match="in use"):
        second.start()
    second.stop()


def test_body_without_length_is_refused(echo: Echo) -> None:
    assert WEB.post(echo.url, content=iter([b"chunk"])).status_code == 411


def test_client_that_goes_away_disturbs_nobody(echo: Echo, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(echo.url).port or 0)) as rude:
        rude.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
    assert WEB.get(echo.url).status_code == 200
    assert capfd.readouterr() == ("", "")


def test_bug_in_an_answer_is_shown(echo: Echo, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        WEB.get(f"{echo.url}/broken")
    echo.stop()
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_fault_answers_instead_by_number(echo: Echo) -> None:
    echo.fault = {1: 503, 3: 0}.get
    echo.fault_headers = {"Retry-After": "7"}

    first = WEB.post(echo.url, content=b"one")
    assert (first.status_code, first.headers["retry-after"]) == (503, "7")
    assert WEB.post(echo.url, content=b"two").content == b"two"
    with pytest.raises(httpx.ReadError):
        WEB.post(echo.url, content=b"three")
    assert echo.raw_bodies == (b"one", b"two", b"three")


@pytest.mark.parametrize("status", [204, 304, 404, 500, 599])
def test_every_status_leaves_the_connection_usable(echo: Echo, status: int) -> None:
    echo.fault = lambda number: status if number == 1 else None
    with httpx.Client(base_url=echo.url) as client:
        assert client.get("/").status_code == status
        assert client.get("/?after").text == "after"


def test_requests_are_kept_only_if_asked() -> None:
    with Echo(keep_requests=False) as echo:
        WEB.get(echo.url)
        assert echo.requests == ()
