"""URLs and form bodies: the secret parameter goes, the rest stays."""

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

REDACTOR = Redactor(RedactionConfig())

MASKED = [
    ("https://x.example.com/a?token=n0t&page=2", "https://x.example.com/a?token=[REDACTED:token]&page=2"),
    ("https://x.example.com/a?page=2&token=n0t#top", "https://x.example.com/a?page=2&token=[REDACTED:token]#top"),
    ("/a?api%5Fkey=n0t", "/a?api%5Fkey=[REDACTED:key]"),
    ("/a?pass%77ord=n0t&x=1", "/a?pass%77ord=[REDACTED:password]&x=1"),
    ("/a?user[password]=n0t", "/a?user[password]=[REDACTED:password]"),
    ("/cb?code=n0t&state=r3al", "/cb?code=[REDACTED:code]&state=[REDACTED:csrf]"),
    ("/cb#access_token=n0t&expires_in=3600", "/cb#access_token=[REDACTED:token]&expires_in=3600"),
    ("/#/cb?access_token=n0t", "/#/cb?access_token=[REDACTED:token]"),
    ("/a?sig=n0t%3D&sv=2020", "/a?sig=[REDACTED:signature]&sv=2020"),
    ("/a?X-Amz-Signature=n0t&X-Amz-Date=2", "/a?X-Amz-Signature=[REDACTED:signature]&X-Amz-Date=2"),
    ("/maps?key=n0tARealKeyAtAll1", "/maps?key=[REDACTED:key]"),
    ("/a?q=%7B%22password%22%3A%22n0t%22%7D&x=1", "/a?q=%7B%22password%22%3A%22[REDACTED:password]%22%7D&x=1"),
    (
        "/a?q=%257B%2522password%2522%253A%2522n0t%2522%257D",
        "/a?q=%257B%2522password%2522%253A%2522[REDACTED:password]%2522%257D",
    ),
    ("/a?mail=ann%40example.com", "/a?mail=[REDACTED:email]"),
    ("/reset-password/n0tAReal0123456789", "/reset-password/[REDACTED:token]"),
]


@pytest.mark.parametrize(("url", "masked"), MASKED)
def test_secret_in_a_url_is_masked(url: str, masked: str) -> None:
    """P4."""
    assert REDACTOR.redact_text(url) == masked
    assert REDACTOR.redact_text(f"404 for url: {url} here") == f"404 for url: {masked} here"


KEPT = [
    "https://shop.example.com/orders/17?page=2&sort=name&q=red%20shoes",
    "https://shop.example.com/orders/550e8400-e29b-41d4-a716-446655440000",
    "https://shop.example.com/password/reset?lang=en",
    "https://shop.example.com/login?next=%2Faccount%2Forders",
    "https://shop.example.com/a?code=DE&lang=de",
    "https://shop.example.com/a?state=CA&city=LA",
    "https://shop.example.com/a?key=orders",
    "https://shop.example.com/a?key=550e8400-e29b-41d4-a716-446655440000",
    "/verify/550e8400-e29b-41d4-a716-446655440000",
    "/sessions/17/tokens/5",
    "/search?q=%E5%AF%86%E7%A0%81",
    "/a?token=&x=1",
]


@pytest.mark.parametrize("url", KEPT)
def test_harmless_url_survives(url: str) -> None:
    assert REDACTOR.redact_text(url) == url


def body(text: str, content_type: str = "application/x-www-form-urlencoded") -> str:
    draft = {
        "request": {"url": None, "name": "/", "headers": {"content-type": content_type}, "body": text},
        "response": None,
        "error": {"message": "", "traceback": None},
        "context": {},
    }
    return REDACTOR.redact_draft(draft)["request"]["body"]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_form_body_keeps_its_other_fields(content_type: str) -> None:
    masked = body("user=bob&password=a%26b+c&csrf_token=x1&lang=en", content_type)
    assert masked == "user=bob&password=[REDACTED:password]&csrf_token=[REDACTED:token]&lang=en"


def test_form_with_thousands_of_fields_hides_what_nobody_judged() -> None:
    masked = body("&".join(f"f{n}=v{n}" for n in range(3000)) + "&password=n0t")
    assert "n0t" not in masked
    assert masked.startswith("f0=v0&f1=v1&")
