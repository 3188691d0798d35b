"""The real forwarder process on its pipes: hello, frames, acknowledgements, accounts (P1), refusals (P9)."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.pipeline.counters import Account
from locust_failure_forwarder.pipeline.log import DeadLetter, Log
from locust_failure_forwarder.pipeline.log_letters import dead_letters
from locust_failure_forwarder.wire import MAX_FRAME, FrameType, pack
from support.forwarder_process import KEY, ForwarderProcess, config, only_log
from support.frames import AT, NODE, RUN_ID, captured, ids
from support.intake import OTHER_RUN
from support.locust_run import until
from support.logs import FAILURES


def _letters(log: Log) -> list[DeadLetter]:
    return [buried.letter for buried in dead_letters(log.connection, log.origin)]


NOBODY = "http://127.0.0.1:9/"  # the discard port, where nobody listens


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
    assert process.stderr() == ""


def test_two_bodies_of_the_largest_size_that_is_captured_fit_into_a_frame(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    ready = process.begin(config(tmp_path, NOBODY, "capture: {max_body_bytes: 256KiB}\n"))
    body = "\U0001f600" * ready["capture_bytes"]
    assert len(pack(FrameType.FAILURE, captured(request_body=body, response_body=body))) < MAX_FRAME


def test_what_the_newest_run_has_by_category_comes_back_as_soon_as_it_is_over(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    process.begin(config(tmp_path, NOBODY))
    process.fail(range(1, 4))
    process.fail([4], source="user_error")
    process.write(process.numbered(FrameType.RUN_STOPPED, {"run": RUN_ID, "at": AT + 5}))
    until(lambda: any(status.get("over") for status in process.of(FrameType.STATUS)), what="the last counts")
    counts = next(status for status in process.of(FrameType.STATUS) if status.get("over"))
    assert (counts["run"], counts["categories"]) == (RUN_ID, {"server_error": 3, "user_error": 1})
    assert [route["destination"] for route in counts["routes"]] == ["monitoring"]
    process.write(process.numbered(FrameType.RUN_STARTED, {"run": OTHER_RUN, "at": AT + 6, "node": NODE}))
    until(lambda: process.of(FrameType.STATUS)[-1]["run"] == OTHER_RUN, what="a status of the next run")
    newest = process.of(FrameType.STATUS)[-1]
    assert (newest["categories"], newest["over"]) == ({}, False)


def test_p9_a_bad_configuration_is_refused_with_its_message(tmp_path: Path, process: ForwarderProcess) -> None:
    process.send(FrameType.HELLO, {"config": str(config(tmp_path, "not-a-real-secret", "lag: {}\n"))})
    message = process.wait_for(FrameType.REFUSED)["message"]
    assert process.process.wait(timeout=10) == 2
    assert "2 problems in the configuration" in message
    assert "config.yaml:6:5: destinations.monitoring.url: " in message
    assert "not-a-real-secret" not in message
    assert not (tmp_path / "logs").exists()
    assert process.stderr() == ""


def test_p3_a_log_folder_that_cannot_be_used_is_replaced_by_a_temporary_one_and_named(
    tmp_path: Path, process: ForwarderProcess
) -> None:
    path = config(tmp_path, NOBODY)
    (tmp_path / "logs").write_text("a file")
    log = Path(process.begin(path)["log"])
    process.end(deadline=0)
    assert log.parent != tmp_path / "logs"
    assert "cannot use the log folder" in process.said()
    assert f"using {log.parent} instead" in process.said()
    shutil.rmtree(log.parent)


def test_a_locust_that_dies_before_it_says_hello_leaves_nothing(tmp_path: Path, process: ForwarderProcess) -> None:
    process.end(deadline=None)
    assert process.process.returncode == 1
    assert process.stderr() == ""
    assert list(tmp_path.iterdir()) == []


def test_p1_failures_are_acknowledged_delivered_and_accounted_for(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail(range(1, 1201))
    process.wait_for_ack(1200)
    process.end()
    assert process.process.returncode == 0
    assert sorted(monitoring.failures) == ids(range(1, 1201))
    assert sorted(record.sequence for record in monitoring.failures.values()) == list(range(1, 1201))
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
    process.write(b"\x00\x00\x00\x02" + bytes(8) + b"\xc1\xc1")
    process.fail([3])
    process.wait_for_ack(3)
    process.end()
    assert sorted(monitoring.failures) == ids(range(1, 4, 2))
    account = process.account()
    assert (account["captured"], account["delivered"], account["pending"], account["dead"]) == (4, 2, 0, 2)
    with only_log(tmp_path) as log:
        misshapen, undecodable = _letters(log)
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
    assert sorted(monitoring.failures) == ids(range(1, 2))
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
    assert sorted(monitoring.failures) == ids(range(1, 11))
    with only_log(tmp_path) as log:
        lost = [letter.reason for letter in _letters(log)]
        assert log.accounts()[FAILURES] == Account(captured=10 + len(lost), delivered=10, dead=len(lost))
    assert len(lost) == bool(torn)
    assert all("tore this frame" in reason for reason in lost)


def test_signals_are_for_locust_and_not_for_us(
    tmp_path: Path, process: ForwarderProcess, monitoring: MonitoringApi
) -> None:
    process.begin(config(tmp_path, monitoring.batch_url))
    process.fail([1])
    process.wait_for_ack(1)
    for sequence, number in enumerate((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), start=2):
        process.process.send_signal(number)
        process.fail([sequence])
        process.wait_for_ack(sequence)
    process.end()
    assert process.process.returncode == 0
    assert len(monitoring.failures) == 4


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
