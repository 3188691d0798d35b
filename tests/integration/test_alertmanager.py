"""Episodes at a real Alertmanager: they fire, they resolve, twice the same is one, and hostile texts are taken."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from locust_failure_forwarder.demo.exchange import Reply, Request, text_reply
from locust_failure_forwarder.demo.server import LoopbackServer
from locust_failure_forwarder.destinations.alertmanager import AlertmanagerConfig, AlertmanagerDestination
from locust_failure_forwarder.destinations.base import Batch, Delivered, HttpResponse, Rejected
from locust_failure_schemas import Alert
from services.alertmanager import Alertmanager
from support.locust_run import until
from support.samples import alert, event, run
from support.transport import deliver


class Pager(LoopbackServer):
    """What Alertmanager notifies."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._told: list[dict[str, Any]] = []

    def respond(self, request: Request) -> Reply:
        with self._lock:
            self._told += json.loads(request.body)["alerts"]
        return text_reply(200, "ok")

    def told(self) -> list[tuple[str, str]]:
        """Status and rule of what it was told, in order."""
        with self._lock:
            return [(one["status"], one["labels"]["alertname"]) for one in self._told]


@pytest.fixture
def pager() -> Iterator[Pager]:
    with Pager() as pager:
        yield pager


@pytest.fixture
def alertmanager(tmp_path: Path, pager: Pager) -> Iterator[Alertmanager]:
    with Alertmanager(tmp_path / "alertmanager", pager.url) as server:
        yield server


def post(server: Alertmanager, record: Alert, **config: Any) -> object:
    destination = AlertmanagerDestination(
        "it", AlertmanagerConfig.model_validate({"type": "alertmanager", "url": server.url, **config})
    )
    now = datetime.now(UTC)
    return destination.read(
        deliver(destination.encode(Batch("alerts", "it", [event("alerts", record=record)]), now)), now
    )


def firing(**changes: Any) -> Alert:
    now = datetime.now(UTC)
    times: dict[str, Any] = {"started_at": now, "occurred_at": now}
    return alert(**times | changes)


def over(record: Alert) -> Alert:
    changes = {
        "state": "resolved",
        "resolution": "recovered",
        "occurred_at": datetime.now(UTC),
        "severity": record.severity,
    }
    return record.model_copy(update={**changes, "id": UUID(int=record.id.int + 1), "value": 0.0})


def test_an_episode_fires_and_resolves(alertmanager: Alertmanager, pager: Pager) -> None:
    record = firing()
    assert post(alertmanager, record, labels={"channel": "load"}) == Delivered()
    (held,) = alertmanager.alerts()
    assert held["status"]["state"] in ("active", "unprocessed")
    assert held["labels"] == {
        "alertname": "failure-spike",
        "severity": "critical",
        "run": "checkout-soak",
        "environment": "staging",
        "team": "payments",
        "channel": "load",
        "run_id": str(record.run.id),
        "episode_id": str(record.episode_id),
    }
    assert held["annotations"]["summary"].startswith(
        "🔥 checkout-soak (staging): failure-spike: 42 % of 410 requests failed"
    )
    until(lambda: pager.told() == [("firing", "failure-spike")], what="the page")
    assert post(alertmanager, over(record), labels={"channel": "load"}) == Delivered()
    assert alertmanager.alerts() == []
    until(lambda: pager.told()[1:] == [("resolved", "failure-spike")], what="the end of the page")


def test_it_fires_for_as_long_as_configured_and_not_for_the_resolve_timeout(alertmanager: Alertmanager) -> None:
    """Alertmanager resolves by itself after five minutes what says nothing of its end."""
    record = firing()
    assert post(alertmanager, record, expire_after="6h") == Delivered()
    (held,) = alertmanager.alerts()
    ends = datetime.fromisoformat(held["endsAt"])
    assert abs(ends - record.occurred_at - timedelta(hours=6)) < timedelta(seconds=1)


def test_a_repeated_request_is_the_same_alert_and_another_episode_is_not(
    alertmanager: Alertmanager, pager: Pager
) -> None:
    record = firing()
    for one in (record, record, firing(episode_id=UUID(int=record.episode_id.int + 1))):
        assert post(alertmanager, one) == Delivered()
    assert len(alertmanager.alerts()) == 2
    until(lambda: len(pager.told()) == 2, what="two pages")
    assert post(alertmanager, over(record)) == Delivered()
    assert len(alertmanager.alerts()) == 1


def test_hostile_texts_are_taken(alertmanager: Alertmanager) -> None:
    hostile = "<b>\x00\n\u202e{{ .Values }} 😀" * 200
    labels = {"": "x", "1st": "y", "é/ü": "z", "alertname": "theirs", "ok": "", "long": hostile}
    record = firing(rule=hostile, run=run(name=hostile, environment=hostile, labels=labels))
    assert post(alertmanager, record) == Delivered()
    (held,) = alertmanager.alerts()
    assert held["labels"]["alertname"].startswith("<b>")
    assert held["labels"]["_1st"] == "y"
    assert "ok" not in held["labels"]
    assert post(alertmanager, over(record)) == Delivered()
    assert alertmanager.alerts() == []


def test_the_probe_is_taken_and_pages_nobody(alertmanager: Alertmanager, pager: Pager) -> None:
    destination = AlertmanagerDestination(
        "it", AlertmanagerConfig.model_validate({"type": "alertmanager", "url": alertmanager.url + "/"})
    )
    now = datetime.now(UTC)
    assert destination.read(deliver(destination.probe(now)), now) == Delivered()
    assert alertmanager.alerts() == []
    assert pager.told() == []


def test_what_it_refuses_is_a_dead_letter_that_is_not_halved(alertmanager: Alertmanager) -> None:
    destination = AlertmanagerDestination(
        "it", AlertmanagerConfig.model_validate({"type": "alertmanager", "url": alertmanager.url})
    )
    now = datetime.now(UTC)
    request = destination.encode(Batch("alerts", "it", [event("alerts", record=firing())]), now)
    answer: HttpResponse = deliver(request.__class__(request.url, request.headers, b'[{"labels": {"bad name": "x"}}]'))
    assert answer.status == 400
    verdict = destination.read(answer, now)
    assert isinstance(verdict, Rejected)
    assert not verdict.splittable
