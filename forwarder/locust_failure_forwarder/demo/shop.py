"""The demo's victim: a shop that fails in many ways, seldom in its common pages unless a burst is on.

Its errors repeat what the client sent and what the server knows, as careless services do. Sells nothing.
"""

import json
import random
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from .exchange import RESET, Reply, Request, json_reply
from .secrets_planted import DATABASE_PASSWORD, SESSION
from .server import LoopbackServer

CALM: Final = 0.002
"""Share of the common pages' requests that fail."""
BURST: Final = 0.6
"""The same while a burst is on."""
PRODUCTS: Final = 100
"""Products have the ids 1 to this."""


class Shop(LoopbackServer):
    """`/` and `/products…` mostly work; every other page always fails in its own way.

    | page | what goes wrong |
    |---|---|
    | `/products/<unknown>` | 404 |
    | `/checkout` (POST) | 500, with the body that was sent |
    | `/login` (POST) | 401 |
    | `/search` | 429 with Retry-After |
    | `/slow` | answers after `slow` seconds |
    | `/reset` | the connection is reset |
    | `/cart` | 200 with a body that says `error` |
    """

    def __init__(self, *, port: int = 0, seed: int = 1, slow: float = 1.5) -> None:
        """`seed` fixes which common requests fail; `slow` is in seconds."""
        super().__init__(port=port, keep_requests=False)
        self.burst = False
        """True makes most common requests fail; may be changed while the shop runs."""
        self._random = random.Random(seed)  # noqa: S311  # no secrets are made of it
        self._slow = slow
        self._pages: Mapping[tuple[str, str], Callable[[Request], Reply]] = {
            ("GET", "/"): self._common,
            ("GET", "/products"): self._common,
            ("POST", "/checkout"): self._checkout,
            ("POST", "/login"): self._login,
            ("GET", "/search"): self._search,
            ("GET", "/slow"): self._late,
            ("GET", "/reset"): lambda _: RESET,
            ("GET", "/cart"): lambda _: json_reply(200, {"status": "error", "items": []}),
        }

    def respond(self, request: Request) -> Reply:
        """The page, or 404."""
        page = self._pages.get((request.method, request.path))
        if page is not None:
            return page(request)
        number = request.path.removeprefix("/products/")
        if request.method == "GET" and number.isdecimal() and 1 <= int(number) <= PRODUCTS:
            return self._common(request)
        return json_reply(404, {"error": "not found", "path": request.path})

    def _common(self, request: Request) -> Reply:
        if self._random.random() >= (BURST if self.burst else CALM):
            return json_reply(200, {"status": "ok", "path": request.path})
        problem = {
            "error": "database is overloaded",
            "dsn": f"postgresql://shop:{DATABASE_PASSWORD}@db.internal:5432/shop",
            "request": {"authorization": request.headers.get("authorization", ""), "query": request.query},
        }
        cookie = {"Set-Cookie": f"session={SESSION}; HttpOnly; Path=/"}
        return json_reply(503 if self._random.random() < 0.5 else 500, problem, cookie)

    @staticmethod
    def _checkout(request: Request) -> Reply:
        detail = "PaymentError: card declined"
        return json_reply(500, {"error": "internal", "detail": detail, "input": _decoded(request.body)})

    @staticmethod
    def _login(request: Request) -> Reply:
        form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
        challenge = {"WWW-Authenticate": 'Bearer realm="shop", error="invalid_token"'}
        return json_reply(401, {"error": "invalid_grant", "form": form}, challenge)

    @staticmethod
    def _search(request: Request) -> Reply:
        return json_reply(429, {"error": "too many searches", "query": request.query}, {"Retry-After": "2"})

    def _late(self, request: Request) -> Reply:
        del request
        self.pause(self._slow)
        return json_reply(200, {"status": "ok"})


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
