"""The demo's servers on real sockets of the loopback interface."""

import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from locust_failure_forwarder.demo.exchange import RESET, Reply, Request
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from locust_failure_forwarder.demo.secrets_planted import DATABASE_PASSWORD, PASSWORD, PLANTED
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.demo.shop import Shop
from locust_failure_forwarder.demo.slack import SlackReceiver
from support.schema_golden import body, document, encode, replaced

WEB = httpx.Client()  # one for all tests: making one costs more than most of them
AUTH = {"Authorization": f"Bearer {API_KEY}"}


@pytest.fixture(scope="module", autouse=True)
def web_is_closed() -> Iterator[None]:
    yield
    WEB.close()


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


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop(slow=0.05) as server:
        yield server


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    with MonitoringApi() as server:
        yield server


@pytest.fixture
def slack() -> Iterator[SlackReceiver]:
    with SlackReceiver() as server:
        yield server


def connection(server: LoopbackServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", httpx.URL(server.url).port, timeout=5)


# The server itself


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


# The shop


def test_shop_is_calm_at_first_and_fails_in_a_burst(shop: Shop) -> None:
    with httpx.Client(base_url=shop.url) as client:

        def failing() -> int:
            pages = ("/", "/products", "/products/7")
            return sum(client.get(pages[n % 3]).status_code >= 500 for n in range(300))

        assert failing() < 6
        shop.burst = True
        assert failing() > 120
        shop.burst = False
        assert failing() < 6


def test_shop_with_the_same_seed_fails_at_the_same_requests() -> None:
    def statuses(seed: int) -> list[int]:
        with Shop(seed=seed) as shop, httpx.Client(base_url=shop.url) as client:
            shop.burst = True
            return [client.get("/").status_code for _ in range(30)]

    assert statuses(5) == statuses(5) != statuses(6)


@pytest.mark.parametrize(
    ("method", "page", "status"),
    [
        ("GET", "/products/100", 200),
        ("GET", "/products/101", 404),
        ("GET", "/products/0", 404),
        ("GET", "/products/x", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/checkout", 404),
        ("POST", "/checkout", 500),
        ("POST", "/login", 401),
        ("GET", "/search", 429),
        ("GET", "/slow", 200),
        ("GET", "/cart", 200),
    ],
)
def test_each_page_fails_in_its_own_way(shop: Shop, method: str, page: str, status: int) -> None:
    assert WEB.request(method, shop.url + page).status_code == status


def test_search_says_when_to_come_back(shop: Shop) -> None:
    assert WEB.get(f"{shop.url}/search").headers["retry-after"] == "2"


def test_cart_looks_fine_but_tells_of_an_error(shop: Shop) -> None:
    assert WEB.get(f"{shop.url}/cart").json()["status"] == "error"


def test_slow_page_outlasts_the_client() -> None:
    with Shop(slow=30) as shop, pytest.raises(httpx.ReadTimeout):
        WEB.get(f"{shop.url}/slow", timeout=0.2)


def test_reset_page_resets(shop: Shop) -> None:
    with pytest.raises(httpx.ReadError):
        WEB.get(f"{shop.url}/reset")


@pytest.mark.parametrize("sent", [{"json": {"password": PASSWORD}}, {"content": PASSWORD.encode()}, {"content": b"["}])
def test_checkout_repeats_what_was_sent(shop: Shop, sent: dict[str, Any]) -> None:
    answer = WEB.post(f"{shop.url}/checkout", **sent)
    expected = sent["json"] if "json" in sent else sent["content"].decode()
    assert answer.json()["input"] == expected


def test_errors_of_common_pages_hold_secrets_of_both_sides(shop: Shop) -> None:
    shop.burst = True
    with httpx.Client(base_url=shop.url, headers={"Authorization": "Bearer not-a-real-key"}) as client:
        errors = [answer for answer in (client.get("/") for _ in range(30)) if answer.status_code >= 500]
    assert errors
    assert all(DATABASE_PASSWORD in error.text and "not-a-real-key" in error.text for error in errors)
    assert all("session=" in error.headers["set-cookie"] for error in errors)


def test_planted_secrets_differ_and_are_long_enough_to_be_searched_for() -> None:
    assert len(set(PLANTED)) == len(PLANTED)
    assert all(len(secret) >= 16 for secret in PLANTED)
    assert not [(a, b) for a in PLANTED for b in PLANTED if a != b and a in b]


# The monitoring API


def post(monitoring: MonitoringApi, content: bytes, **headers: str) -> httpx.Response:
    return WEB.post(monitoring.batch_url, content=content, headers=AUTH | headers)


@pytest.mark.parametrize("kind", ["failures", "alerts", "summaries"])
@pytest.mark.parametrize("compressed", [True, False])
def test_monitoring_takes_every_kind_once(monitoring: MonitoringApi, kind: str, compressed: bool) -> None:
    plain = body(f"{kind}.complete")
    content = gzip.compress(plain) if compressed else plain
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    ids = [UUID(record["id"]) for record in document(f"{kind}.complete")[kind]]

    first, second = (post(monitoring, content, **headers) for _ in range(2))

    assert (first.status_code, first.json()) == (200, {"accepted": len(ids), "duplicates": 0})
    assert second.json() == {"accepted": 0, "duplicates": len(ids)}
    assert list(getattr(monitoring, kind)) == ids
    assert monitoring.duplicates == len(ids)
    assert [batch.kind for batch in monitoring.batches] == [kind, kind]
    assert monitoring.raw_bodies == (plain, plain)


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{}", {}, 400),
        (body("failures.complete"), {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(body("failures.complete"))[:-9], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(body("failures.complete")), {}, 400),
        (body("failures.complete"), {"Content-Encoding": "br"}, 415),
        (body("failures.complete"), {"Idempotency-Key": "other"}, 400),
        (body("failures.complete"), {"Authorization": "Bearer other"}, 401),
        (encode(document("failures.complete") | {"schema_version": "2.0"}), {}, 400),
        (encode(replaced(document("failures.complete"), ("failures", 0, "sequence"), "1")), {}, 400),
    ],
)
def test_monitoring_refuses(monitoring: MonitoringApi, content: bytes, headers: dict[str, str], status: int) -> None:
    answer = post(monitoring, content, **headers)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert monitoring.batches == ()
    assert monitoring.failures == {}
    assert len(monitoring.raw_bodies) == 1


def test_monitoring_knows_one_address_and_method(monitoring: MonitoringApi) -> None:
    assert WEB.post(monitoring.url, headers=AUTH).status_code == 404
    assert WEB.get(monitoring.batch_url, headers=AUTH).status_code == 405


def test_monitoring_writes_new_records_as_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "out" / "received.jsonl"
    with MonitoringApi(jsonl=path) as monitoring:
        for name in ("failures.complete", "alerts.complete", "failures.complete"):
            assert post(monitoring, body(name)).status_code == 200

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["failures", "failures", "alerts", "alerts"]
    assert lines[0]["record"]["error"]["category"] == "server_error"


def test_monitoring_shows_each_batch_as_it_comes() -> None:
    kinds: list[str] = []
    with MonitoringApi(on_batch=lambda batch: kinds.append(batch.kind)) as monitoring:
        post(monitoring, body("alerts.minimal"))
        post(monitoring, b"no batch")
    assert kinds == ["alerts"]


def test_monitoring_that_loses_an_answer_sees_duplicates(monitoring: MonitoringApi) -> None:
    monitoring.fault = lambda number: 503 if number == 1 else None
    monitoring.fault_after_work = True

    assert post(monitoring, body("failures.complete")).status_code == 503
    assert post(monitoring, body("failures.complete")).json() == {"accepted": 0, "duplicates": 2}


def test_monitoring_that_fails_outright_keeps_nothing(monitoring: MonitoringApi) -> None:
    monitoring.fault = lambda number: 500 if number == 1 else None

    assert post(monitoring, body("failures.complete")).status_code == 500
    assert monitoring.failures == {}
    assert post(monitoring, body("failures.complete")).json() == {"accepted": 2, "duplicates": 0}


def test_monitoring_counts_exactly_under_parallel_requests(monitoring: MonitoringApi) -> None:
    whole = document("failures.minimal")
    bodies = [
        encode(replaced(whole, ("failures", 0, "id"), f"01976a5e-7c1b-7000-8000-{number:012x}")) for number in range(40)
    ]

    def send(content: bytes) -> int:
        return post(monitoring, content).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, bodies * 2)) == {200}
    assert (len(monitoring.failures), monitoring.duplicates, len(monitoring.batches)) == (40, 40, 80)


