"""A link between the plugin and forwarder processes that are none."""

import logging
from collections.abc import Iterator

import pytest
from support.children import LOGGER, Children


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Children]:
    caplog.set_level(logging.INFO, LOGGER)
    made = Children(monkeypatch)
    yield made
    made.link.close()
    made.settle()
