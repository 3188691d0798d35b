"""Servers that a real Locust needs, one set for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from locust_failure_forwarder.demo.monitoring import MonitoringApi
    from support.target import Target

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
