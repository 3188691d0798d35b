"""How a forwarder process ends: in time (P5), by SIGKILL (P2), with a full disk (P1), and what replay makes of it."""

from pathlib import Path

from locust_failure_forwarder.commands.replay import replay_directory
from locust_failure_forwarder.demo.exchange import Reply, Request
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.selection import Selection
from locust_failure_forwarder.wire import FrameType, pack
from support.forwarder_process import KEY, ForwarderProcess, config, forwarder, only_log
from support.frames import captured, ids
from support.locust_run import until
from support.logs import FAILURES

NOBODY = "http://127.0.0.1:9/"  # the discard port, where nobody listens


class Silent(MonitoringApi):
    """Takes the connection and the request, and never answers."""

    def respond(self, request: Request) -> Reply:
        self.pause(60)
        return super().respond(request)


def _replay(directory: Path, recovered: MonitoringApi) -> int:
    configuration = config(directory, recovered.batch_url)
    return replay_directory(directory / "logs", configuration, {"MONITORING_API_KEY": KEY}, Selection(), None, 20)


def test_p2_p5_while_the_destination_is_down_the_exit_is_in_time_and_replay_sends_all_with_the_sameids(
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
        assert sorted(recovered.failures) == ids(range(1, 51))
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
        assert sorted(recovered.failures) == ids(range(1, 501))


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
        acknowledged = max(ack["number"] for ack in process.of(FrameType.ACK))
        process.process.kill()
        process.process.wait()
        assert _replay(tmp_path, monitoring) == 0
        assert set(monitoring.failures) >= set(ids(range(1, acknowledged)))  # the first frame was the run's start
        numbers = [record.sequence for record in monitoring.failures.values()]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "no gap"
        assert monitoring.duplicates <= 20 * 8, "at least once: the batches under way may come twice, and no other"


def test_p1_p2_a_full_disk_costs_nothing_as_long_as_memory_has_room(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = config(tmp_path, monitoring.batch_url)
    path.write_text(path.read_text().replace("max_age: 50ms", "max_age: 50ms, max_records: 20"))
    monitoring.fault = lambda _: 503
    with forwarder(tmp_path, max_file_bytes=400_000) as process:
        process.begin(path)
        for first in range(1, 2001, 100):
            process.fail(range(first, first + 100))
        until(lambda: "the log cannot be written" in process.said(), what="a full disk")
        assert process.process.poll() is None, "the test goes on"
        monitoring.fault = None
        process.give_room()
        process.wait_for_ack(2000)
        process.end()
        assert process.process.returncode == 0, process.stderr()
        account = process.account()
    assert (account["captured"], account["delivered"], account["dropped"]) == (2000, 2000, {})
    assert sorted(monitoring.failures) == ids(range(1, 2001))
    assert process.said().count("the log cannot be written") == 1
    assert process.said().count("the log can be written again") == 1


def test_p1_what_a_full_disk_has_not_taken_by_the_end_is_counted(tmp_path: Path, monitoring: MonitoringApi) -> None:
    path = config(tmp_path, monitoring.batch_url)
    monitoring.fault = lambda _: 503
    with forwarder(tmp_path, max_file_bytes=400_000) as process:
        process.begin(path)
        process.fail(range(1, 2001))
        until(lambda: "the log cannot be written" in process.said(), what="a full disk")
        seconds = process.end(deadline=0.5)
        assert process.process.returncode == 0, process.stderr()
        account = process.account()
        acknowledged = max(ack["number"] for ack in process.of(FrameType.ACK))
    assert seconds < 0.5 + 1.0 + 1.0
    lost = account["dropped"]["log_error"]
    assert lost > 0
    assert account["captured"] == 2000 == account["delivered"] + account["pending"] + lost
    assert acknowledged == 2001, "what is accounted for must not be counted once more by the plugin"
    assert f"{lost} records could not be written to the log" in process.said()
    monitoring.fault = None
    assert _replay(tmp_path, monitoring) == 0
    assert len(monitoring.failures) == 2000 - lost
