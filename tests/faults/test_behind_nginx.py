"""P1, P6 and P7 with a real nginx in front of the receiver: 429, 503, 413, dropped connections, slow answers."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from locust_failure_forwarder.wire import FrameType
from services.access import Access, impatient
from services.nginx import Nginx
from support.fault_plan import Fault, How, Plan
from support.fault_run import BATCH, TIMEOUT, config, dead_ids, feed, flush_until_dealt, ids_of, noise
from support.forwarder_process import forwarder
from support.locust_run import until
from support.oracle import PATH, Oracle
from support.oracle_ledger import all_sent, problems

DEADLINE = 25.0
MOST_AT_ONCE = 8
OUTAGE = 3.0
MOST_IN_AN_OUTAGE = 24
"""Requests in `OUTAGE` seconds. Without any patience it would be thousands."""


def _failed(requests: list[Access]) -> list[Access]:
    return [request for request in requests if request.status != 200]


def test_p7_retry_after_of_a_rate_limit_is_honoured_until_all_has_arrived(tmp_path: Path) -> None:
    batches = 6
    records = range(1, batches * BATCH + 1)
    with (
        Oracle() as oracle,
        Nginx(
            tmp_path / "nginx",
            oracle.port,
            around="limit_req_zone $binary_remote_addr zone=all:1m rate=2r/s;",
            inside="limit_req zone=all burst=1 nodelay; limit_req_status 429; error_page 429 = @later;",
            beside="location @later { add_header Retry-After 2 always; return 429; }",
        ) as nginx,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, nginx.url + PATH))
        process.fail(records)
        process.wait_for_ack(records[-1])
        process.end(DEADLINE)
        requests = nginx.requests()
    assert problems(oracle.book, all_sent(ids_of(records)), process.account()) == []
    assert 429 in {request.status for request in requests}, "the limit was never reached"
    assert impatient(requests, 429, wait=2.0, grace=0.5) == []
    # One for each batch, and before each pause as many refused as may be under way at once. A pause lets one through.
    assert len(requests) <= batches + batches * MOST_AT_ONCE


def test_p1_random_503_delay_and_lose_nothing(tmp_path: Path) -> None:
    records = range(1, 10 * BATCH + 1)
    with (
        Oracle() as oracle,
        Nginx(
            tmp_path / "nginx",
            oracle.port,
            around="split_clients $request_id $by_chance { 40% 1; * 0; }"
            # One at least, whatever chance says: the first on each connection.
            " map $connection_requests $unlucky { 1 1; default $by_chance; }",
            inside="if ($unlucky) { return 503; }",
        ) as nginx,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, nginx.url + PATH))
        feed(process, records)
        process.end(DEADLINE)
        requests = nginx.requests()
    assert problems(oracle.book, all_sent(ids_of(records)), process.account()) == []
    assert _failed(requests)
    assert len(requests) < 6 * 10


def test_p6_413_halves_until_it_fits_and_the_one_that_never_fits_is_dead(tmp_path: Path) -> None:
    records, giant = range(1, 6 * BATCH + 1), 123
    with (
        Oracle() as oracle,
        Nginx(tmp_path / "nginx", oracle.port, inside="client_max_body_size 16k;") as nginx,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, nginx.url + PATH, extra="capture: {max_body_bytes: 32KiB}\n"))
        for number in records:
            process.fail([number], response_body=noise(number, 30_000 if number == giant else 700))
        process.end(DEADLINE)
        refused = [request for request in nginx.requests() if request.status == 413]
    claim = all_sent(ids_of(records), ids_of([giant]))
    assert dead_ids(tmp_path) == claim.dead
    assert problems(oracle.book, claim, process.account()) == []
    assert 6 <= len(refused) <= 6 * 10


@pytest.mark.parametrize("answer", ["444", "429", "503"])
def test_p7_an_outage_is_waited_out_with_few_requests(tmp_path: Path, answer: str) -> None:
    """444 is nginx's own: the connection is closed without an answer."""
    records = range(1, 20 * BATCH + 1)
    with (
        Oracle() as oracle,
        Nginx(tmp_path / "nginx", oracle.port, inside=f"if (-f $fault) {{ return {answer}; }}") as nginx,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, nginx.url + PATH))
        feed(process, records)
        begin = time.monotonic()
        until(lambda: nginx.requests() and time.monotonic() > begin + OUTAGE, what="the end of the outage")
        in_outage = nginx.requests()
        nginx.heal()
        process.end(DEADLINE)
    assert problems(oracle.book, all_sent(ids_of(records)), process.account()) == []
    assert {request.status for request in in_outage} == {int(answer)}
    assert len(in_outage) <= MOST_IN_AN_OUTAGE


def test_p1_an_upstream_too_slow_for_nginx_may_have_kept_the_records_and_they_come_again(tmp_path: Path) -> None:
    records = range(1, 10 * BATCH + 1)
    plan = Plan(51, [Fault(How.SILENCE), Fault(How.SILENCE, keeps=False)], good=4)
    with (
        Oracle(plan) as oracle,
        Nginx(tmp_path / "nginx", oracle.port, inside="proxy_read_timeout 300ms;") as nginx,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, nginx.url + PATH))
        feed(process, records)
        flush_until_dealt(process, plan, 4.0)
        oracle.stop_faults()
        process.end(DEADLINE)
        assert 504 in {request.status for request in nginx.requests()}
    assert oracle.book.lost_answers
    claim = replace(all_sent(ids_of(records)), answers_get_lost=True)
    assert problems(oracle.book, claim, process.account()) == []


def test_p1_an_answer_that_nginx_drips_for_longer_than_the_time_out_is_no_answer(tmp_path: Path) -> None:
    records = range(1, 4 * BATCH + 1)
    with (
        Oracle(answer_bytes=4000) as oracle,
        Nginx(tmp_path / "nginx", oracle.port, inside="if (-f $fault) { set $limit_rate 100; }") as nginx,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, nginx.url + PATH))
        feed(process, records)
        until(lambda: max(oracle.book.seen.values(), default=0) > 1, timeout=8 * TIMEOUT, what="a second attempt")
        unheard = process.of(FrameType.STATUS)[-1]["routes"][0]
        nginx.heal()
        process.end(DEADLINE)
    claim = replace(all_sent(ids_of(records)), answers_get_lost=True)
    assert problems(oracle.book, claim, process.account()) == []
    assert unheard["delivered"] == 0, "nothing counts as delivered whose answer was not heard"
