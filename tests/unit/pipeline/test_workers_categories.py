"""Failures by category in the summary of a master: what its workers told, whatever that was. P3, P4."""

import pytest
from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.runs import RunBook, RunState
from locust_failure_schemas import RunSummary
from support.frames import AT, NODE, RUN_ID, SECRET
from support.intake import SAMPLE
from support.samples import failure


def _of_a_master() -> tuple[Judge, RunState]:
    book = RunBook(RunConfig(), lambda text: text)
    return Judge([], lambda text: text), book.begin(RUN_ID, {**NODE, "role": "master"})


def _summary(run: RunState, judge: Judge, categories: object) -> RunSummary:
    payload = {**SAMPLE, "failures": 172, "started_at": AT, "users_peak": 70, "categories": categories}
    return RunSummary.model_validate_json(judge.summary(run, payload).body)


def test_on_a_master_the_categories_are_those_of_its_workers() -> None:
    judge, run = _of_a_master()
    summary = _summary(run, judge, {"tls": 2, "server_error": 170, "user_error": 3})
    assert summary.categories == {"server_error": 170, "user_error": 3, "tls": 2}
    assert list(summary.categories) == ["server_error", "user_error", "tls"], "most frequent first"
    assert summary.user_errors == 3


def test_what_a_master_captured_itself_is_added_to_what_its_workers_told() -> None:
    judge, run = _of_a_master()
    run.count(failure())
    assert _summary(run, judge, {"tls": 170, "server_error": 2}).categories == {"tls": 170, "server_error": 3}


@pytest.mark.parametrize(
    "garbage", [None, 7, "tls", [["tls", 1]], {}, {"tls": "1", "dns": -1, "decode": True, "timeout": 0}]
)
def test_p3_categories_that_are_none_cost_themselves_and_not_the_summary(garbage: object) -> None:
    judge, run = _of_a_master()
    summary = _summary(run, judge, garbage)
    assert (summary.categories, summary.user_errors, summary.failures) == ({}, 0, 172)


def test_p4_what_a_worker_calls_a_category_and_is_none_is_unknown() -> None:
    judge, run = _of_a_master()
    assert _summary(run, judge, {SECRET: 2, "unknown": 1, 7: 1, "tls": 1}).categories == {"unknown": 4, "tls": 1}
