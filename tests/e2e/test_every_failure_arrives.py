"""P1: what Locust counted as failed stands at the receiver, in every way of running and stopping Locust."""

import signal
import socket
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.ledger import assert_exact, printed_accounts
from support.locust_run import FAST_USER, HTTP_USER, INSTALL, Locust, config_for, free_port, locust, until, web
from support.target import Target

RUN = (sys.executable, "-P", "-m", "locust_failure_forwarder.cli", "run")
FOREVER = ("--headless", "-u", "5", "-r", "50")


def test_headless_local(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    with locust(tmp_path, target.url, config_for(monitoring.batch_url)) as run:
        output = run.wait()
    assert run.process.returncode == 0, output
    assert_exact(run, monitoring, output)
    assert run.stats_failures() == len(monitoring.failures)
    (line,) = [line for line in printed_accounts(output) if "monitoring/failures" in line]
    count = len(monitoring.failures)
    assert f"captured {count} = delivered {count} + pending 0 + dead 0 + dropped 0" in line
    (summary,) = monitoring.summaries.values()
    assert summary.failures == count
    assert summary.categories == {"server_error": count}


def test_http_and_fast_http_users_together(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), INSTALL + HTTP_USER + FAST_USER) as run:
        output = run.wait()
    assert_exact(run, monitoring, output)
    by_class = {record.user.class_name for record in monitoring.failures.values() if record.user}
    assert by_class == {"Shopper", "Racer"}
    for record in monitoring.failures.values():
        assert record.response is not None
        assert record.response.status_code == 500
        assert record.response.body is not None
        assert "out of stock" in record.response.body
        assert record.request.body is not None
        assert record.user is not None
        assert record.user.task == "fail"


def test_without_touching_the_locustfile(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    # Locust puts this folder on sys.path; a file of such a name must shadow nothing of Python or ours.
    for name in ("http.py", "json.py", "schemas.py", "forwarder.py"):
        (tmp_path / name).write_text("raise ImportError('shadowed')\n")
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), HTTP_USER, command=RUN) as run:
        output = run.wait()
    assert run.process.returncode == 0, output
    assert_exact(run, monitoring, output)


def test_two_forked_workers(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    arguments = (*FOREVER, "-t", "2s", "--processes", "2", "--master-bind-port", str(free_port()))
    arguments += ("--master-port", arguments[-1])
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), arguments=arguments) as run:
        output = run.wait()
    assert_exact(run, monitoring, output)
    assert run.stats_failures() == len(monitoring.failures)
    nodes = {record.node.worker_id: record.node for record in monitoring.failures.values()}
    assert {node.role for node in nodes.values()} == {"worker"}
    assert {node.index for node in nodes.values()} == {0, 1}
    assert len({record.run.id for record in monitoring.failures.values()}) == 1, "one run, one run id"
    (summary,) = monitoring.summaries.values()
    assert summary.node.role == "master"
    assert summary.failures == len(monitoring.failures)
    assert summary.categories == {"server_error": summary.failures}, "as its workers counted them"
    (account,) = summary.deliveries
    assert (account.destination, account.captured) == ("monitoring", run.failures()), "of both workers together"
    assert account.captured == account.delivered + account.pending, "P1"


def test_sigterm_in_the_middle(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), arguments=FOREVER) as run:
        until(lambda: monitoring.failures, what="a first failure")
        run.signal_after(1.0, signal.SIGTERM)
        output = run.wait()
    assert run.process.returncode == 0, output
    assert_exact(run, monitoring, output)


def test_ctrl_c_in_the_middle(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), arguments=FOREVER) as run:
        until(lambda: monitoring.failures, what="a first failure")
        run.signal_after(1.0, signal.SIGINT, group=True)
        output = run.wait()
    assert run.process.returncode == 0, output
    assert_exact(run, monitoring, output)


def _master(port: int, workers: str, run_time: str) -> tuple[str, ...]:
    bind = ("--master-bind-host", "127.0.0.1", "--master-bind-port", str(port))
    return (*FOREVER, "-t", run_time, "--master", "--expect-workers", workers, *bind)


