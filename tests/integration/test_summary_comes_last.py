"""A run's summary comes after its alerts at each destination: at the end of a test, and by replays."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.demo.exchange import Reply, Request, text_reply
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.pipeline.counters import Account, RouteKey
from locust_failure_forwarder.wire import FrameType
from support.cli import cli
from support.cli_logs import accounts
from support.forwarder_process import ForwarderProcess
from support.frames import AT, RUN_ID

COUNTS: dict[str, Any] = {"run": RUN_ID, "requests": 50, "failures": 40, "users": 9, "endpoints": [], "errors": []}
STORY = ["firing first", "firing second", "resolved first", "resolved second", "summary"]

CONFIG = """\
version: 1
run: {{name: process-test}}
destinations:
  chat:
    type: webhook
    url: {url}
    body: |
      ["{{{{ alert.state ~ ' ' ~ alert.rule if alert else 'summary' }}}}"]
alerts:
  - {{name: first, above: 20%, over: 2s, min_requests: 20}}
  - {{name: second, above: 30%, over: 2s, min_requests: 20}}
log: {{directory: {folder}/logs}}
"""
"""Nothing holds two requests apart but their order: this destination may be asked as often as one likes."""


class Chat(LoopbackServer):
    """Takes what is told, in the order in which it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def respond(self, request: Request) -> Reply:
        self.told += json.loads(request.body)
        return text_reply(200, "ok")


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as server:
        yield server


def _run_a_test(process: ForwarderProcess, folder: Path, chat: Chat, deadline: float = 10.0) -> None:
    """Two rules fire, the test ends, and its process does."""
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(url=chat.url, folder=folder))
    process.begin(path)
    process.write(process.numbered(FrameType.SAMPLE, {**COUNTS, "at": AT + 1}))
    process.write(process.numbered(FrameType.RUN_STOPPED, {"run": RUN_ID, "at": AT + 2}))
    over = {"at": AT + 2, "started_at": AT, "users_peak": 9}
    process.write(process.numbered(FrameType.SUMMARY, {**COUNTS, **over}))
    process.end(deadline)


def _accounts(folder: Path) -> tuple[Account, Account]:
    (path,) = (folder / "logs").glob("*.db")
    found = accounts(path)
    return found[RouteKey("chat", "alerts")], found[RouteKey("chat", "summaries")]


def test_at_the_end_of_a_test(tmp_path: Path, process: ForwarderProcess, chat: Chat) -> None:
    _run_a_test(process, tmp_path, chat)
    assert chat.told == STORY
    assert _accounts(tmp_path) == (Account(captured=4, delivered=4), Account(captured=1, delivered=1))


def test_a_destination_that_is_back_before_the_deadline(tmp_path: Path, process: ForwarderProcess, chat: Chat) -> None:
    chat.fault = lambda number: 503 if number <= 3 else None
    _run_a_test(process, tmp_path, chat)
    assert chat.told == STORY


def test_by_replay_after_an_outage_that_outlasted_the_test(
    tmp_path: Path, process: ForwarderProcess, chat: Chat
) -> None:
    """P1"""
    chat.fault = lambda _: 503
    _run_a_test(process, tmp_path, chat, deadline=0.3)
    assert chat.told == []
    assert _accounts(tmp_path) == (Account(captured=4), Account(captured=1))
    chat.fault = None
    result = cli("replay", tmp_path / "logs", "-c", tmp_path / "config.yaml")
    assert result.exit_code == 0, result.output
    assert chat.told == STORY
    assert _accounts(tmp_path) == (Account(captured=4, delivered=4), Account(captured=1, delivered=1))


def test_a_replay_of_summaries_alone_waits_for_no_alert(tmp_path: Path, process: ForwarderProcess, chat: Chat) -> None:
    chat.fault = lambda _: 503
    _run_a_test(process, tmp_path, chat, deadline=0.3)
    chat.fault = None
    result = cli("replay", tmp_path / "logs", "-c", tmp_path / "config.yaml", "--kind", "summaries")
    assert result.exit_code == 0, result.output
    assert chat.told == ["summary"]
    assert _accounts(tmp_path) == (Account(captured=4), Account(captured=1, delivered=1))


@pytest.mark.parametrize("rate", [(), ("--rate", "20")])
def test_by_a_replay_of_dead_letters(
    tmp_path: Path, process: ForwarderProcess, chat: Chat, rate: tuple[str, ...]
) -> None:
    """P1"""
    chat.fault = lambda _: 400
    _run_a_test(process, tmp_path, chat)
    assert _accounts(tmp_path) == (Account(captured=4, dead=4), Account(captured=1, dead=1))
    assert len(chat.requests) == 5
    chat.fault = None
    result = cli("dead", "replay", tmp_path / "logs", "-c", tmp_path / "config.yaml", *rate)
    assert result.exit_code == 0, result.output
    assert chat.told == STORY
    assert _accounts(tmp_path) == (Account(captured=4, delivered=4), Account(captured=1, delivered=1))
