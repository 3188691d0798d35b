"""Answers to the Locust process, and what becomes of them when it is gone."""

import logging

import pytest
from locust_failure_forwarder.pipeline.outlet import Outlet
from locust_failure_forwarder.wire import Decoder, Frame, FrameType


class Pipe:
    def __init__(self) -> None:
        self.written = b""
        self.closing = False

    def write(self, data: bytes) -> None:
        assert not self.closing
        self.written += data

    def is_closing(self) -> bool:
        return self.closing

    def frames(self) -> list[Frame]:
        return list(Decoder().feed(self.written))


def test_answers_go_out_as_frames() -> None:
    pipe = Pipe()
    outlet = Outlet(pipe)
    outlet.send(FrameType.ACK, {"number": 7})
    outlet.warn("the log is full")
    outlet.inform("delivering again")
    assert outlet.heard
    assert pipe.frames() == [
        Frame(FrameType.ACK, {"number": 7}),
        Frame(FrameType.LOG, {"level": logging.WARNING, "text": "the log is full"}),
        Frame(FrameType.LOG, {"level": logging.INFO, "text": "delivering again"}),
    ]


def test_when_nobody_listens_warnings_go_to_stderr_and_the_rest_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    pipe = Pipe()
    pipe.closing = True
    outlet = Outlet(pipe)
    outlet.send(FrameType.ACK, {"number": 7})
    outlet.inform("delivering again")
    outlet.warn("the log is full")
    assert not outlet.heard
    assert pipe.written == b""
    assert capsys.readouterr().err == "failure-forwarder: the log is full\n"


def test_a_terminal_that_is_gone_as_well_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Gone())
    pipe = Pipe()
    pipe.closing = True
    Outlet(pipe).warn("the log is full")