def _worker(folder: Path, host: str, config: str, port: int, *extra: str) -> AbstractContextManager[Locust]:
    folder.mkdir()
    arguments = ("--worker", "--master-host", "127.0.0.1", "--master-port", str(port), *extra)
    return locust(folder, host, config, arguments=arguments)


def test_a_master_and_workers_started_one_by_one_as_on_many_hosts(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    port = free_port()
    config = config_for(monitoring.batch_url)
    with (
        locust(tmp_path, target.url, config, arguments=_master(port, "2", "2s")) as master,
        _worker(tmp_path / "host-1", target.url, config, port) as one,
        _worker(tmp_path / "host-2", target.url, config, port) as two,
    ):
        outputs = [run.wait() for run in (master, one, two)]
    assert len(monitoring.failures) == one.failures() + two.failures() > 0, outputs
    assert not monitoring.duplicates
    assert len({record.run.id for record in monitoring.failures.values()}) == 1, "one run, one run id"
    assert {record.node.role for record in monitoring.failures.values()} == {"worker"}
    (summary,) = monitoring.summaries.values()
    assert summary.run.id == next(iter(monitoring.failures.values())).run.id
    assert summary.categories == {"server_error": len(monitoring.failures)}
    assert sum(endpoint.failures for endpoint in summary.top_endpoints) == len(monitoring.failures), (
        "Locust has cleared its endpoints by then, for --json-file"
    )
    assert [account.captured for account in summary.deliveries] == [len(monitoring.failures)]


def test_a_worker_that_was_started_without_a_configuration_says_so(
    tmp_path: Path, target: Target, monitoring: MonitoringApi
) -> None:
    port = free_port()
    config = config_for(monitoring.batch_url)
    with (
        locust(tmp_path, target.url, config, arguments=_master(port, "1", "1s")) as master,
        _worker(tmp_path / "host-1", target.url, config, port, "--failure-config", "") as worker,
    ):
        master.wait()
        output = worker.wait()
    assert "this worker was started without --failure-config" in output
    assert not monitoring.failures


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_with_two_forked_workers(
    tmp_path: Path, target: Target, monitoring: MonitoringApi, number: signal.Signals
) -> None:
    arguments = (*FOREVER, "--processes", "2", "--master-bind-port", str(free_port()))
    arguments += ("--master-port", arguments[-1])
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), arguments=arguments) as run:
        until(lambda: monitoring.failures, what="a first failure")
        run.signal_after(1.0, number, group=number == signal.SIGINT)
        output = run.wait()
    assert_exact(run, monitoring, output)


def test_two_runs_from_the_web_ui(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("--web-host", "127.0.0.1", "--web-port", str(port))
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), arguments=arguments) as run:
        until(lambda: _answers(port), what="the web UI")
        for number in (1, 2):
            before = len(monitoring.failures)
            assert web(url, "/swarm", b"user_count=3&spawn_rate=10")["success"]
            until(lambda before=before: len(monitoring.failures) > before + 20, what="failures of the run")
            assert web(url, "/stop", b"")["success"]
            until(lambda number=number: len(monitoring.summaries) == number, what="the run's summary")
        run.process.send_signal(signal.SIGTERM)
        output = run.wait()
    assert_exact(run, monitoring, output)
    ids = [summary.run.id for summary in monitoring.summaries.values()]
    assert len(set(ids)) == 2, "each run has its own id"
    (counts,) = run.counts()
    arrived = [sum(1 for r in monitoring.failures.values() if r.run.id == run_id) for run_id in ids]
    assert sorted(arrived) == sorted(counts["run_failures"])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_destination_that_comes_up_five_seconds_late(tmp_path: Path, target: Target) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/failures/batch"
    arguments = ("--headless", "-u", "1", "-t", "7s")
    with locust(tmp_path, target.url, config_for(url), arguments=arguments) as run:
        run.signal_after(5.0, 0)  # signal 0 only checks that it lives
        with MonitoringApi(port=port) as late:
            output = run.wait()
            assert_exact(run, late, output)
    assert "connection refused" in output
    assert "delivering again" in output
