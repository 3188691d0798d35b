"""The `http` destination's requests: readable with the schemas package, stable, compressed or signed."""

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.destinations import build
from locust_failure_forwarder.destinations.base import Batch, HttpRequest
from locust_failure_forwarder.destinations.http import HttpConfig, HttpDestination
from locust_failure_forwarder.events import KINDS, Kind
from locust_failure_schemas import FailureBatch, RequestInfo, parse_batch
from standardwebhooks import Webhook, WebhookVerificationError
from support.samples import NOW, event, failure

SIGNING_SECRET = "whsec_bm90LWEtcmVhbC1zaWduaW5nLXNlY3JldA=="


def destination(**config: Any) -> HttpDestination:
    built = build(
        "monitoring", HttpConfig.model_validate({"type": "http", "url": "https://api.example.com/x"} | config)
    )
    assert isinstance(built, HttpDestination)
    return built


def batch(kind: Kind = "failures", count: int = 3) -> Batch:
    return Batch(kind, "monitoring", [event(kind, position=n) for n in range(1, count + 1)])


def content(request: HttpRequest) -> bytes:
    return gzip.decompress(request.body) if request.headers.get("Content-Encoding") == "gzip" else request.body


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_back_by_the_schemas_package(kind: Kind) -> None:
    """P10"""
    sent = batch(kind)
    parsed = parse_batch(content(destination().encode(sent, NOW)))
    assert parsed.kind == kind
    assert parsed.batch_id == sent.id
    assert parsed.sent_at == NOW
    records = getattr(parsed, kind)
    assert [record.id for record in records] == [event.id for event in sent.events]
    assert records[0].run == parsed.run
    assert records[0].node == parsed.node


@given(st.text(), st.text(), st.text())
def test_any_text_in_a_record_survives_the_wire(name: str, body: str, message: str) -> None:
    record = failure(request=RequestInfo(method="POST", name=name, body=body), context={"text": message})
    parsed = parse_batch(content(destination().encode(Batch("failures", "m", [event("failures", record=record)]), NOW)))
    assert isinstance(parsed, FailureBatch)
    assert parsed.failures[0] == record


def test_headers_name_the_batch_its_form_and_us() -> None:
    sent = batch()
    headers = destination().encode(sent, NOW).headers
    assert headers["Idempotency-Key"] == sent.id
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["User-Agent"].startswith("locust-failure-forwarder/")


def test_a_retry_has_the_same_key_and_a_later_time() -> None:
    first, second = (destination().encode(batch(), NOW + timedelta(seconds=wait)) for wait in (0, 5))
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert json.loads(content(second))["sent_at"] == "2026-05-04T09:31:05Z"


def test_time_is_sent_in_utc_whatever_zone_the_clock_has() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert content(destination().encode(batch(), elsewhere)) == content(destination().encode(batch(), NOW))


@pytest.mark.parametrize(
    ("config", "encoding"),
    [({}, "gzip"), ({"compression": "gzip"}, "gzip"), ({"compression": "none"}, None), ({"compression": None}, "gzip")],
)
def test_compression_is_gzip_unless_told_otherwise(config: dict[str, Any], encoding: str | None) -> None:
    request = destination(**config).encode(batch(), NOW)
    assert request.headers.get("Content-Encoding") == encoding
    assert request.body.startswith(b"\x1f\x8b" if encoding else b'{"schema_version"')


def test_compressed_bytes_do_not_depend_on_the_machines_clock() -> None:
    """RFC 1952: bytes 4 to 7 are a time; zero says there is none."""
    assert destination().encode(batch(), NOW).body[4:8] == bytes(4)


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ({"bearer": "not-a-real-token"}, "Authorization", "Bearer not-a-real-token"),
        # RFC 7617, section 2: "Aladdin" and "open sesame"
        (
            {"basic": {"username": "Aladdin", "password": "open sesame"}},
            "Authorization",
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ),
        # RFC 7617, section 2.1: "test" and "123£" as UTF-8
        ({"basic": {"username": "test", "password": "123£"}}, "Authorization", "Basic dGVzdDoxMjPCow=="),
        ({"basic": {"username": "not-a-real-key", "password": ""}}, "Authorization", "Basic bm90LWEtcmVhbC1rZXk6"),
        ({"header": {"name": "X-Api-Key", "value": "not-a-real-token"}}, "X-Api-Key", "not-a-real-token"),
    ],
)
def test_credentials_are_sent_as_configured(auth: dict[str, Any], name: str, value: str) -> None:
    assert destination(auth=auth).encode(batch(), NOW).headers[name] == value


def test_configured_headers_are_sent_and_may_name_another_user_agent() -> None:
    headers = destination(headers={"X-Tenant": "acme", "user-agent": "mine"}).encode(batch(), NOW).headers
    assert headers["X-Tenant"] == "acme"
    assert headers["user-agent"] == "mine"
    assert "User-Agent" not in headers


def test_signature_is_verified_by_the_standard_library_of_receivers() -> None:
    now = datetime.now(UTC)  # the library's verify compares with the machine's clock
    request = destination(signature={"standard_webhooks": SIGNING_SECRET}).encode(batch(), now)
    verified = Webhook(SIGNING_SECRET).verify(request.body, dict(request.headers))
    assert verified["batch_id"] == request.headers["Webhook-Id"] == request.headers["Idempotency-Key"]
    assert "Content-Encoding" not in request.headers


def test_signature_is_verified_whatever_zone_the_clock_has() -> None:
    now = datetime.now(UTC).astimezone(timezone(-timedelta(hours=9)))
    request = destination(signature={"standard_webhooks": SIGNING_SECRET}).encode(batch(), now)
    assert Webhook(SIGNING_SECRET).verify(request.body, dict(request.headers))


def test_signature_of_a_changed_body_is_refused() -> None:
    request = destination(signature={"standard_webhooks": SIGNING_SECRET}).encode(batch(), datetime.now(UTC))
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(SIGNING_SECRET).verify(request.body.replace(b"503", b"200"), dict(request.headers))


def test_every_attempt_is_signed_anew() -> None:
    signed = destination(signature={"standard_webhooks": SIGNING_SECRET})
    first, second = (signed.encode(batch(), NOW + timedelta(minutes=wait)) for wait in (0, 10))
    assert first.headers["Webhook-Id"] == second.headers["Webhook-Id"]
    assert first.headers["Webhook-Timestamp"] == "1777887060"
    assert second.headers["Webhook-Timestamp"] == "1777887660"
    assert first.headers["Webhook-Signature"] != second.headers["Webhook-Signature"]


@pytest.mark.parametrize("kind", KINDS)
def test_probe_is_a_batch_of_one_record_that_is_marked_as_a_test(kind: Kind) -> None:
    request = destination(send=[kind, *(other for other in KINDS if other != kind)]).probe(NOW)
    parsed = parse_batch(content(request))
    assert parsed.kind == kind
    (record,) = getattr(parsed, kind)
    assert record.run.name == "failure-forwarder check"
    assert record.run.labels == {"test": "true"}
    assert record.id.version == 7
    assert record.occurred_at == NOW


def test_probes_have_fresh_ids_that_follow_from_the_time() -> None:
    ids = [parse_batch(content(destination().probe(NOW + timedelta(seconds=s)))).batch_id for s in (0, 0, 1)]
    assert ids[0] == ids[1] != ids[2]


def test_probe_of_alerts_pages_nobody() -> None:
    (record,) = json.loads(content(destination(send=["alerts"]).probe(NOW)))["alerts"]
    assert (record["state"], record["severity"]) == ("resolved", "info")
