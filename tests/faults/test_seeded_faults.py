"""P1, P2, P6 and P7 against a receiver that commits faults from a seeded plan: the ledger is exact to the record."""

import time
from pathlib import Path

import pytest
from locust_failure_schemas import FailureRecord
from support.cli import cli
from support.fault_plan import FAULTS, GOOD, Fault, How, Plan
from support.fault_run import (
    BATCH,
    WINDOW,
    config,
    dead_ids,
    feed,
    flush_until,
    flush_until_dealt,
    ids_of,
    logged_account,
    logged_ids,
    noise,
    portions,
)
from support.forwarder_process import forwarder
from support.oracle import Oracle
from support.oracle_ledger import Claim, all_sent, impatient, problems

RECORDS = 3000
DEADLINE = 25.0
FAULTY_SECONDS = 6.0


@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_p1_p2_through_every_fault_all_arrive_and_the_accounts_are_exact(tmp_path: Path, seed: int) -> None:
    plan = Plan(seed)
    with Oracle(plan) as oracle, forwarder(tmp_path) as process:
        process.begin(config(tmp_path, oracle.batch_url))
        feed(process, range(1, RECORDS + 1))
        flush_until_dealt(process, plan, FAULTY_SECONDS)
        oracle.stop_faults()
        process.end(DEADLINE)
    assert len(oracle.book.committed_faults - {GOOD}) > len(FAULTS) / 2, "too few faults to have shown anything"
    assert oracle.book.lost_answers, "no answer was lost"
    assert problems(oracle.book, all_sent(ids_of(range(1, RECORDS + 1))), process.account()) == []
    assert impatient(oracle.book) == []


# -- what can never be taken ---------------------------------------------------------------------------------------

SOME_FAULTS = (
    Fault(status=503, keeps=False),
    Fault(status=429, keeps=False),
    Fault(How.RESET),
    Fault(How.CUT_BODY),
    Fault(How.RESET_UNREAD, keeps=False),
)


def _is_poison(record: FailureRecord) -> bool:
    return record.context.get("poison") is True


@pytest.mark.parametrize("seed", [21, 22])
def test_p6_the_dead_letters_are_the_poison_records_and_no_other(tmp_path: Path, seed: int) -> None:
    # Apart by more than a batch, so that the requests that may be spent on one batch suffice for its one culprit.
    poison = set(range(77, 2001, 2 * BATCH + 37))
    plan = Plan(seed, SOME_FAULTS, good=15)
    with Oracle(plan, is_poison=_is_poison) as oracle, forwarder(tmp_path) as process:
        process.begin(config(tmp_path, oracle.batch_url))
        for number in range(1, 2001):
            process.fail([number], **({"context": {"poison": True}} if number in poison else {}))
        process.wait_for_ack(2000)
        flush_until_dealt(process, plan, FAULTY_SECONDS)
        oracle.stop_faults()
        process.end(DEADLINE)
    claim = all_sent(ids_of(range(1, 2001)), ids_of(poison))
    assert dead_ids(tmp_path) == claim.dead
    assert problems(oracle.book, claim, process.account()) == []


def test_p6_what_is_too_large_is_halved_until_it_fits_and_one_that_never_fits_is_dead(tmp_path: Path) -> None:
    giants = {260, 700}
    plan = Plan(31, SOME_FAULTS, good=25)
    with Oracle(plan, max_body=12_000) as oracle, forwarder(tmp_path) as process:
        process.begin(config(tmp_path, oracle.batch_url, extra="capture: {max_body_bytes: 32KiB}\n"))
        for number in range(1, 1001):
            process.fail([number], response_body=noise(number, 30_000 if number in giants else 700))
        process.wait_for_ack(1000)
        flush_until_dealt(process, plan, FAULTY_SECONDS)
        oracle.stop_faults()
        process.end(DEADLINE)
    assert sum(e.status == 413 for e in oracle.book.exchanges) > 1000 / BATCH
    claim = all_sent(ids_of(range(1, 1001)), ids_of(giants))
    assert dead_ids(tmp_path) == claim.dead
    assert problems(oracle.book, claim, process.account()) == []


# -- a crash in the middle -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [41, 42])
def test_p2_a_sigkill_amid_faults_loses_nothing_acknowledged_and_replay_delivers_it(tmp_path: Path, seed: int) -> None:
    plan = Plan(seed, [*SOME_FAULTS, Fault(How.SILENCE), Fault(How.DRIP_FOREVER)])
    path = tmp_path / "config.yaml"
    with Oracle(plan) as oracle:
        with forwarder(tmp_path) as process:
            process.begin(config(tmp_path, oracle.batch_url))
            feed(process, range(1, RECORDS // 2 + 1))
            flush_until(process, lambda: len(oracle.book.acknowledged) > 2 * BATCH, FAULTY_SECONDS)
            for portion in portions(range(RECORDS // 2 + 1, RECORDS + 1)):
                process.fail(portion)  # on the way while the process dies
            process.process.kill()
            process.process.wait()
            killed = time.monotonic()
        committed = logged_ids(tmp_path)
        assert committed >= ids_of(range(1, RECORDS // 2 + 1)), "what was acknowledged is on disk"
        oracle.stop_faults()
        result = cli("replay", tmp_path / "logs", "-c", path)
        assert result.exit_code == 0, result.stderr
    claim = Claim(ids_of(range(1, RECORDS + 1)), committed, crashes=(killed,), window=WINDOW)
    assert problems(oracle.book, claim, logged_account(tmp_path)) == []
