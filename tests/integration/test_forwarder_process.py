"""The real forwarder process on its pipes. P1 accounts, P2 nothing acknowledged is lost, P5 exits, P9 refusals."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from locust_failure_forwarder.commands.replay import replay_directory
from locust_failure_forwarder.demo.exchange import Reply, Request
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.wire import MAX_FRAME, FrameType, pack
from support.forwarder_process import KEY, ForwarderProcess, config, forwarder, only_log
from support.frames import captured
from support.locust_run import until
from support.logs import FAILURES

NOBODY = "http://127.0.0.1:9/"  # the discard port, where nobody listens


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ForwarderProcess]:
    with forwarder(tmp_path) as started:
        yield started


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    with MonitoringApi() as server:
        yield server


class Silent(MonitoringApi):
    """Takes the connection and the request, and never answers."""

    def respond(self, request: Request) -> Reply:
        self.pause(60)
        return super().respond(request)


def _stderr(process: ForwarderProcess) -> str:
    assert process.process.stderr is not None
    return process.process.stderr.read().decode()


def _ids(sequences: range) -> list[UUID]:
    return [UUID(bytes=captured(number)["id"]) for number in sequences]


def _replay(directory: Path, recovered: MonitoringApi) -> int:
    return replay_directory(directory / "logs", config(directory, recovered.batch_url), {"MONITORING_API_KEY": KEY}, 20)


def test_hello_is_answered_with_what_the_plugin_has_to_know(tmp_path: Path, process: ForwarderProcess) -> None:
    extra = "capture: {response_body: false, max_body_bytes: 32KiB}\nflush: {deadline: 3s}\n"
    ready = process.begin(config(tmp_path, NOBODY, extra))
    assert process.frames[0].type == FrameType.READY
    log = ready.pop("log")
    assert Path(log).parent == tmp_path / "logs"
    assert ready == {
        "request_body": True,
        "response_body": False,
        "capture_bytes": 128 * 1024,
        "deadline": 3.0,
        "destinations": ["monitoring"],
    }
    process.end()
    assert process.process.returncode == 0
    assert _stderr(process) == ""


def test_two_bodies_of_the_largest_size_that_is_captured_fit_into_a_frame(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    ready = process.begin(config(tmp_path, NOBODY, "capture: {max_body_bytes: 100MiB}\n"))
    body = "\U0001f600" * ready["capture_bytes"]
    assert len(pack(FrameType.FAILURE, captured(request_body=body, response_body=body))) < MAX_FRAME


def test_p9_a_bad_configuration_is_refused_with_its_message(tmp_path: Path, process: ForwarderProcess) -> None:
    process.send(FrameType.HELLO, {"config": str(config(tmp_path, "not-a-real-secret", "lag: {}\n"))})
    message = process.wait_for(FrameType.REFUSED)["message"]
    assert process.process.wait(timeout=10) == 2
    assert "2 problems in the configuration" in message
    assert "config.yaml:6:5: destinations.monitoring.url: " in message
    assert "not-a-real-secret" not in message
    assert not (tmp_path / "logs").exists()
    assert _stderr(process) == ""


def test_p9_a_log_folder_that_cannot_be_used_is_refused_too(tmp_path: Path, process: ForwarderProcess) -> None:
    path = config(tmp_path, NOBODY)
    (tmp_path / "logs").write_text("a file")
    process.send(FrameType.HELLO, {"config": str(path)})
    assert "cannot use the log folder" in process.wait_for(FrameType.REFUSED)["message"]
    assert process.process.wait(timeout=10) == 2


def test_a_locust_that_dies_before_it_says_hello_leaves_nothing(tmp_path: Path, process: ForwarderProcess) -> None:
    process.end(deadline=None)
    assert process.process.returncode == 1
    assert _stderr(process) == ""
    assert list(tmp_path.iterdir()) == []


def test_p1_failures_are_acknowledged_delivered_in_order_and_accounted_for(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail(range(1, 1201))
    process.wait_for_ack(1200)
    process.end()
    assert process.process.returncode == 0
    assert list(monitoring.failures) == _ids(range(1, 1201))
    assert [record.sequence for record in monitoring.failures.values()] == list(range(1, 1201))
    assert monitoring.duplicates == 0
    account = process.account()
    assert (account["captured"], account["delivered"], account["pending"], account["dead"]) == (1200, 1200, 0, 0)
    with only_log(tmp_path) as log:
        assert log.accounts() == {FAILURES: Account(captured=1200, delivered=1200)}
    assert process.of(FrameType.STATUS), "the plugin shows progress from these"


def test_p1_a_failure_that_cannot_be_a_record_is_counted_and_kept_with_the_reason(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    secret = "not-a-real-password"
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail([1])
    process.fail([2], status="five hundred", context={"password": secret}, request_body=b"password=" + secret.encode())
    process.write(b"\x00\x00\x00\x02\xc1\xc1")
    process.fail([3])
    process.wait_for_ack(3)
    process.end()
    assert list(monitoring.failures) == _ids(range(1, 4, 2))
    account = process.account()
    assert (account["captured"], account["delivered"], account["pending"], account["dead"]) == (4, 2, 0, 2)
    with only_log(tmp_path) as log:
        (_, misshapen), (_, undecodable) = log.dead_letters()
        assert log.accounts()[FAILURES] == Account(captured=4, delivered=2, dead=2)
        assert log.unsettled(FAILURES) == 0
    assert misshapen.reason.startswith("invalid record: status: Input should be a valid integer")
    assert json.loads(misshapen.body)["sequence"] == 2
    assert secret.encode() not in misshapen.body
    assert undecodable.reason.startswith("a frame that cannot be decoded: ")


def test_p1_what_the_plugin_dropped_stands_in_the_accounts(tmp_path: Path, process: ForwarderProcess) -> None:
    process.begin(config(tmp_path, NOBODY))
    process.send(FrameType.DROPPED, {"reasons": {"buffer_full": 5}})
    process.end(0.2)
    account = process.account()
    assert (account["captured"], account["dropped"], account["pending"]) == (5, {"buffer_full": 5}, 0)


def test_p1_a_stream_that_breaks_costs_what_broke_and_nothing_before_it(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.write(pack(FrameType.FAILURE, captured(1)) + b"\xff\xff\xff\xff" + b"x" * 1000)
    process.process.wait(timeout=20)
    assert process.process.returncode == 0
    assert list(monitoring.failures) == _ids(range(1, 2))
    assert process.account()["dead"] == 1
    assert "the stream from the Locust process is broken" in process.said()


@pytest.mark.parametrize("torn", [b"", pack(FrameType.FAILURE, captured(11))[:-1]], ids=["whole", "torn"])
def test_the_end_of_the_file_is_the_order_to_drain_and_exit(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi, torn: bytes
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail(range(1, 11))
    process.write(torn)
    assert process.end(deadline=None) < 5
    assert process.process.returncode == 0
    assert list(monitoring.failures) == _ids(range(1, 11))
    with only_log(tmp_path) as log:
        lost = [letter.reason for _, letter in log.dead_letters()]
        assert log.accounts()[FAILURES] == Account(captured=10 + len(lost), delivered=10, dead=len(lost))
    assert len(lost) == bool(torn)
    assert all("tore this frame" in reason for reason in lost)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_for_locust_and_not_for_us(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi, number: signal.Signals
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail([1])
    process.wait_for_ack(1)
    process.process.send_signal(number)
    process.fail([2])
    process.wait_for_ack(2)
    process.end()
    assert process.process.returncode == 0
    assert len(monitoring.failures) == 2


def test_a_flush_sends_at_once_what_would_wait_for_company(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    path = config(tmp_path, monitoring.batch_url)
    path.write_text(path.read_text().replace("50ms", "60s"))
    process.begin(path)
    process.fail([1])
    process.wait_for_ack(1)
    time.sleep(0.3)
    assert not monitoring.failures
    process.send(FrameType.FLUSH, {})
    until(lambda: monitoring.failures, timeout=5, what="the flushed failure")


def test_p2_p5_while_the_destination_is_down_the_exit_is_in_time_and_replay_sends_all_with_the_same_ids(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    process.begin(config(tmp_path, NOBODY))
    process.fail(range(1, 51))
    process.wait_for_ack(50)
    assert process.end(deadline=1.0) < 2.0
    assert process.process.returncode == 0
    assert process.account()["pending"] == 50
    assert process.account()["note"] == "connection refused"
    assert "monitoring/failures: not delivered yet, everything is kept: connection refused" in process.said()
    with MonitoringApi() as recovered:
        assert _replay(tmp_path, recovered) == 0
        assert list(recovered.failures) == _ids(range(1, 51))
        assert recovered.duplicates == 0
    with only_log(tmp_path) as log:
        assert log.accounts()[FAILURES] == Account(captured=50, delivered=50)


def test_p5_a_destination_that_never_answers_delays_the_exit_by_the_deadline_alone(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    with Silent() as silent:
        process.begin(config(tmp_path, silent.batch_url))
        process.fail(range(1, 11))
        until(lambda: silent.requests, what="a request")
        assert process.end(deadline=0.5) < 1.5
    assert process.process.returncode == 0
    assert process.account()["pending"] == 10


def test_p5_a_destination_that_refuses_our_credentials_delays_the_exit_not_at_all(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    path = config(tmp_path, monitoring.batch_url)
    path.write_text(path.read_text().replace("${MONITORING_API_KEY}", "another-not-a-real-key"))
    process.begin(path)
    process.fail([1])
    until(lambda: monitoring.requests, what="a request")
    assert process.end(deadline=20.0) < 3.0
    assert process.account()["pending"] == 1
    assert "another-not-a-real-key" not in str(process.frames)


def test_p5_without_any_time_to_deliver_everything_that_was_read_is_on_disk(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    frames = b"".join(pack(FrameType.FAILURE, captured(number)) for number in range(1, 1001))
    process.write(frames + pack(FrameType.CLOSE, {"deadline": 0}))
    process.process.wait(timeout=20)
    account = process.account()
    assert account["captured"] == 1000
    assert account["pending"] == 1000 - account["delivered"]
    with only_log(tmp_path) as log:
        assert log.unsettled(FAILURES) == account["pending"]


def test_p2_what_was_acknowledged_survives_a_sigkill_and_is_replayed(tmp_path: Path, process: ForwarderProcess) -> None:
    process.begin(config(tmp_path, NOBODY))
    process.fail(range(1, 501))
    process.wait_for_ack(500)
    process.process.kill()
    process.process.wait()
    with MonitoringApi() as recovered:
        assert _replay(tmp_path, recovered) == 0
        assert list(recovered.failures) == _ids(range(1, 501))


def test_p2_a_sigkill_in_the_middle_of_deliveries_loses_nothing_acknowledged(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    with MonitoringApi() as monitoring:
        path = config(tmp_path, monitoring.batch_url)
        path.write_text(path.read_text().replace("max_age: 50ms", "max_age: 1ms, max_records: 20"))
        process.begin(path)
        for first in range(1, 1001, 100):
            process.fail(range(first, first + 100))
        until(lambda: len(monitoring.failures) > 100, what="some deliveries")
        acknowledged = max(ack["sequence"] for ack in process.of(FrameType.ACK))
        process.process.kill()
        process.process.wait()
        assert _replay(tmp_path, monitoring) == 0
        assert set(monitoring.failures) >= set(_ids(range(1, acknowledged + 1)))
        numbers = [record.sequence for record in monitoring.failures.values()]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "no gap"
        assert monitoring.duplicates <= 20, "at least once: the batch under way may come twice, and no other"


def test_p1_a_full_disk_costs_what_it_cannot_take_counted_and_told_and_not_the_process(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    path = config(tmp_path, monitoring.batch_url)
    path.write_text(path.read_text().replace("max_age: 50ms", "max_age: 50ms, max_records: 3"))
    monitoring.fault = lambda _: 503
    with forwarder(tmp_path, max_file_bytes=400_000) as process:
        process.begin(path)
        for first in range(1, 1001, 100):
            process.fail(range(first, first + 100))
        process.wait_for_ack(1000)
        for single in range(1001, 1021):  # until there is no room for a single one, nor for a cursor
            process.fail([single])
            process.wait_for_ack(single)
        monitoring.fault = None
        process.send(FrameType.FLUSH, {})
        until(lambda: "the log cannot be used" in str(process.of(FrameType.STATUS)[-1]), what="a held up route")
        seconds = process.end(deadline=0.5)
        assert process.process.returncode == 0, _stderr(process)
        account = process.account()
    assert seconds < 1.5
    lost = account["dropped"]["log_error"]
    assert lost > 0
    assert account["captured"] == 1020 == account["delivered"] + account["pending"] + lost
    assert 0 < len(monitoring.failures) == account["delivered"] + 3, "one batch arrived and could not be settled"
    assert monitoring.duplicates == 0
    assert 0 < process.said().count("what comes now is dropped and counted") <= 3, (
        "again where a smaller one had fitted"
    )
    assert _replay(tmp_path, monitoring) == 0
    assert len(monitoring.failures) == 1020 - lost
    assert monitoring.duplicates == 3, "at least once"


def test_records_and_dead_letters_on_disk_hold_no_secret(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    headers = [["Authorization", "Bearer not-a-real-token-4711"]]
    process.begin(config(tmp_path, f"{monitoring.batch_url}?key=not-a-real-token-17"))
    process.fail([1], request_headers=headers)
    process.fail([2], request_headers=headers, elapsed_ms=-1)
    process.end()
    assert len(monitoring.failures) == 1
    for file in (tmp_path / "logs").iterdir():
        assert b"not-a-real-token" not in file.read_bytes(), file.name
        assert KEY.encode() not in file.read_bytes(), file.name
    assert all(b"not-a-real-token-4711" not in body for body in monitoring.raw_bodies)
