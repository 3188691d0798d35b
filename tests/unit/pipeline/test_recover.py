"""A run taken up in the middle, from the log of a forwarder process that died. P8: one firing, one resolved message."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.events import Event
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import Log, NewEvent
from locust_failure_forwarder.pipeline.recover import recover
from locust_failure_forwarder.pipeline.runs import RunBook, RunState
from locust_failure_schemas import Alert, ErrorInfo, RunSummary
from support.frames import AT, NODE, RUN_ID
from support.logs import ALERTS, FAILURES
from support.ratio_samples import BEGIN, rule
from support.samples import alert, event, failure, run, summary, uuid7

OTHER = uuid7(0xBB).bytes
SUMMARIES = RouteKey("monitoring", "summaries")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    created = Log.create(tmp_path / "a.db", [FAILURES, ALERTS, SUMMARIES])
    yield created
    created.close()


def _append(log: Log, events: Iterable[Event | NewEvent], received: int) -> None:
    new = [NewEvent(e.kind, e.id, e.origin, e.body) for e in events]
    log.append(new, [], [FAILURES, ALERTS, SUMMARIES], received=received)


def _announced(number: int, run_id: bytes = RUN_ID) -> dict[str, Any]:
    return {"run": run_id, "at": AT, "node": NODE, "number": number}


def _recover(log: Log, *runs: dict[str, Any], received: int | None = None) -> tuple[bytes, RunBook, Judge]:
    book = RunBook(RunConfig(name="checkout-soak"), lambda text: text)
    judge = Judge([rule()], lambda text: text)
    current = recover(log, log.received if received is None else received, list(runs), book, judge)
    return current, book, judge


def _state(book: RunBook, run_id: bytes = RUN_ID) -> RunState:
    state = book.get(run_id)
    assert state is not None
    return state


def _sample(second: int, requests: int, failures: int) -> dict[str, Any]:
    counts: dict[str, Any] = {"requests": requests, "failures": failures, "users": 50, "endpoints": [], "errors": []}
    return {"run": RUN_ID, "at": BEGIN + second, **counts}


def test_a_fresh_log_knows_no_run(log: Log) -> None:
    current, book, _ = _recover(log, _announced(1))
    assert current == b""
    assert book.get(RUN_ID) is None, "its frame comes again"


def test_runs_that_were_announced_before_go_on_and_later_ones_come_as_frames(log: Log) -> None:
    _append(log, [event("failures")], received=5)
    current, book, _ = _recover(log, _announced(1), _announced(6, OTHER))
    assert current == RUN_ID
    assert book.get(OTHER) is None
    state = _state(book)
    assert (state.run.name, state.node.host) == ("checkout-soak", "loadgen-1")


def test_the_last_announced_run_is_the_current_one(log: Log) -> None:
    _append(log, [], received=9)
    assert _recover(log, _announced(1), _announced(6, OTHER))[0] == OTHER


def test_counts_and_groups_are_those_of_the_log(log: Log) -> None:
    user_error = ErrorInfo(type="KeyError", message="'sku'", category="user_error", fingerprint="0123456789abcdef")
    records = [failure(1), failure(2), failure(3, error=user_error, response=None)]
    _append(log, [event("failures", record=record) for record in records], received=5)
    state = _state(_recover(log, _announced(1))[1])
    assert state.categories == {"server_error": 2, "user_error": 1}
    assert state.categories["user_error"] == 1
    assert [(group.message, group.count) for group in state.groups.top(5)] == [
        (failure().error.message, 2),
        ("'sku'", 1),
    ]


def test_each_run_gets_its_own_counts(log: Log) -> None:
    first, second = failure(1), failure(2, run=run(id=uuid7(0xBB)))
    elsewhere = failure(3, run=run(id=uuid7(0xCC)))
    _append(log, [event("failures", record=record) for record in (first, second, elsewhere)], received=9)
    _, book, _ = _recover(log, _announced(1), _announced(6, OTHER))
    assert _state(book).categories == _state(book, OTHER).categories == {"server_error": 1}


def test_a_summary_after_the_restart_counts_the_whole_run(log: Log) -> None:
    fired = alert(1)
    resolved = alert(2, state="resolved", resolution="recovered")
    events = [event("failures"), event("alerts", record=fired), event("alerts", record=resolved)]
    _append(log, [*events, event("summaries", record=summary(1))], received=9)
    _, book, judge = _recover(log, _announced(1))
    state = _state(book)
    assert state.alerts_fired == 1
    payload = {**_sample(600, 24_000, 172), "started_at": BEGIN, "users_peak": 70}
    told = RunSummary.model_validate_json(judge.summary(state, payload).body)
    assert (told.alerts_fired, told.categories, told.sequence) == (1, {"server_error": 1}, 2)
    assert [error.count for error in told.top_errors] == [1]


def test_p8_after_a_restart_the_same_episode_is_resolved_and_no_second_one_fired(log: Log) -> None:
    fired = alert(1, rule="spike")
    _append(log, [event("alerts", record=fired)], received=9)
    _, book, judge = _recover(log, _announced(1))
    events: list[NewEvent] = []
    for second in range(2, 60):
        events += judge.sample(_state(book), _sample(second, 50 * second, 40))
    (resolved,) = [Alert.model_validate_json(e.body) for e in events]
    assert (resolved.state, resolved.sequence) == ("resolved", 2)
    assert resolved.episode_id == fired.episode_id


def test_p8_alerts_of_an_earlier_run_leave_this_one_alone_and_numbers_go_on(log: Log) -> None:
    _append(log, [event("alerts", record=alert(4, rule="spike"))], received=9)
    _, book, judge = _recover(log, _announced(1), _announced(6, OTHER))
    state = _state(book, OTHER)
    assert state.alerts_fired == 0
    assert judge.sample(state, _sample(1, 50, 0)) == []
    (fired,) = [Alert.model_validate_json(e.body) for e in judge.sample(state, _sample(2, 100, 40))]
    assert (fired.state, fired.sequence) == ("firing", 5)


def test_p2_a_log_that_took_the_place_of_a_damaged_one_still_knows_what_was_acknowledged(log: Log) -> None:
    current, book, _ = _recover(log, _announced(1), received=17)
    assert current == RUN_ID, "its frame was acknowledged, and will not come again"
    assert _state(book).categories == {}


def test_records_of_a_later_minor_version_are_counted(log: Log) -> None:
    body = event("alerts").body.replace(b"{", b'{"invented_later":1,', 1)
    sample = event("alerts")
    _append(log, [NewEvent("alerts", sample.id, sample.origin, body)], received=3)
    assert _state(_recover(log, _announced(1))[1]).alerts_fired == 1
