"""Failures by category, from workers to their master: whatever comes late, twice or anew. P3."""

from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest
from locust_failure_forwarder.plugin import tally as tally_module
from locust_failure_forwarder.plugin.identity import RUN_ID_OPTION
from locust_failure_forwarder.plugin.tally import KEY, MESSAGE, Tally

RUN = b"r" * 16
NEXT_RUN = b"s" * 16


class Runner:
    """What a tally uses of Locust's; refuses a second listener of a type, as Locust does."""

    def __init__(self, role: str, *, broken: bool = False) -> None:
        self.role = role
        self.sent: list[tuple[str, Any]] = []
        self.listeners: dict[str, Any] = {}
        self._broken = broken

    def register_message(self, message: str, listener: Any) -> None:
        if self._broken or message in self.listeners:
            raise RuntimeError("it already had a listener")
        self.listeners[message] = listener

    def send_message(self, message: str, data: Any) -> None:
        if self._broken:
            raise ConnectionError("the master is gone")
        self.sent.append((message, data))


@pytest.fixture(autouse=True)
def _roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "role_of", lambda runner: runner.role)  # pyright: ignore - a Runner


def _worker(run: bytes = RUN, named: bytes | None = RUN, *, broken: bool = False) -> tuple[Tally, Runner]:
    runner = Runner("worker", broken=broken)
    options = SimpleNamespace(**({} if named is None else {RUN_ID_OPTION: named.hex()}))
    tally = Tally(SimpleNamespace(runner=runner, parsed_options=options))
    tally.begin(run)
    return tally, runner


def _master(run: bytes = RUN) -> tuple[Tally, Runner]:
    runner = Runner("master")
    tally = Tally(SimpleNamespace(runner=runner, parsed_options=SimpleNamespace()))
    tally.begin(run)
    return tally, runner


def _count(tally: Tally, run: bytes = RUN, *, over: bool = False, **categories: int) -> None:
    tally.on_status({"run": run, "categories": categories, "over": over, "routes": []})


def _reported(tally: Tally) -> dict[str, Any]:
    data: dict[str, Any] = {}
    tally.on_report_to_master(client_id="worker-1", data=data)
    return data


def _report(source: str, run: bytes = RUN, **categories: Any) -> dict[str, Any]:
    return {"stats": [], KEY: {"run": run.hex(), "source": source, "categories": categories}}


# -- a worker ------------------------------------------------------------------------------------------------------


def test_a_worker_puts_its_newest_counts_into_each_report() -> None:
    tally, _ = _worker()
    _count(tally, server_error=3)
    first = _reported(tally)
    _count(tally, server_error=5, tls=1)
    second = _reported(tally)
    assert first[KEY]["categories"] == {"server_error": 3}
    assert second[KEY] == {**first[KEY], "categories": {"server_error": 5, "tls": 1}}
    assert first[KEY]["run"] == RUN.hex()


def test_a_worker_that_has_counted_nothing_adds_nothing() -> None:
    assert _reported(_worker()[0]) == {}


@pytest.mark.parametrize("named", [None, NEXT_RUN], ids=["no run", "another run"])
def test_a_master_without_the_plugin_is_told_nothing(named: bytes | None) -> None:
    tally, runner = _worker(named=named)
    tally.end()
    _count(tally, server_error=3)
    gevent.sleep(0)
    assert (_reported(tally), runner.sent) == ({}, [])


def test_p5_the_counts_after_the_end_of_a_run_are_sent_at_once_and_once() -> None:
    tally, runner = _worker()
    _count(tally, server_error=3)
    gevent.sleep(0)
    assert runner.sent == []
    tally.end()
    for _ in range(3):
        _count(tally, server_error=5)
        gevent.sleep(0)
    assert [(message, data["categories"]) for message, data in runner.sent] == [(MESSAGE, {"server_error": 5})]


def test_a_worker_that_quits_waits_for_its_last_counts_before_it_takes_leave() -> None:
    tally, runner = _worker()
    _count(tally, server_error=3)
    tally.end()
    quitting = cast("gevent.Greenlet[..., None]", gevent.spawn(tally.on_quitting))
    gevent.sleep(0)
    assert not quitting.dead
    assert runner.sent == []
    _count(tally, over=True, server_error=5)
    quitting.join(timeout=5)
    assert [data["categories"] for _, data in runner.sent] == [{"server_error": 5}]


def test_p3_a_worker_that_quits_waits_a_moment_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "_MOMENT", 0.0)
    tally, runner = _worker()
    _count(tally, server_error=3)
    tally.end()
    tally.on_quitting()
    assert [data["categories"] for _, data in runner.sent] == [{"server_error": 3}], "what it has"


