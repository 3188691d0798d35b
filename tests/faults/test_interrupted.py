"""Ctrl-C that hits code of the plugin itself, in a real Locust: nothing lost, nothing said twice. P1, P3, P5."""

import signal
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.ledger import assert_exact, printed_accounts
from support.locust_run import HTTP_USER, INSTALL, config_for, locust, until
from support.target import Target

FOREVER = ("--headless", "-u", "5", "-r", "50")

HIT = """
import signal
import gevent.os
from locust_failure_forwarder.plugin import capture, child, listener, sampler, tally
_there = {there}
_name = {name!r}
_doing = getattr(_there, _name)
_calls = 0

def _hit(*arguments):
    global _calls
    result = _doing(*arguments)
    _calls += 1
    if _calls == {call}:
        signal.raise_signal(signal.SIGINT)
    return result

setattr(_there, _name, _hit)
"""
"""Appended to the locustfile: an interrupt right after something has been done, and before anybody knows."""


@pytest.mark.parametrize(
    ("there", "name", "call"),
    [
        ("gevent.os", "nb_write", 40),
        ("gevent.os", "nb_read", 40),
        ("listener", "request_failure", 60),
        ("sampler.Sampler", "sample", 3),
        ("tally.Tally", "on_status", 3),
    ],
    ids=["bytes written", "bytes read", "a failure copied", "a sample taken", "a status read"],
)
def test_p5_locust_ends_as_ever_and_everything_arrives(
    tmp_path: Path, target: Target, monitoring: MonitoringApi, there: str, name: str, call: int
) -> None:
    locustfile = INSTALL + HTTP_USER + HIT.format(there=there, name=name, call=call)
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), locustfile, FOREVER) as run:
        output = run.wait()
    assert run.process.returncode == 0, output
    assert_exact(run, monitoring, output)
    (summary,) = monitoring.summaries.values()
    assert summary.failures == run.failures()
    assert any(f"captured {run.failures()} = delivered {run.failures()} " in line for line in printed_accounts(output))
    assert output.count("KeyboardInterrupt") == 1, output
    assert "Traceback" not in output, "as after an interrupt that hits while nothing runs"


def test_a_second_ctrl_c_while_it_delivers_ends_the_wait(tmp_path: Path, target: Target) -> None:
    with MonitoringApi() as gone:
        url = gone.batch_url
    with locust(tmp_path, target.url, config_for(url, deadline="6s"), INSTALL + HTTP_USER, FOREVER) as run:
        until(lambda: list(tmp_path.glob(".locust-failures/*.db")), what="a log")
        run.signal_after(1.5, signal.SIGINT)
        run.signal_after(2.0, signal.SIGINT)
        output = run.wait(timeout=20)
    assert run.process.returncode == 0, output
    assert "interrupted; the forwarder process goes on by itself" in output
