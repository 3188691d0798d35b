"""The forwarder process says at its start what redaction was told to let through."""

import logging
from pathlib import Path

import pytest
from locust_failure_forwarder.wire import FrameType
from support.forwarder_process import ForwarderProcess, config
from support.locust_run import until

NOBODY = "http://127.0.0.1:9/"  # the discard port, where nobody listens


@pytest.mark.parametrize("kinds", ["[csrf, cookie]", "[]"])
def test_every_start_warns_of_credentials_that_may_leave(tmp_path: Path, process: ForwarderProcess, kinds: str) -> None:
    setting = f"redaction: {{i_accept_leaking_credentials: {kinds}, personal: false}}\n"
    process.begin(config(tmp_path, NOBODY, setting))
    until(lambda: process.of(FrameType.ACK), what="an ack, which comes after the remarks")
    process.end(deadline=0.0)
    warned = [
        line["text"]
        for line in process.of(FrameType.LOG)
        if line["level"] == logging.WARNING and "credentials" in line["text"]
    ]
    assert len(warned) == (1 if kinds != "[]" else 0)
    assert all("(cookie, csrf)" in text and "i_accept_leaking_credentials" in text for text in warned)
