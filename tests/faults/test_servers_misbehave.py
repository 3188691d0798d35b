"""Servers that misbehave, against the transport and against the whole forwarder process. P1, P2, P4, P5, P7.

What each single fault comes to is held by tests/integration/test_transport*.py; here: that memory stays flat through
all of them, and that nothing is lost, nothing hushed up and nobody kept waiting.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import PATH, MonitoringApi
from locust_failure_forwarder.wire import FrameType
from support.attempts import measure
from support.certificates import CertificateFiles, our_ca
from support.forwarder_process import ForwarderProcess, config, forwarder
from support.frames import ids
from support.locust_run import until
from support.misbehaving import FAULTS, TAKES_ALL_TIME, Gigabyte, Serve
from support.proxy import CREDENTIALS, Proxy
from support.sockets import SocketServer, TlsFront, read_message

MIB = 1024 * 1024
HOST = "monitoring.example.test"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ForwarderProcess]:
    with forwarder(tmp_path) as started:
        yield started


def _addresses(stack: ExitStack, servers: Mapping[str, Serve]) -> dict[str, str]:
    return {name: f"http://{stack.enter_context(SocketServer(serve)).address}/" for name, serve in servers.items()}


def test_a_hundred_requests_through_all_faults_leave_memory_flat() -> None:
    with ExitStack() as stack:
        urls = _addresses(stack, {name: serve for name, (serve, _) in FAULTS.items()})
        measured = measure(7, 30, urls)
    assert len(FAULTS) * 7 > 100
    assert measured.outcomes == {name: outcome for name, (_, outcome) in FAULTS.items()}
    assert measured.peak < 2 * MIB
    assert measured.grown < 16 * MIB


def test_p5_what_has_no_end_takes_the_time_of_an_attempt_and_no_memory() -> None:
    with ExitStack() as stack:
        measured = measure(3, 0.3, _addresses(stack, TAKES_ALL_TIME))
    assert set(measured.outcomes.values()) == {"no answer within 0.3 s"}
    assert measured.peak < 2 * MIB
    assert measured.grown < 16 * MIB


def test_an_answer_of_a_gigabyte_is_let_go_after_64_kib() -> None:
    gigabyte = Gigabyte(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
    with ExitStack() as stack:
        measured = measure(1, 30, _addresses(stack, {"gigabyte": gigabyte}))
    assert measured.outcomes == {"gigabyte": "503, 65536 bytes"}
    assert gigabyte.most < 64 * MIB, "the kernel's buffers take a few MiB of it, and nobody the rest"


# -- the whole process ------------------------------------------------------------------------------------------------


def _note(process: ForwarderProcess) -> str | None:
    """What the latest STATUS frame says of the failures' route."""
    statuses = process.of(FrameType.STATUS)
    return statuses[-1]["routes"][0]["note"] if statuses else None


def _with_ca(path: Path, files: CertificateFiles) -> Path:
    text = path.read_text()
    path.write_text(text.replace("    send: [failures]\n", f"    send: [failures]\n    tls: {{ca: '{files.ca}'}}\n"))
    return path


def _warnings(process: ForwarderProcess, reason: str) -> int:
    return process.said().count(reason)


