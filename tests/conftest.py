"""Servers that a real Locust needs, one set for each test; and Ctrl-C for all, however the tests were started."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from locust_failure_forwarder.demo.monitoring import MonitoringApi
    from support.target import Target


def pytest_configure() -> None:
    """A shell that starts the tests in the background lets them ignore SIGINT, and what they start inherits that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Imported where they are used: the tests of the schemas run in an environment that has neither.


@pytest.fixture
def target() -> Iterator[Target]:
    from support.target import Target

    with Target() as server:
        yield server


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    from locust_failure_forwarder.demo.monitoring import MonitoringApi

    with MonitoringApi() as server:
        yield server
