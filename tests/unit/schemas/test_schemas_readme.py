"""The README's code runs and its table of fields is complete."""

import base64
import gzip
import hashlib
import hmac
import re
import time
from pathlib import Path
from typing import Any

import pytest
from locust_failure_schemas.json_schema import json_schemas
from support.schema_golden import body, document, encode

README = Path(__file__).parents[3] / "schemas" / "README.md"
RECEIVE, VERIFY = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
SECRET = "whsec_" + base64.b64encode(b"not-a-real-secret").decode()


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, str(README), "exec"), names)  # noqa: S102  # our own README
    return names


@pytest.mark.parametrize("kind", ["failures", "alerts", "summaries"])
def test_receiver_takes_every_kind_and_prints_each_record_once(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    receive = run(RECEIVE)["receive"]
    whole = body(f"{kind}.complete")
    records = len(document(f"{kind}.complete")[kind])

    assert receive(whole, {}) == (200, "ok")
    assert len(capsys.readouterr().out.splitlines()) == records
    assert receive(gzip.compress(whole), {"content-encoding": "gzip"}) == (200, "ok")
    assert capsys.readouterr().out == ""


_COMPRESSED = gzip.compress(body("failures.complete"), mtime=0)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"not gzip", _COMPRESSED[:-20], gzip.compress(b"{}" * 99, mtime=0)[:12] + b"\xff" * 9],
)
def test_receiver_answers_400_to_damaged_gzip(damaged: bytes) -> None:
    status, reason = run(RECEIVE)["receive"](damaged, {"content-encoding": "gzip"})
    assert status == 400
    assert isinstance(reason, str)


def test_receiver_answers_400_with_the_place_to_what_is_no_batch() -> None:
    wrong = encode(document("failures.complete") | {"batch_id": "x"})
    status, reason = run(RECEIVE)["receive"](wrong, {})
    assert status == 400
    assert reason.startswith("batch_id: ")


def signed(content: bytes, *, at: float | None = None) -> dict[str, str]:
    """As standard-webhooks/standard-webhooks, spec, has it."""
    moment = int(time.time() if at is None else at)
    digest = hmac.digest(b"not-a-real-secret", f"id1.{moment}.".encode() + content, hashlib.sha256)
    signature = "v1,b2xkIGtleQ== v1," + base64.b64encode(digest).decode()
    return {"webhook-id": "id1", "webhook-timestamp": str(moment), "webhook-signature": signature}


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_"), SECRET.rstrip("=")])
def test_signature_is_recognised(secret: str) -> None:
    assert run(VERIFY)["is_genuine"](b"{}", signed(b"{}"), secret) is True


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{ }", signed(b"{}")),
        (b"{}", signed(b"{}", at=0)),
        (b"{}", {}),
        (b"{}", signed(b"{}") | {"webhook-id": "id2"}),
        (b"{}", signed(b"{}") | {"webhook-timestamp": "soon"}),
        (b"{}", signed(b"{}") | {"webhook-signature": "v1,"}),
    ],
    ids=["changed body", "old", "unsigned", "other id", "no number", "empty"],
)
def test_wrong_signature_is_refused(content: bytes, headers: dict[str, str]) -> None:
    assert run(VERIFY)["is_genuine"](content, headers, SECRET) is False


def test_table_names_every_field_and_marks_what_may_be_missing() -> None:
    schemas: dict[str, Any] = {}
    for batch in ("failure-batch", "alert-batch", "summary-batch"):
        schema = json_schemas()[batch]
        schemas |= schema["$defs"] | {schema["title"]: schema}
    expected = {
        model: [f"`{name}`" + ("" if name in schema["required"] else "?") for name in schema["properties"]]
        for model, schema in schemas.items()
        if "properties" in schema
    }
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", README.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert {model: fields.split(", ") for model, fields in rows} == expected
