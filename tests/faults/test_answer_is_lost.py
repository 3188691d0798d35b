"""P1 and P2 when the receiver has taken a batch and the answer gets lost on its way: it comes again, recognisably."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import PATH, MonitoringApi
from locust_failure_schemas import FailureBatch, parse_batch
from support.cutting_proxy import Cut, CuttingProxy
from support.fault_run import BATCH, config, feed, ids_of
from support.forwarder_process import KEY, forwarder
from support.oracle import Oracle
from support.oracle_ledger import all_sent, problems

BATCHES = 10
RECORDS = range(1, BATCHES * BATCH + 1)
DEADLINE = 25.0


@pytest.mark.parametrize("cut", Cut)
def test_p1_a_batch_whose_answer_was_lost_comes_again_with_the_same_ids_and_the_same_batch_id(
    tmp_path: Path, cut: Cut
) -> None:
    with (
        Oracle() as oracle,
        CuttingProxy(oracle.port, lambda number: cut if number % 3 == 1 else None) as proxy,
        forwarder(tmp_path) as process,
    ):
        process.begin(config(tmp_path, proxy.url + PATH))
        feed(process, RECORDS)
        process.end(DEADLINE)
    claim = replace(all_sent(ids_of(RECORDS)), answers_get_lost=True)
    assert problems(oracle.book, claim, process.account()) == []
    assert len(proxy.cut_keys) >= BATCHES / 3
    came = Counter(e.batch_id for e in oracle.book.exchanges)
    cuts = Counter(proxy.cut_keys)
    assert came == {batch_id: 1 + cuts[str(batch_id)] for batch_id in came}, "once more for each lost answer, no more"


def test_p2_a_receiver_that_tells_repetitions_by_the_id_or_by_the_idempotency_key_ends_exact(
    tmp_path: Path, monitoring: MonitoringApi
) -> None:
    upstream_port = int(monitoring.url.rsplit(":", 1)[1])
    with (
        CuttingProxy(upstream_port, lambda number: Cut.NOTHING if number % 2 else None) as proxy,
        forwarder(tmp_path) as process,
    ):
        path = config(tmp_path, proxy.url + PATH, more=f"    auth: {{bearer: {KEY}}}\n")
        process.begin(path)
        feed(process, RECORDS)
        process.end(DEADLINE)
    assert process.account()["delivered"] == len(RECORDS)
    assert set(monitoring.failures) == ids_of(RECORDS)
    assert monitoring.duplicates > 0, "something did come again"

    first_by_key: dict[str, FailureBatch] = {}
    for request in monitoring.requests:
        batch = parse_batch(request.plain_body())
        assert isinstance(batch, FailureBatch)
        first_by_key.setdefault(request.headers["idempotency-key"], batch)
    taken = [record.id for batch in first_by_key.values() for record in batch.failures]
    assert len(taken) == len(RECORDS)
    assert set(taken) == ids_of(RECORDS)
