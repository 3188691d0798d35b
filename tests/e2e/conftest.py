"""Servers for end-to-end tests, one set for each test."""

from collections.abc import Iterator

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.target import Target


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as server:
        yield server


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    with MonitoringApi() as server:
        yield server