def test_a_worker_that_quits_in_the_middle_of_a_run_tells_what_it_has_at_once() -> None:
    tally, runner = _worker()
    _count(tally, server_error=3)
    tally.on_quitting()
    assert [data["categories"] for _, data in runner.sent] == [{"server_error": 3}]


def test_p3_a_master_that_quits_waits_for_nothing() -> None:
    tally, runner = _master()
    tally.end()
    tally.on_quitting()
    assert runner.sent == []


def test_p3_a_master_that_is_gone_disturbs_nobody() -> None:
    tally, runner = _worker(broken=True)
    tally.end()
    _count(tally, server_error=5)
    gevent.sleep(0)
    assert runner.sent == []


def test_counts_of_the_run_before_are_not_told_as_this_ones() -> None:
    tally, _ = _worker()
    _count(tally, server_error=3)
    tally.begin(NEXT_RUN)
    _count(tally, server_error=4)  # a status that was under way
    assert _reported(tally) == {}


def test_a_status_of_an_older_shape_says_nothing() -> None:
    tally, _ = _worker()
    tally.on_status({"routes": [], "log": "a.db"})
    assert _reported(tally) == {}


# -- a master ------------------------------------------------------------------------------------------------------


def test_a_master_adds_up_the_latest_counts_of_each_worker() -> None:
    tally, runner = _master()
    tally.on_worker_report(client_id="1", data=_report("a", server_error=3))
    tally.on_worker_report(client_id="2", data=_report("b", server_error=4, tls=1))
    tally.on_worker_report(client_id="1", data=_report("a", server_error=5))
    assert tally.of_workers() == {"server_error": 9, "tls": 1}
    last = SimpleNamespace(data=_report("b", server_error=6, tls=1)[KEY])
    runner.listeners[MESSAGE](environment=None, msg=last)
    assert tally.of_workers() == {"server_error": 11, "tls": 1}


def test_what_a_worker_reports_is_what_a_master_reads() -> None:
    worker, runner = _worker()
    master, _ = _master()
    _count(worker, server_error=3)
    master.on_worker_report(client_id="1", data=_reported(worker))
    worker.end()
    _count(worker, server_error=5, dns=1)
    gevent.sleep(0)
    master.on_worker_report(client_id="1", data={KEY: runner.sent[0][1]})
    assert master.of_workers() == {"server_error": 5, "dns": 1}


def test_a_worker_that_connects_again_under_a_new_client_id_is_not_counted_twice() -> None:
    worker, _ = _worker()
    master, _ = _master()
    for client_id, failures in (("old", 3), ("new", 7)):
        _count(worker, server_error=failures)
        master.on_worker_report(client_id=client_id, data=_reported(worker))
    assert master.of_workers() == {"server_error": 7}


def test_a_worker_that_was_started_again_counts_beside_what_it_had_counted_before() -> None:
    master, _ = _master()
    for _process in range(2):
        worker, _ = _worker()
        _count(worker, server_error=3)
        master.on_worker_report(client_id="worker", data=_reported(worker))
    assert master.of_workers() == {"server_error": 6}


def test_counts_that_a_damaged_log_has_lost_stay_counted() -> None:
    master, _ = _master()
    master.on_worker_report(client_id="1", data=_report("a", server_error=30, tls=1))
    master.on_worker_report(client_id="1", data=_report("a", server_error=2, dns=1))
    assert master.of_workers() == {"server_error": 30, "tls": 1, "dns": 1}


def test_every_run_begins_with_nothing_and_takes_no_late_report_of_the_one_before() -> None:
    master, runner = _master()
    master.on_worker_report(client_id="1", data=_report("a", server_error=3))
    master.begin(NEXT_RUN)
    master.on_worker_report(client_id="1", data=_report("a", server_error=4))
    assert master.of_workers() == {}
    master.on_worker_report(client_id="1", data=_report("a", NEXT_RUN, server_error=1))
    assert master.of_workers() == {"server_error": 1}
    assert list(runner.listeners) == [MESSAGE]


def test_p3_a_type_of_message_that_somebody_else_took_is_done_without() -> None:
    tally = Tally(SimpleNamespace(runner=Runner("master", broken=True), parsed_options=None))
    tally.begin(RUN)
    tally.on_worker_report(client_id="1", data=_report("a", server_error=3))
    assert tally.of_workers() == {"server_error": 3}


def test_a_worker_without_the_plugin_adds_nothing() -> None:
    master, _ = _master()
    master.on_worker_report(client_id="1", data={"stats": [], "user_count": 3})
    assert master.of_workers() == {}


def test_p3_no_number_of_sources_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "_MOST_SOURCES", 2)
    master, _ = _master()
    for source in ("a", "b", "c", "a"):
        master.on_worker_report(client_id="1", data=_report(source, server_error=1))
    assert master.of_workers() == {"server_error": 2}