def test_p1_a_wrong_certificate_is_shown_once_keeps_everything_and_once_mended_all_is_delivered(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    expired = our_ca().server(until=timedelta(hours=-1))
    reason = "the certificate is refused: certificate has expired"
    with TlsFront(monitoring.url, expired) as front, forwarder(tmp_path) as process:
        process.begin(_with_ca(config(tmp_path, front.url + PATH), CertificateFiles(tmp_path)))
        process.fail(range(1, 51))
        process.wait_for_ack(50)
        until(lambda: _note(process) == reason, what="the reason in a STATUS frame")
        process.fail(range(51, 101))
        process.wait_for_ack(100)
        assert monitoring.requests == ()
        assert _warnings(process, reason) == 1
        assert front.connections < 20, "it is asked rarely"
        front.context = our_ca().server()
        process.send(FrameType.FLUSH, {})
        until(lambda: len(monitoring.failures) == 100, what="the delivery of all")
        process.end()
    account = process.account()
    assert (account["captured"], account["delivered"], account["pending"], account["dead"]) == (100, 100, 0, 0)
    assert sorted(monitoring.failures) == ids(range(1, 101))
    assert "delivering again" in process.said()
    assert _warnings(process, reason) == 1
    assert "127.0.0.1" not in process.said()


def test_p5_a_wrong_certificate_delays_the_exit_not_at_all(tmp_path: Path, monitoring: MonitoringApi) -> None:
    with TlsFront(monitoring.url, our_ca().server("another.test")) as front, forwarder(tmp_path) as process:
        process.begin(_with_ca(config(tmp_path, front.url + PATH), CertificateFiles(tmp_path)))
        process.fail([1])
        process.wait_for_ack(1)
        until(lambda: _note(process), what="a note")
        assert process.end(deadline=30.0) < 10
    account = process.account()
    assert (account["captured"], account["pending"]) == (1, 1)
    assert account["note"].startswith("the certificate is refused: IP address mismatch")


def test_p9_a_certificate_file_that_is_missing_stops_the_start(tmp_path: Path, process: ForwarderProcess) -> None:
    files = CertificateFiles(tmp_path)
    path = _with_ca(config(tmp_path, "https://127.0.0.1:9/"), files)
    Path(files.ca).unlink()
    process.send(FrameType.HELLO, {"config": str(path)})
    message = process.wait_for(FrameType.REFUSED)["message"]
    assert "config.yaml:9:11: destinations.monitoring.tls.ca: the file does not exist" in message
    assert process.process.wait(timeout=20) == 2


def test_p2_a_reset_after_the_body_was_accepted_sends_the_same_ids_again(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    monitoring.fault = lambda number: 0 if number <= 2 else None
    monitoring.fault_after_work = True
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail(range(1, 11))
    process.wait_for_ack(10)
    until(lambda: len(monitoring.requests) >= 3, what="a third request")
    process.end()
    account = process.account()
    assert (account["captured"], account["delivered"], account["pending"]) == (10, 10, 0)
    assert sorted(monitoring.failures) == ids(range(1, 11)), "none is missing, none invented"
    assert monitoring.duplicates > 0, "the fault was none"
    keys = [request.headers["idempotency-key"] for request in monitoring.requests]
    assert keys[0] in keys[1:], "the batch came again under its key"


@pytest.mark.parametrize("mended", [False, True], ids=["refused", "taken"])
def test_p4_a_proxy_that_asks_for_credentials_is_named_and_they_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, monitoring: MonitoringApi, mended: bool
) -> None:
    user, _, password = CREDENTIALS.partition(":")
    with Proxy(ask=True) as proxy, TlsFront(monitoring.url, our_ca().server(HOST)) as front:
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("https_proxy", proxy.url if mended else f"http://{user}:wrong-{password}@{proxy.address}")
        path = _with_ca(config(tmp_path, f"https://{HOST}:{front.port}{PATH}"), CertificateFiles(tmp_path))
        with forwarder(tmp_path) as process:
            process.begin(path)
            process.fail([1])
            process.wait_for_ack(1)
            until(lambda: mended or _note(process), what="a note")
            process.end()
            said = str(process.frames) + process.stderr()
    account = process.account()
    assert (account["delivered"], account["pending"]) == ((1, 0) if mended else (0, 1))
    assert account["note"] == (None if mended else "407: the proxy asks for credentials")
    assert password not in said
    assert proxy.address not in said


HANGING_RESOLVER = f"""
import socket, time
real = socket.getaddrinfo
def look_up(host, *args, **kwargs):
    if host in ("{HOST}", b"{HOST}"):
        time.sleep(600)
    return real(host, *args, **kwargs)
socket.getaddrinfo = look_up
"""


def test_p5_a_name_server_that_never_answers_delays_the_exit_by_the_deadline_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(HANGING_RESOLVER)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    with forwarder(tmp_path) as process:
        process.begin(config(tmp_path, f"http://{HOST}/"))
        process.fail([1])
        process.wait_for_ack(1)
        assert process.end(deadline=1.0) < 5
    assert process.process.returncode == 0
    assert process.account()["pending"] == 1


def test_p7_a_server_that_keeps_no_connection_as_it_promised_is_no_failure(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    with SocketServer(lambda connection: _one_exchange(connection, monitoring)) as front:
        process.begin(config(tmp_path, f"http://{front.address}{PATH}"))
        for number in range(1, 11):
            process.fail([number])
            process.wait_for_ack(number)
            until(lambda number=number: len(monitoring.failures) == number, what=f"delivery {number}")
        process.end()
    assert process.account()["delivered"] == 10
    assert front.connections > 5, "the fault was none"
    assert "not delivered" not in process.said()


def _one_exchange(connection: socket.socket, monitoring: MonitoringApi) -> None:
    """Hand one request on, promise to keep the connection, and end it when the next one has been read."""
    request = read_message(connection)
    with socket.create_connection(("127.0.0.1", int(monitoring.url.rpartition(":")[2]))) as upstream:
        upstream.sendall(request)
        connection.sendall(read_message(upstream))
    read_message(connection)
