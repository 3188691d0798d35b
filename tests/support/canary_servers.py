"""The servers of the run with the canaries: the tested one, and destinations that answer with all they were sent."""

import base64
import gzip
import html
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from locust_failure_forwarder.demo.exchange import Reply, Request, json_reply
from locust_failure_forwarder.demo.server import LoopbackServer

from .canary_exchange import Exchange


class CanaryTarget(LoopbackServer):
    """Answers each exchange of the plan as planned."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        super().__init__()
        self._exchanges = exchanges

    def respond(self, request: Request) -> Reply:
        exchange = self._exchanges[int(request.path.split("/")[2])]
        answer = exchange.answer or json.dumps({"error": "made to fail"}).encode()
        return Reply(exchange.status, answer, exchange.answer_headers)

    def traffic(self) -> list[str]:
        """Everything that was received and answered."""
        received = [whole(request) for request in self.requests]
        return [*received, *(f"{each.answer_headers}\n{_unzipped(each).decode('latin-1')}" for each in self._exchanges)]


def _unzipped(exchange: Exchange) -> bytes:
    return gzip.decompress(exchange.answer) if "Content-Encoding" in exchange.answer_headers else exchange.answer


def whole(request: Request) -> str:
    """A request as a server could print it."""
    head = [f"{request.method} {request.path}?{request.query}", *(f"{n}: {v}" for n, v in request.headers.items())]
    return "\n".join([*head, "", request.plain_body().decode("utf-8", "replace")])


class Echoing(LoopbackServer):
    """Refuses what it gets, and repeats it: each time in another way, with the secrets that it shares with us."""

    def __init__(self, statuses: tuple[int, ...]) -> None:
        super().__init__()
        self.shared: Mapping[str, str] = {}
        """Secrets by what they are, as a talkative server would print them."""
        self._statuses = itertools.cycle(statuses)
        self._styles = itertools.cycle(STYLES.values())

    def respond(self, request: Request) -> Reply:
        known = "".join(f"{name}: {value}\n" for name, value in self.shared.items())
        status, said = next(self._statuses), next(self._styles)(request, known)
        return Reply(status, said.encode(), {"X-Echo": quote(known), "Content-Type": "text/plain; charset=utf-8"})


class Judging(LoopbackServer):
    """Accepts the batch and refuses each record in it, with a reason that repeats the headers, cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.shared: Mapping[str, str] = {}
        """Secrets by what they are."""
        self._numbers = itertools.count()
        self.judged: set[str] = set()
        """Ids of the records that were refused."""

    def respond(self, request: Request) -> Reply:
        batch = json.loads(request.plain_body())
        records: list[dict[str, Any]] = batch[batch["kind"]]
        results = [{"id": record["id"], "status": 422, "reason": self._reason(request)} for record in records]
        self.judged |= {record["id"] for record in records}
        return json_reply(207, {"results": results})

    def _reason(self, request: Request) -> str:
        number = next(self._numbers)
        secrets = [*self.shared.values(), request.headers.get("authorization", "")]
        # 200 characters of a reason are kept; the secret may end before, behind or on that border.
        return "." * (185 - 5 * (number % 8)) + " " + secrets[number % len(secrets)] + " is wrong"


def _bare(known: str) -> str:
    return "; ".join(line.partition(": ")[2] for line in known.splitlines())


def _as_json(request: Request, known: str) -> str:
    body = request.plain_body().decode("utf-8", "replace")
    return json.dumps({"known": known, "headers": dict(request.headers), "url": request.path, "body": body})


STYLES: Final[Mapping[str, Callable[[Request, str], str]]] = {
    "plain": lambda request, known: known + whole(request),
    "JSON": _as_json,
    "JSON in JSON": lambda request, known: json.dumps({"echo": _as_json(request, known)}),
    "HTML": lambda request, known: f"<pre>{html.escape(known + whole(request))}</pre>",
    "percent": lambda request, known: quote(known + whole(request), safe=""),
    "base64": lambda request, known: base64.b64encode((known + whole(request)).encode()).decode(),
    "hex": lambda request, known: (known + whole(request)).encode().hex(),
    "repr": lambda request, known: f"refused {dict(request.headers)!r} {known!r}",
    "bare": lambda request, known: f"refused: {_bare(known)}, body: {request.plain_body().decode('latin-1')}",
    "bare in JSON": lambda request, known: json.dumps({"refused": _bare(known).split("; ")}),
    "bare in base64": lambda request, known: " ".join(
        base64.b64encode(value.encode()).decode() for value in _bare(known).split("; ")
    ),
    "bare in hex": lambda request, known: " ".join(value.encode().hex() for value in _bare(known).split("; ")),
    "bare in percent": lambda request, known: " ".join(
        "".join(f"%{byte:02X}" for byte in value.encode()) for value in _bare(known).split("; ")
    ),
    "XML": lambda request, known: f"<e v={quoteattr(_bare(known))}/>" + html.escape(whole(request)),
    "at the cut": lambda request, known: "x " * 1010 + _bare(known) + whole(request),
    "body": lambda request, known: request.plain_body().decode("utf-8", "replace"),
}
"""How a server may repeat what it got: from the request, and lines of what it knows of us."""
