"""The demo's load: people who browse a shop, and two who meet every kind of failure, over and over.

Sends planted secrets everywhere a request can hold one. Attaches no plugin: that is done from outside. Needs
`--host`. With 20 users: about 100 requests a second, of which 1 or 2 fail while the shop is calm.
"""

import random
from typing import Any, Final
from urllib.parse import urlencode

from locust import FastHttpUser, HttpUser, SequentialTaskSet, between, constant_pacing

# Locust loads this file by its path, outside of the package: relative imports do not work here.
from locust_failure_forwarder.demo import secrets_planted as planted

TIMEOUT: Final = 0.5
"""Seconds; the shop's `/slow` takes longer."""
HEADERS: Final = {
    "Authorization": f"Bearer {planted.BEARER}",
    "Cookie": f"session={planted.SESSION}; theme=dark",
    "X-Api-Key": planted.API_KEY,
    "X-Auth-Token": planted.JWT,
}
FORM_HEADERS: Final = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
TOKEN: Final = urlencode({"token": planted.QUERY_TOKEN})
CONTEXT: Final = {"tenant": "acme", "access_token": planted.CONTEXT_TOKEN}


def browse(user: Any) -> None:
    """Mostly works."""
    user.client.get(f"/?{TOKEN}", name="/", headers=HEADERS, context=CONTEXT)


def look_at_product(user: Any) -> None:
    """Mostly works; every product counts under one name."""
    number = random.randint(1, 100)  # noqa: S311  # which product is no secret
    user.client.get(f"/products/{number}?{TOKEN}", name="/products/[id]", headers=HEADERS, context=CONTEXT)


def unknown_product(tasks: Any) -> None:
    """404."""
    number = random.randint(999_000, 999_999)  # noqa: S311  # which product is no secret
    tasks.client.get(f"/products/{number}?{TOKEN}", name="/products/[id]", headers=HEADERS, context=CONTEXT)


def checkout(tasks: Any) -> None:
    """500, which repeats what was sent."""
    order = {
        "sku": "A-1",
        "quantity": 2,
        "account": {"email": planted.EMAIL, "password": planted.PASSWORD},
        "card_number": planted.CARD,
    }
    tasks.client.post("/checkout", json=order, headers=HEADERS, context=CONTEXT)


def login(tasks: Any) -> None:
    """401 to a form."""
    form = {"username": "alice", "password": planted.PASSWORD, "client_secret": planted.CLIENT_SECRET}
    tasks.client.post("/login", data=urlencode(form), headers=FORM_HEADERS, context=CONTEXT)


def search(tasks: Any) -> None:
    """429."""
    tasks.client.get(f"/search?q=tea&{TOKEN}", name="/search", headers=HEADERS, context=CONTEXT)


def slow(tasks: Any) -> None:
    """Takes longer than the client waits. A FastHttpUser has its timeout in its class."""
    options = {"timeout": TIMEOUT} if isinstance(tasks.user, HttpUser) else {}
    tasks.client.get(f"/slow?{TOKEN}", name="/slow", headers=HEADERS, context=CONTEXT, **options)


def reset(tasks: Any) -> None:
    """The connection is reset."""
    tasks.client.get(f"/reset?{TOKEN}", name="/reset", headers=HEADERS, context=CONTEXT)


def cart(tasks: Any) -> None:
    """200, but the body tells of an error."""
    with tasks.client.get("/cart", headers=HEADERS, context=CONTEXT, catch_response=True) as response:
        status = response.json()["status"]
        if status != "ok":
            response.failure(f"cart says {status}")


class Trouble(SequentialTaskSet):
    """Every kind of failure in turn."""

    tasks: list[Any] = [unknown_product, checkout, login, search, slow, reset, cart]  # noqa: RUF012  # as Locust wants it


class Shopper(HttpUser):
    """Browses."""

    wait_time = between(0.1, 0.25)
    tasks: list[Any] = [browse, look_at_product, look_at_product]  # noqa: RUF012  # as Locust wants it


class FastShopper(FastHttpUser):
    """The same on Locust's faster client."""

    wait_time = between(0.1, 0.25)
    tasks: list[Any] = [browse, look_at_product, look_at_product]  # noqa: RUF012  # as Locust wants it


class TroubledUser(HttpUser):
    """One meets trouble all the time, however many users there are: the share of failures stays low."""

    fixed_count = 1
    wait_time = constant_pacing(2)
    tasks: list[Any] = [Trouble]  # noqa: RUF012  # as Locust wants it


class FastTroubledUser(FastHttpUser):
    """The same on Locust's faster client."""

    fixed_count = 1
    wait_time = constant_pacing(2)
    network_timeout = TIMEOUT
    connection_timeout = TIMEOUT
    tasks: list[Any] = [Trouble]  # noqa: RUF012  # as Locust wants it
