"""The demo's monitoring API, on a real socket: takes what keeps the contract, counts what comes twice."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from locust_failure_forwarder.demo.monitoring import API_KEY, MonitoringApi
from support.schema_golden import body, document, encode, replaced
from support.web import WEB

AUTH = {"Authorization": f"Bearer {API_KEY}"}


@pytest.fixture
def monitoring() -> Iterator[MonitoringApi]:
    with MonitoringApi() as server:
        yield server


def post(monitoring: MonitoringApi, content: bytes, **headers: str) -> httpx.Response:
    return WEB.post(monitoring.batch_url, content=content, headers=AUTH | headers)


@pytest.mark.parametrize("kind", ["failures", "alerts", "summaries"])
@pytest.mark.parametrize("compressed", [True, False])
def test_monitoring_takes_every_kind_once(monitoring: MonitoringApi, kind: str, compressed: bool) -> None:
    plain = body(f"{kind}.complete")
    content = gzip.compress(plain) if compressed else plain
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    ids = [UUID(record["id"]) for record in document(f"{kind}.complete")[kind]]

    first, second = (post(monitoring, content, **headers) for _ in range(2))

    assert (first.status_code, first.json()) == (200, {"accepted": len(ids), "duplicates": 0})
    assert second.json() == {"accepted": 0, "duplicates": len(ids)}
    assert list(getattr(monitoring, kind)) == ids
    assert monitoring.duplicates == len(ids)
    assert [batch.kind for batch in monitoring.batches] == [kind, kind]
    assert monitoring.raw_bodies == (plain, plain)


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{}", {}, 400),
        (body("failures.complete"), {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(body("failures.complete"))[:-9], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(body("failures.complete")), {}, 400),
        (body("failures.complete"), {"Content-Encoding": "br"}, 415),
        (body("failures.complete"), {"Idempotency-Key": "other"}, 400),
        (body("failures.complete"), {"Authorization": "Bearer other"}, 401),
        (encode(document("failures.complete") | {"schema_version": "2.0"}), {}, 400),
        (encode(replaced(document("failures.complete"), ("failures", 0, "sequence"), "1")), {}, 400),
    ],
)
def test_monitoring_refuses(monitoring: MonitoringApi, content: bytes, headers: dict[str, str], status: int) -> None:
    answer = post(monitoring, content, **headers)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert monitoring.batches == ()
    assert monitoring.failures == {}
    assert len(monitoring.raw_bodies) == 1


def test_monitoring_knows_one_address_and_method(monitoring: MonitoringApi) -> None:
    assert WEB.post(monitoring.url, headers=AUTH).status_code == 404
    assert WEB.get(monitoring.batch_url, headers=AUTH).status_code == 405


def test_monitoring_writes_new_records_as_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "out" / "received.jsonl"
    with MonitoringApi(jsonl=path) as monitoring:
        for name in ("failures.complete", "alerts.complete", "failures.complete"):
            assert post(monitoring, body(name)).status_code == 200

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["failures", "failures", "alerts", "alerts"]
    assert lines[0]["record"]["error"]["category"] == "server_error"


def test_monitoring_shows_each_batch_as_it_comes() -> None:
    kinds: list[str] = []
    with MonitoringApi(on_batch=lambda batch: kinds.append(batch.kind)) as monitoring:
        post(monitoring, body("alerts.minimal"))
        post(monitoring, b"no batch")
    assert kinds == ["alerts"]


def test_monitoring_that_loses_an_answer_sees_duplicates(monitoring: MonitoringApi) -> None:
    monitoring.fault = lambda number: 503 if number == 1 else None
    monitoring.fault_after_work = True

    assert post(monitoring, body("failures.complete")).status_code == 503
    assert post(monitoring, body("failures.complete")).json() == {"accepted": 0, "duplicates": 2}


def test_monitoring_that_fails_outright_keeps_nothing(monitoring: MonitoringApi) -> None:
    monitoring.fault = lambda number: 500 if number == 1 else None

    assert post(monitoring, body("failures.complete")).status_code == 500
    assert monitoring.failures == {}
    assert post(monitoring, body("failures.complete")).json() == {"accepted": 2, "duplicates": 0}


def test_monitoring_counts_exactly_under_parallel_requests(monitoring: MonitoringApi) -> None:
    whole = document("failures.minimal")
    bodies = [
        encode(replaced(whole, ("failures", 0, "id"), f"01976a5e-7c1b-7000-8000-{number:012x}")) for number in range(40)
    ]

    def send(content: bytes) -> int:
        return post(monitoring, content).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, bodies * 2)) == {200}
    assert (len(monitoring.failures), monitoring.duplicates, len(monitoring.batches)) == (40, 40, 80)