# Slack


def test_slack_says_ok_and_keeps_the_message(slack: SlackReceiver) -> None:
    payload = {"text": "hello", "blocks": [{"type": "divider"}]}

    answer = WEB.post(slack.webhook_url, json=payload)

    assert (answer.status_code, answer.content) == (200, b"ok")
    (message,) = slack.messages
    assert (message.payload, message.text) == (payload, "hello")
    assert abs(message.at.timestamp() - time.time()) < 5


def test_slack_shows_each_message_as_it_comes() -> None:
    texts: list[str] = []
    with SlackReceiver(on_message=lambda message: texts.append(message.text)) as slack:
        WEB.post(slack.webhook_url, json={"text": "one"})
        WEB.post(slack.webhook_url, json={})
    assert texts == ["one"]


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "invalid_payload"),
        ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, "invalid_payload"),
        ({"json": ["text"]}, "invalid_payload"),
        ({"content": b'{"text":"x"}', "headers": {"Content-Type": "text/plain"}}, "invalid_payload"),
        (
            {
                "content": gzip.compress(b'{"text":"x"}'),
                "headers": {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            },
            "invalid_payload",
        ),
        ({"json": {}}, "no_text"),
        ({"json": {"text": ""}}, "no_text"),
        ({"json": {"text": "x", "blocks": [{"type": "divider"}] * 51}}, "invalid_blocks"),
        ({"json": {"text": "x", "blocks": [{"type": "nonsense"}]}}, "invalid_blocks"),
        (
            {"json": {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 3001}}]}},
            "invalid_blocks",
        ),
    ],
)
def test_slack_refuses_what_slack_refuses(slack: SlackReceiver, sent: dict[str, Any], word: str) -> None:
    answer = WEB.post(slack.webhook_url, **sent)

    assert (answer.status_code, answer.text) == (400, word)
    assert slack.messages == ()
    (refusal,) = slack.refused
    assert refusal.error == word
    assert bool(refusal.reasons) is (word == "invalid_blocks")
    assert str(refusal).startswith(word)


def test_slack_knows_one_webhook(slack: SlackReceiver) -> None:
    answer = WEB.post(f"{slack.url}/services/T000/B000/other", json={"text": "x"})
    assert (answer.status_code, answer.text) == (404, "no_service")
    assert WEB.get(slack.webhook_url).status_code == 405


def test_slack_limits_its_rate_if_told(slack: SlackReceiver) -> None:
    slack.fault = lambda number: 429 if number == 2 else None
    slack.fault_headers = {"Retry-After": "1"}

    statuses = [WEB.post(slack.webhook_url, json={"text": "x"}).status_code for _ in range(3)]

    assert statuses == [200, 429, 200]
    assert len(slack.messages) == 2
    assert len(slack.raw_bodies) == 3
