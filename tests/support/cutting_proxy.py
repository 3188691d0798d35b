"""A proxy that kills the connection to the client after the upstream has answered: the work is done, nobody knows."""

import socket
import threading
from collections.abc import Callable
from enum import StrEnum

from .raw_http import RawServer, read_message, reset


class Cut(StrEnum):
    """How much of the answer still passes."""

    NOTHING = "nothing"
    HALF_A_HEAD = "half a head"
    HALF_A_BODY = "half a body"


class CuttingProxy(RawServer):
    """Passes requests on to a port of 127.0.0.1, and all answers back but those that `cuts` names."""

    def __init__(self, upstream_port: int, cuts: Callable[[int], Cut | None]) -> None:
        """`cuts` is asked with the number of each answer, from 1."""
        super().__init__(self._relay)
        self._upstream_port = upstream_port
        self._cuts = cuts
        self._answers = 0
        self._counting = threading.Lock()
        self.cut_keys: list[str] = []
        """The Idempotency-Key of each request whose answer was cut."""

    def _relay(self, client: socket.socket) -> None:
        with (
            socket.create_connection(("127.0.0.1", self._upstream_port), timeout=10) as upstream,
            client.makefile("rb") as requests,
            upstream.makefile("rb") as answers,
        ):
            while (request := read_message(requests)) is not None:
                upstream.sendall(request.head + request.body)
                answer = read_message(answers)
                if answer is None:
                    return
                with self._counting:
                    self._answers += 1
                    cut = self._cuts(self._answers)
                    if cut is not None:
                        self.cut_keys.append(request.headers.get("idempotency-key", ""))
                match cut:
                    case None:
                        client.sendall(answer.head + answer.body)
                        continue
                    case Cut.NOTHING:
                        pass
                    case Cut.HALF_A_HEAD:
                        client.sendall(answer.head[: len(answer.head) // 2])
                    case Cut.HALF_A_BODY:
                        client.sendall(answer.head + answer.body[: len(answer.body) // 2])
                reset(client)
                return
