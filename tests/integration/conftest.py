"""Servers on loopback and a forwarder process for integration tests, one set for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.slack import SlackReceiver
from support.forwarder_process import ForwarderProcess, forwarder


@pytest.fixture
def slack() -> Iterator[SlackReceiver]:
    with SlackReceiver() as server:
        yield server


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ForwarderProcess]:
    with forwarder(tmp_path) as started:
        yield started
