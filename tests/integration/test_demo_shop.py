"""The demo's shop fails as it says, on a real socket."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from locust_failure_forwarder.demo.secrets_planted import DATABASE_PASSWORD, PASSWORD, PLANTED
from locust_failure_forwarder.demo.shop import Shop
from support.web import WEB


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop(slow=0.05) as server:
        yield server


def test_shop_is_calm_at_first_and_fails_in_a_burst(shop: Shop) -> None:
    with httpx.Client(base_url=shop.url) as client:

        def failing() -> int:
            pages = ("/", "/products", "/products/7")
            return sum(client.get(pages[n % 3]).status_code >= 500 for n in range(300))

        assert failing() < 6
        shop.burst = True
        assert failing() > 120
        shop.burst = False
        assert failing() < 6


def test_shop_with_the_same_seed_fails_at_the_same_requests() -> None:
    def statuses(seed: int) -> list[int]:
        with Shop(seed=seed) as shop, httpx.Client(base_url=shop.url) as client:
            shop.burst = True
            return [client.get("/").status_code for _ in range(30)]

    assert statuses(5) == statuses(5) != statuses(6)


@pytest.mark.parametrize(
    ("method", "page", "status"),
    [
        ("GET", "/products/100", 200),
        ("GET", "/products/101", 404),
        ("GET", "/products/0", 404),
        ("GET", "/products/x", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/checkout", 404),
        ("POST", "/checkout", 500),
        ("POST", "/login", 401),
        ("GET", "/search", 429),
        ("GET", "/slow", 200),
        ("GET", "/cart", 200),
    ],
)
def test_each_page_fails_in_its_own_way(shop: Shop, method: str, page: str, status: int) -> None:
    assert WEB.request(method, shop.url + page).status_code == status


def test_search_says_when_to_come_back(shop: Shop) -> None:
    assert WEB.get(f"{shop.url}/search").headers["retry-after"] == "2"


def test_cart_looks_fine_but_tells_of_an_error(shop: Shop) -> None:
    assert WEB.get(f"{shop.url}/cart").json()["status"] == "error"


def test_slow_page_outlasts_the_client() -> None:
    with Shop(slow=30) as shop, pytest.raises(httpx.ReadTimeout):
        WEB.get(f"{shop.url}/slow", timeout=0.2)


def test_reset_page_resets(shop: Shop) -> None:
    with pytest.raises(httpx.ReadError):
        WEB.get(f"{shop.url}/reset")


@pytest.mark.parametrize("sent", [{"json": {"password": PASSWORD}}, {"content": PASSWORD.encode()}, {"content": b"["}])
def test_checkout_repeats_what_was_sent(shop: Shop, sent: dict[str, Any]) -> None:
    answer = WEB.post(f"{shop.url}/checkout", **sent)
    expected = sent["json"] if "json" in sent else sent["content"].decode()
    assert answer.json()["input"] == expected


def test_errors_of_common_pages_hold_secrets_of_both_sides(shop: Shop) -> None:
    shop.burst = True
    with httpx.Client(base_url=shop.url, headers={"Authorization": "Bearer not-a-real-key"}) as client:
        errors = [answer for answer in (client.get("/") for _ in range(30)) if answer.status_code >= 500]
    assert errors
    assert all(DATABASE_PASSWORD in error.text and "not-a-real-key" in error.text for error in errors)
    assert all("session=" in error.headers["set-cookie"] for error in errors)


def test_planted_secrets_differ_and_are_long_enough_to_be_searched_for() -> None:
    assert len(set(PLANTED)) == len(PLANTED)
    assert all(len(secret) >= 16 for secret in PLANTED)
    assert not [(a, b) for a in PLANTED for b in PLANTED if a != b and a in b]
