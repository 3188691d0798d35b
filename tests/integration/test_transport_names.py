"""Name servers that know nothing, come back, or never answer. P5: none of them keeps the process from its end."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from locust_failure_forwarder.demo.exchange import Reply
from locust_failure_forwarder.pipeline.deliver import NetworkError, Transport
from locust_failure_forwarder.pipeline.resolver import MAX_LOOKUPS
from support.transport import PATIENCE, Echo, discreet, request

HOST = "api.example.test"
GETADDRINFO = socket.getaddrinfo


class NameServer:
    """Stands in for the system's resolver: `answer` decides what a look-up of `HOST` comes to."""

    def __init__(self) -> None:
        self.answer: Callable[[], str] = lambda: "127.0.0.1"
        self.lookups = 0

    def look_up(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        if (host.decode() if isinstance(host, bytes) else host) != HOST:
            return GETADDRINFO(host, *args, **kwargs)
        self.lookups += 1
        return GETADDRINFO(self.answer(), *args, **kwargs)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> NameServer:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.look_up)
    return server


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo(Reply(202)) as server:
        yield server


def _fails(number: int) -> Callable[[], str]:
    def answer() -> str:
        raise socket.gaierror(number, f"no address for {HOST}")

    return answer


@pytest.mark.parametrize("number", [socket.EAI_AGAIN, socket.EAI_NONAME, socket.EAI_FAIL])
def test_a_name_that_comes_back_is_found_again(names: NameServer, server: Echo, number: int) -> None:
    async def fail_then_send() -> int:
        message = request(server.url.replace("127.0.0.1", HOST))
        async with Transport(PATIENCE) as transport:
            names.answer = _fails(number)
            for _ in range(3):
                with pytest.raises(NetworkError) as caught:
                    await transport.send(message)
                assert discreet(caught.value).reason == "the name could not be resolved"
                assert not caught.value.ours
            names.answer = lambda: "127.0.0.1"
            return (await transport.send(message)).status

    assert asyncio.run(fail_then_send()) == 202


def test_p5_a_name_server_that_never_answers_keeps_neither_the_attempt_nor_the_end_waiting(names: NameServer) -> None:
    answered = threading.Event()

    def wait() -> str:
        answered.wait(60)
        return "127.0.0.1"

    async def give_up() -> None:
        message = request(f"http://{HOST}/")
        async with Transport(0.2) as transport:
            for _ in range(MAX_LOOKUPS):
                with pytest.raises(NetworkError, match=r"^no (connection|answer) within 0\.2 s$"):
                    await transport.send(message)
            # Threads are bounded: who comes now is told so instead of waiting for one.
            with pytest.raises(NetworkError, match=r"^the name could not be resolved$"):
                await transport.send(message)

    names.answer = wait
    begin = time.monotonic()
    try:
        asyncio.run(give_up())
        assert time.monotonic() - begin < 20
    finally:
        answered.set()
    assert names.lookups == MAX_LOOKUPS
