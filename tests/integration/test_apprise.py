"""Messages by the real library Apprise, to a server of the test: delivered, refused, too slow, and no trace left."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from locust_failure_forwarder.demo.exchange import Reply, text_reply
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.destinations.apprise import AppriseConfig, AppriseDestination
from locust_failure_forwarder.destinations.base import Batch, Delivered, HttpResponse, Retry
from locust_failure_forwarder.errors import ConfigError
from locust_failure_forwarder.pipeline.apprise_send import AppriseTransport
from locust_failure_forwarder.pipeline.deliver import NetworkError
from locust_failure_forwarder.pipeline.probe import probe
from locust_failure_schemas import ErrorCount
from support.samples import NOW, alert, event
from support.transport import Echo, raw_server

PATIENCE = 60.0


def apprise(address: str) -> AppriseDestination:
    url = f"json://not-a-real-user:not-a-real-password@{address}/x"
    return AppriseDestination("apprise", AppriseConfig.model_validate({"type": "apprise", "url": url}))


def send(destination: AppriseDestination, timeout: float = PATIENCE, **changes: Any) -> HttpResponse:
    request = destination.encode(Batch("alerts", "apprise", [event("alerts", record=alert(**changes))]), NOW)

    async def once() -> HttpResponse:
        async with AppriseTransport(timeout) as transport:
            return await transport.send(request)

    return asyncio.run(once())


def test_an_alert_arrives_with_its_severity_and_without_mentions() -> None:
    with Echo(text_reply(200, "ok")) as server:
        hostile = (ErrorCount(method="GET", name="/", message="@everyone <!channel>", count=1),)
        answer = send(apprise(server.url.removeprefix("http://")), top_errors=hostile)
        destination = apprise(server.url.removeprefix("http://"))
        assert destination.read(answer, NOW) == Delivered()
        (request,) = server.requests
    body = json.loads(request.body)
    assert body["title"] == "🔥 checkout-soak (staging): failure-spike: 42 % of 410 requests failed (limit 5 %)"
    assert body["type"] == "failure"
    assert "POST /checkout 120 of 210 requests failed" in body["message"]
    assert "@everyone" not in body["message"]


def test_what_the_service_refuses_is_tried_again(tmp_path: Path) -> None:
    with Echo(Reply(500)) as server:
        destination = apprise(server.url.removeprefix("http://"))
        verdict = destination.read(send(destination), NOW)
    assert isinstance(verdict, Retry)
    assert verdict.reason == "502: Apprise could not deliver it, and does not say why"


def test_at_the_deadline_the_process_is_gone_and_the_reason_says_so() -> None:
    def never(connection: Any) -> None:
        while connection.recv(65536):
            pass

    with raw_server(never) as address:
        started = time.monotonic()
        with pytest.raises(NetworkError) as caught:
            send(apprise(address), timeout=1.5)
        assert time.monotonic() - started < 30
    assert str(caught.value) == "no outcome within 1.5 s"
    assert [child for child in psutil.Process().children() if "apprise_child" in " ".join(child.cmdline())] == []


def test_the_probe_goes_the_same_way() -> None:
    with Echo(text_reply(200, "ok")) as server:
        config = apprise(server.url.removeprefix("http://")).config
        result = asyncio.run(probe("chat", config.model_copy(update={"timeout": PATIENCE})))
        (request,) = server.requests
    assert result.ok
    assert "Test message from failure-forwarder" in json.loads(request.body)["title"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('url: "nosuchservice://not-a-real-token"', "no address that Apprise knows"),
        ('url: "not-a-real-token"', "no address that Apprise knows"),
        ('url: "json://a.example"\n    tls: {}', "`tls` has no effect on Apprise"),
    ],
)
def test_an_address_that_apprise_does_not_know_stops_the_start(tmp_path: Path, written: str, words: str) -> None:
    """P9, P4"""
    file = tmp_path / "config.yaml"
    file.write_text(f"version: 1\ndestinations:\n  it:\n    type: apprise\n    {written}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {})
    assert words in str(caught.value)
    assert "not-a-real" not in str(caught.value)
