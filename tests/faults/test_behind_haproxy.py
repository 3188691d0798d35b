"""P1 and P7 with a real HAProxy in front of the receiver: a rate limit, random 503, a tarpit, silent drops."""

import time
from pathlib import Path

import pytest
from services.access import impatient
from services.haproxy import TARPIT, HaProxy
from support.fault_run import BATCH, config, feed, ids_of
from support.forwarder_process import forwarder
from support.locust_run import until
from support.oracle import PATH, Oracle
from support.oracle_ledger import all_sent, problems

DEADLINE = 25.0
MOST_AT_ONCE = 8
OUTAGE = 3.0
MOST_IN_AN_OUTAGE = 24
"""Requests in `OUTAGE` seconds. Without any patience it would be thousands."""


def test_p7_retry_after_of_a_rate_limit_is_honoured_until_all_has_arrived(tmp_path: Path) -> None:
    batches = 10
    records = range(1, batches * BATCH + 1)
    limit = (
        "stick-table type ip size 1k expire 10s store http_req_rate(1s)\n"
        "  http-request track-sc0 src\n"
        "  http-request return status 429 hdr Retry-After 2 if { sc_http_req_rate(0) gt 4 }"
    )
    with (
        Oracle() as oracle,
        HaProxy(tmp_path / "haproxy", oracle.port, limit) as haproxy,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, haproxy.url + PATH))
        process.fail(records)
        process.wait_for_ack(records[-1])
        process.end(DEADLINE)
        requests = haproxy.requests()
    assert problems(oracle.book, all_sent(ids_of(records)), process.account()) == []
    assert 429 in {request.status for request in requests}, "the limit was never reached"
    assert impatient(requests, 429, wait=2.0, grace=0.5) == []
    # One for each batch, and before each pause as many refused as may be under way at once. A pause lets four through.
    assert len(requests) <= batches + batches // 4 * MOST_AT_ONCE + MOST_AT_ONCE


def test_p1_random_503_delay_and_lose_nothing(tmp_path: Path) -> None:
    records = range(1, 10 * BATCH + 1)
    with (
        Oracle() as oracle,
        HaProxy(tmp_path / "haproxy", oracle.port, "http-request return status 503 if { rand(100) lt 40 }") as haproxy,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, haproxy.url + PATH))
        feed(process, records)
        process.end(DEADLINE)
        requests = haproxy.requests()
    assert problems(oracle.book, all_sent(ids_of(records)), process.account()) == []
    assert 503 in {request.status for request in requests}
    assert len(requests) < 6 * 10


@pytest.mark.parametrize("rule", ["tarpit", "silent-drop"])
def test_p7_connections_that_lead_nowhere_are_given_up_and_tried_again_with_few_requests(
    tmp_path: Path, rule: str
) -> None:
    """A tarpit keeps the connection open without a word; a silent drop forgets it without telling the client."""
    records = range(1, 20 * BATCH + 1)
    with (
        Oracle() as oracle,
        HaProxy(tmp_path / "haproxy", oracle.port, f"http-request {rule} if fault") as haproxy,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, haproxy.url + PATH))
        feed(process, records)
        begin = time.monotonic()
        until(lambda: haproxy.requests() and time.monotonic() > begin + OUTAGE, what="the end of the outage")
        healed = time.time()
        haproxy.heal()
        process.end(DEADLINE)
        # HAProxy logs a request that it held when it lets go of it, not when the client leaves.
        until(lambda: time.time() > healed + TARPIT + 0.5, what="the log of the last that were held")
        in_outage = [request for request in haproxy.requests() if request.began < healed]
    assert problems(oracle.book, all_sent(ids_of(records)), process.account()) == []
    assert 1 <= len(in_outage) <= MOST_IN_AN_OUTAGE
