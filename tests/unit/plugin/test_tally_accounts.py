"""The accounts of P1, from workers to their master: added up by destination, as of each worker's last report."""

from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from locust_failure_forwarder.plugin import tally as tally_module
from locust_failure_forwarder.plugin import told as told_module
from locust_failure_forwarder.plugin.identity import RUN_ID_OPTION
from locust_failure_forwarder.plugin.tally import KEY, Tally

RUN = b"r" * 16
NEXT_RUN = b"s" * 16


def _role(runner: Any) -> str:
    return runner.role


@pytest.fixture(autouse=True)
def _roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "role_of", _role)


def _tally(role: str, sent: list[Any] | None = None, run: bytes = RUN) -> Tally:
    def send(_: str, data: Any) -> None:
        (sent if sent is not None else []).append(data)

    def register(message: str, listener: Any) -> None:
        del message, listener

    runner = SimpleNamespace(role=role, send_message=send, register_message=register)
    tally = Tally(SimpleNamespace(runner=runner, parsed_options=SimpleNamespace(**{RUN_ID_OPTION: run.hex()})))
    tally.begin(run)
    return tally


def _route(captured: int, delivered: int = 0, dead: int = 0, **changes: Any) -> dict[str, Any]:
    """As `status` has it; 3 of the captured are dropped for two reasons."""
    route = {"destination": "monitoring", "kind": "failures", "captured": captured, "delivered": delivered}
    rest = {"pending": captured - delivered - dead - 3, "dead": dead, "dropped": {"buffer_full": 2, "log_full": 1}}
    return {**route, **rest, "note": None, "concurrency": 4, **changes}


def _status(tally: Tally, *routes: dict[str, Any], run: bytes = RUN, over: bool = False) -> None:
    tally.on_status({"run": run, "categories": {"dns": 1}, "over": over, "routes": list(routes)})


def _report(tally: Tally) -> dict[str, Any]:
    data: dict[str, Any] = {}
    tally.on_report_to_master(client_id="1", data=data)
    return data


def _parts(captured: int, delivered: int, pending: int, dead: int, dropped: int) -> dict[str, int]:
    return {"captured": captured, "delivered": delivered, "pending": pending, "dead": dead, "dropped": dropped}


def test_p1_a_master_adds_up_what_its_workers_captured_and_what_became_of_it() -> None:
    one, two, master = _tally("worker"), _tally("worker"), _tally("master")
    _status(one, _route(10, 4), _route(10, 7, destination="archive"), _route(1, kind="summaries"))
    _status(two, _route(20, 5, 2), _route(0, destination="chat", pending=0, dropped={}))
    for worker in (one, two):
        master.on_worker_report(client_id="1", data=_report(worker))
    assert master.accounts_of_workers() == {
        "monitoring": _parts(30, 9, 13, 2, 6),
        "archive": _parts(10, 7, 0, 0, 3),
    }
    _status(one, _route(12, 9))
    master.on_worker_report(client_id="1", data=_report(one))
    assert master.accounts_of_workers() == {"monitoring": _parts(32, 14, 10, 2, 6)}, "the last report is all of them"


def test_deliveries_that_go_on_after_the_end_are_told_too() -> None:
    sent: list[Any] = []
    worker, master = _tally("worker", sent), _tally("master")
    worker.end()
    for delivered in (4, 4, 7):
        _status(worker, _route(10, delivered), over=True)
        gevent.sleep(0)
    assert [report["accounts"]["monitoring"]["delivered"] for report in sent] == [4, 7]
    for report in sent:
        master.on_worker_report(client_id="1", data={KEY: report})
    assert master.accounts_of_workers() == {"monitoring": _parts(10, 7, 0, 0, 3)}


def test_a_worker_of_an_older_version_has_none_and_its_categories_count() -> None:
    master = _tally("master")
    report = {"run": RUN.hex(), "source": "a", "categories": {"dns": 2}}
    master.on_worker_report(client_id="1", data={KEY: report})
    assert (master.of_workers(), master.accounts_of_workers()) == ({"dns": 2}, {})


def test_p1_a_report_that_does_not_add_up_leaves_the_one_before() -> None:
    master = _tally("master")
    for account in (_parts(10, 4, 3, 0, 3), _parts(12, 4, 3, 0, 3)):
        report = {"run": RUN.hex(), "source": "a", "categories": {}, "accounts": {"monitoring": account}}
        master.on_worker_report(client_id="1", data={KEY: report})
    assert master.accounts_of_workers() == {"monitoring": _parts(10, 4, 3, 0, 3)}


def test_in_the_next_run_they_are_told_anew_even_if_nothing_fails_in_it() -> None:
    worker, master = _tally("worker", run=NEXT_RUN), _tally("master")
    worker.on_status({"run": NEXT_RUN, "categories": {}, "over": False, "routes": [_route(10, 7)]})
    master.on_worker_report(client_id="1", data={KEY: {**_report(worker)[KEY], "run": RUN.hex()}})
    assert master.accounts_of_workers() != {}
    master.begin(NEXT_RUN)
    assert master.accounts_of_workers() == {}
    master.on_worker_report(client_id="1", data=_report(worker))
    assert master.accounts_of_workers() == {"monitoring": _parts(10, 7, 0, 0, 3)}


def test_p3_no_number_of_destinations_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told_module, "_MOST_NAMES", 2)
    master = _tally("master")
    for source, name in enumerate(("a", "b", "c", "a")):
        report = {"run": RUN.hex(), "source": str(source), "categories": {}, "accounts": {name: _parts(1, 1, 0, 0, 0)}}
        master.on_worker_report(client_id="1", data={KEY: report})
    assert master.accounts_of_workers() == {"a": _parts(2, 2, 0, 0, 0), "b": _parts(1, 1, 0, 0, 0)}
