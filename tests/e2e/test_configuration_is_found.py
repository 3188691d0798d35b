"""The configuration is found wherever Locust looks for its own options, and without one nothing happens."""

import re
import sys
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.ledger import assert_exact
from support.locust_run import HTTP_USER, config_for, locust
from support.target import Target


def test_a_locust_without_a_configuration_is_left_alone(tmp_path: Path, target: Target) -> None:
    command = (sys.executable, "-c", "import sys; sys.argv.remove('--failure-config'); "
               "sys.argv.remove('config.yaml'); from locust.main import main; main()")  # fmt: skip
    with locust(tmp_path, target.url, "", command=command) as run:
        output = run.wait()
    assert run.process.returncode == 0
    assert run.failures() > 0
    assert "forwarding" not in output
    assert not (tmp_path / ".locust-failures").exists()


@pytest.mark.parametrize("way", ["environment", "locust.conf", "pyproject.toml"])
def test_the_configuration_can_be_named_everywhere_locust_looks(
    tmp_path: Path, target: Target, monitoring: MonitoringApi, way: str
) -> None:
    preamble = "import sys; sys.argv.remove('--failure-config'); sys.argv.remove('config.yaml'); "
    if way == "environment":
        preamble += "import os; os.environ['LOCUST_FAILURE_CONFIG'] = 'config.yaml'; "
    elif way == "locust.conf":
        (tmp_path / "locust.conf").write_text("failure-config = config.yaml\n")
    else:
        (tmp_path / "pyproject.toml").write_text('[tool.locust]\nfailure-config = "config.yaml"\n')
    command = (sys.executable, "-c", preamble + "from locust.main import main; main()")
    arguments = ("--headless", "-u", "2", "-r", "50", "-t", "1s")
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), command=command, arguments=arguments) as run:
        output = run.wait()
    assert_exact(run, monitoring, output)


def test_locust_as_a_library(tmp_path: Path, target: Target, monitoring: MonitoringApi) -> None:
    program = (
        HTTP_USER
        + f"""
import gevent
from locust.env import Environment
from locust_failure_forwarder import register

Shopper.host = {target.url!r}
environment = Environment(user_classes=[Shopper])
runner = environment.create_local_runner()
plugin = register(environment, "config.yaml")
runner.start(3, spawn_rate=10)
gevent.sleep(1)
runner.quit()
plugin.close()
print("counted", environment.stats.total.num_failures)
"""
    )
    (tmp_path / "program.py").write_text(program)
    command = (sys.executable, "program.py")
    with locust(tmp_path, target.url, config_for(monitoring.batch_url), command=command) as run:
        output = run.wait()
    assert run.process.returncode == 0, output
    counted = re.search(r"^counted (\d+)$", output, re.MULTILINE)
    assert counted is not None, output
    assert len(monitoring.failures) == int(counted[1]) > 0
    assert not monitoring.duplicates
