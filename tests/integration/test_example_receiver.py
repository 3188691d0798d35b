"""`examples/receiver.py` in a process of its own: takes every kind, prints each record once, refuses the rest."""

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.schema_golden import body, document, encode, replaced
from support.web import WEB

EXAMPLE = Path(__file__).parents[2] / "examples" / "receiver.py"


@dataclass
class Receiver:
    process: "subprocess.Popen[str]"
    url: str = field(init=False)

    def __post_init__(self) -> None:
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+/\S+)\n", self.line())
        assert found is not None
        self.url = found[1]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def post(self, content: bytes, **headers: str) -> tuple[int, str]:
        answer = WEB.post(self.url, content=content, headers=headers)
        return answer.status_code, answer.text


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    command = [sys.executable, str(EXAMPLE), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield Receiver(process)
        finally:
            process.terminate()


def test_prints_each_record_once_whatever_comes_twice(receiver: Receiver) -> None:
    packed = gzip.compress(body("failures.complete"))

    assert receiver.post(packed, **{"Content-Encoding": "gzip"}) == (200, "ok\n")
    assert receiver.post(body("failures.complete")) == (200, "ok\n")
    assert receiver.post(body("alerts.complete")) == (200, "ok\n")
    assert receiver.post(body("summaries.complete")) == (200, "ok\n")

    assert [receiver.line() for _ in range(5)] == [
        "09:30:00 server_error 503 POST /orders/[id]: 503 Server Error: Service Unavailable for url: /orders/[id]\n",
        "11:30:00 connection_refused - GET /: [Errno 111] Connection refused\n",
        "09:31:00 ALERT failure-spike firing: failure_ratio 0.42\n",
        "09:33:10 ALERT failure-spike resolved: failure_ratio 0.01\n",
        "09:40:00 SUMMARY checkout-soak: 172 of 24000 failed\n",
    ]


def test_text_of_others_cannot_break_the_line(receiver: Receiver) -> None:
    changed = replaced(document("failures.minimal"), ("failures", 0, "error", "message"), "a\r\nb\x1b[31m")
    assert receiver.post(encode(changed)) == (200, "ok\n")
    assert receiver.line() == "09:30:00 unknown - GET /: a  b [31m\n"


@pytest.mark.parametrize(
    ("content", "headers", "reason"),
    [
        (b"", {}, "no batch: body: Invalid JSON"),
        (b"{}", {}, "no batch: schema_version: Field required"),
        (b"{}", {"Content-Encoding": "gzip"}, "the body is not gzip"),
        (gzip.compress(b"{}")[:-1], {"Content-Encoding": "gzip"}, "the body is too large or was cut"),
        (gzip.compress(bytes(65 * 1024 * 1024)), {"Content-Encoding": "gzip"}, "the body is too large or was cut"),
        (b"{}", {"Content-Encoding": "zstd"}, "only gzip and no compression are understood"),
    ],
    ids=["empty", "no batch", "not gzip", "cut gzip", "gzip bomb", "zstd"],
)
def test_answers_400_with_the_reason(receiver: Receiver, content: bytes, headers: dict[str, str], reason: str) -> None:
    status, text = receiver.post(content, **headers)
    assert status == 400
    assert text.startswith(reason)


def test_answers_to_other_addresses_and_bodies_without_length(receiver: Receiver) -> None:
    assert WEB.post(receiver.url + "/other", content=b"{}").status_code == 404
    assert WEB.post(receiver.url, content=iter([b"{}"])).status_code == 411
    assert receiver.post(body("failures.minimal")) == (200, "ok\n")
