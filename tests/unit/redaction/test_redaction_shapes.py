"""Secrets that show by themselves, and what looks like them. All values are invented, published examples, or cut."""

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.redaction.checksums import is_card, is_cpf, is_iban, is_prc_id, luhn, verhoeff

REDACTOR = Redactor(RedactionConfig())
FAKE = "notARealTokenNotARealToken00"

SHAPES = [
    ("token", "AKIAIOSFODNN7EXAMPLE"),
    ("token", f"ghp_{FAKE}"),
    ("token", f"github_pat_{FAKE}"),
    ("token", f"glpat-{FAKE}"),
    ("token", f"xoxb-{FAKE}"),
    ("token", f"xoxp-1-2-{FAKE}"),
    ("token", f"sk_live_{FAKE}"),
    ("token", f"sk-{FAKE}"),
    ("token", f"sk-proj-{FAKE}"),
    ("token", f"AIza{FAKE}"),
    ("token", f"ya29.{FAKE}"),
    ("token", f"npm_{FAKE}"),
    ("token", f"hf_{FAKE}"),
    ("token", f"SG.{FAKE}.{FAKE}"),
    ("token", f"12345678:AA{FAKE}"),
    ("token", "$2b$12$notARealHashNotARealHash00"),
    ("token", "ghp_notAReal"),  # cut
    ("jwt", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.not-a-real-signature"),
    ("jwt", "eyJhbGciOiJIUzI1NiIs"),  # cut
    ("private_key", "-----BEGIN RSA PRIVATE KEY-----\nbm90IGEgcmVhbCBrZXk=\n-----END RSA PRIVATE KEY-----"),
    ("private_key", "-----BEGIN PRIVATE KEY-----\\nbm90IGEgcmVhbCBrZXk=\\n-----END PRIVATE KEY-----"),
    ("private_key", "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEgcmVhbCBrZXk"),  # cut
    ("email", "ann.b+shop@mail.example.org"),
    ("card", "4111111111111111"),
    ("card", "4111 1111 1111 1111"),
    ("card", "5500-0055-5555-5559"),
    ("card", "3782 822463 10005"),
    ("card", "6011000990139424"),
    ("iban", "DE89370400440532013000"),
    ("iban", "GB82 WEST 1234 5698 7654 32"),
    ("national_id", "078-05-1120"),
    ("national_id", "11010519491231002X"),
    ("national_id", "529.982.247-25"),
    ("national_id", "2341 2341 2346"),
]


@pytest.mark.parametrize(("kind", "secret"), SHAPES, ids=[secret[:24] for _, secret in SHAPES])
@pytest.mark.parametrize("text", ["{}", "rejected {} as unknown", '"{}"', "a={},b", "<x>{}</x>"])
def test_known_shape_is_masked_in_any_text(kind: str, secret: str, text: str) -> None:
    """P4."""
    if kind == "private_key" and "END" not in secret:
        text = text.partition("}")[0] + "}"  # a cut key reaches to the end
    assert REDACTOR.redact_text(text.format(secret)) == text.format(f"[REDACTED:{kind}]")


WITHIN = [
    ("postgres://bob:not-real@db:5432/x", "postgres://bob:[REDACTED:password]@db:5432/x"),
    ("https://bob:n@t-real@example.com/", "https://bob:[REDACTED:password]@example.com/"),
    ("redis://:not-real@cache", "redis://:[REDACTED:password]@cache"),
    ("amqp://bob:not-re", "amqp://bob:[REDACTED:password]"),  # cut
    ("Bearer not-a.real_token0", "Bearer [REDACTED:authorization]"),
    ("Basic bm90OnJlYWw=", "Basic [REDACTED:authorization]"),
    ("https://hooks.slack.com/services/T0/B0/notreal", "https://hooks.slack.com/services/[REDACTED:webhook]"),
    ("https://discord.com/api/webhooks/1/notreal", "https://discord.com/api/webhooks/[REDACTED:webhook]"),
]


@pytest.mark.parametrize(("text", "masked"), WITHIN)
def test_only_the_secret_part_is_masked(text: str, masked: str) -> None:
    assert REDACTOR.redact_text(text) == masked


LOOKALIKES = [
    "550e8400-e29b-41d4-a716-446655440000",
    "12345678-1234-1234-1234-123456789012",
    "33a64df551425fcc55e4d42a148795d9f25f89d4",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "4111111111111112",  # Luhn fails
    "1700000000000000000",
    "1.4111111111111111",
    "000-12-3456 666-12-3456 900-12-3456",
    "2026-05-0412",
    "DE00370400440532013000",
    "110105194912310021",
    "eyJpZCI6MTAsImRpciI6Im5leHQifQ==",  # a page cursor
    "-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY----- MIIB -----END PUBLIC KEY-----",
    "Basic authentication is not supported",
    "Bearer authentication required",
    'Bearer realm="api", error="invalid_token"',
    "http://shop.example.com:8080/a@b",
    "http://[2001:db8::1]:8080",
    "ssh://git@github.com/x/y git@github.com:x/y",
    "logo@2x.png lodash@4.17.21 user@localhost",
    "pk_live_notARealTokenNotAReal",  # publishable by design
    "desk-top risk-averse-and-more ask-me-anything-about-it",
    "10.0.0.1:8080 1.2.3.4",
]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_lookalike_survives(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
    assert REDACTOR.redact_text(f"got {text} here") == f"got {text} here"


def test_checksums_agree_with_their_standards() -> None:
    assert luhn("79927398713")
    assert not luhn("79927398710")
    assert is_card("378282246310005")
    assert not is_card("0000000000000000")
    assert not is_card("79927398713")
    assert is_iban("FR1420041010050500013M02606")
    assert not is_iban("FR1420041010050500013M0260")
    assert not is_iban("XX89370400440532013000")
    assert is_prc_id("11010519491231002X")
    assert not is_prc_id("11010519491331002X")
    assert is_cpf("52998224725")
    assert not is_cpf("11111111111")
    assert verhoeff("2363")
    assert not verhoeff("2364")
