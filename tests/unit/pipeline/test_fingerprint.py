"""Which failures are the same, and which are not."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.fingerprint import MAX_CHARACTERS, fingerprint, normalise


def of_message(message: str) -> str:
    return fingerprint("POST", "/checkout", "assertion", message)


def of_name(name: str) -> str:
    return fingerprint("GET", name, "not_found", "404")


SAME = [
    ("order 17 not found", "order 9000001 not found"),
    ("order-17 not found", "order-9000001 not found"),
    ("customer17 unknown", "customer1234567890123 unknown"),
    ("took 104.2 ms", "took 1,204.75 ms"),
    ("took 50ms", "took 5000ms"),
    ("id 0f8fad5b-d9cb-469f-a165-70867728950e", "id 7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    ("commit 8d4c9e2f1a", "commit 0a1b2c3d4e5f6a7b8c9d"),
    ("<Foo object at 0x7f3a9c0d1e50>", "<Foo object at 0x55d0>"),
    ("key 4fzzW8pQ9zL2mK1x gone", "key aB3dE5gH7jK9mN1pQ3 gone"),
    ("connect to 10.0.0.1:8080 failed", "connect to 192.168.100.200:443 failed"),
    ("connect to [2001:db8::1]:80 failed", "connect to [::1]:8080 failed"),
    ("peer fe80:0:0:1::2 left", "peer 2001:db8:0:0:1::9 left"),
    ("lookup of shop-1.example.com:443", "lookup of db.internal.example.org:5432"),
    ("at 2026-05-04T09:31:00.123Z", "at 2025-01-01 00:00:00+02:00"),
    ("since Mon, 04 May 2026 09:31:00 GMT", "since Tue, 05 May 2026 10:00:00 GMT"),
    ("mail to ann@example.com", "mail to bob.b+x@mail.example.org"),
    ("unknown sku 'A-1'", "unknown sku 'it is blue'"),
    ('unknown sku "A-1"', 'unknown sku "B"'),
    ("unknown sku `A-1`", "unknown sku `B`"),
    ("for url: https://a.example.com/orders/1?x=1&y=2", "for url: https://b.example.com:8443/orders/22?z=%20"),
    ("for url: /orders?page=1", "for url: /orders?page=x-y&size=b"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_messages_that_differ_in_what_varies_are_the_same(first: str, second: str) -> None:
    assert of_message(first) == of_message(second), (normalise(first), normalise(second))


DIFFERENT = [
    ("out of stock", "out of order"),
    ("can't connect", "won't connect"),
    ("field 'a' is too short", "field 'a' is too long"),
    ("KeyError: missing", "ValueError: missing"),
    ("https://a.example.com/orders", "https://a.example.com/basket"),
    ("internationalisation failed", "Internationalization failed"),
    ("the facade", "the defaced"),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_messages_that_differ_in_words_are_different(first: str, second: str) -> None:
    assert of_message(first) != of_message(second)


def test_normalised_message_stays_readable() -> None:
    raw = "can't find order-17 of 'Ann' at https://shop.example.com:443/orders/17?user=4 after 50ms, 3 tries"
    assert (
        normalise(raw)
        == "can't find order-<number> of <value> at <host>/orders/<number><query> after <number>ms, <number> tries"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/orders/17", "/orders/18"),
        ("/orders/17/lines", "/orders/99999/lines"),
        ("/users/0f8fad5b-d9cb-469f-a165-70867728950e", "/users/7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("/objects/65f1c0ffee12", "/objects/0123456789abcdef01234567"),
        ("/orders?page=1&x=y", "/orders?page=2&x=y"),
    ],
)
def test_ids_in_names_make_no_groups_of_their_own(first: str, second: str) -> None:
    assert of_name(first) == of_name(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/v1/orders", "/v2/orders"),
        ("step 1", "step 2"),
        ("/orders", "/orders/17"),
        ("/feedback", "/facade"),
        ("/deadbeef", "/feedface"),
    ],
)
def test_names_that_mean_other_things_stay_apart(first: str, second: str) -> None:
    assert of_name(first) != of_name(second)


def test_every_part_counts() -> None:
    base = fingerprint("GET", "/a", "dns", "m")
    others = {
        fingerprint("PUT", "/a", "dns", "m"),
        fingerprint("GET", "/b", "dns", "m"),
        fingerprint("GET", "/a", "tls", "m"),
        fingerprint("GET", "/a", "dns", "n"),
    }
    assert len(others | {base}) == 5


def test_fingerprint_never_changes_between_versions() -> None:
    """It groups records of runs years apart; a change here splits every group."""
    assert fingerprint("GET", "/orders/17", "server_error", "503 for order-17") == "9d45f1df5d587b93"


def test_only_the_first_two_kibibytes_count() -> None:
    start = "x" * MAX_CHARACTERS
    assert of_message(start + "one") == of_message(start + "two")


@given(st.text(), st.text())
def test_any_text_gets_sixteen_hex_digits(name: str, message: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", fingerprint("GET", name, "unknown", message))


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_numbers_alone_never_make_a_difference(first: int, second: int) -> None:
    assert of_message(f"try {first} of order-{second}") == of_message(f"try {second} of order-{first}")


@pytest.mark.parametrize(
    "message", ["\ud800 alone", "\x00", "'" * 2048, "1" * 2048, "a@" * 1024, "0x" * 1024, ":" * 2048]
)
def test_hostile_messages_are_quick_and_harmless(message: str) -> None:
    started = time.process_time()
    of_message(message)
    assert time.process_time() - started < 0.1
