"""Every way a request can fail in Locust becomes a valid record of the right category, for both of its clients."""

import signal
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_schemas import FailureRecord
from support.locust_run import INSTALL, config_for, locust, until
from support.nasty import NastyServer

MODES = {
    "status 400": "client_error",
    "status 401": "unauthorized",
    "status 403": "unauthorized",
    "status 404": "not_found",
    "status 429": "rate_limited",
    "status 500": "server_error",
    "status 503": "server_error",
    "read timeout": "read_timeout",
    "body timeout": "read_timeout",
    "refused": "connection_refused",
    "no such host": "dns",
    "reset": "connection_reset",
    "closed": "connection_reset",
    "tls": "tls",
    "redirect loop": "redirect_loop",
    "bad gzip": "decode",
    "failure text": "assertion",
    "failure exception": "assertion",
    "failure text on 503": "server_error",
}

LOCUSTFILE = (
    INSTALL
    + """
import socket
from locust import FastHttpUser, HttpUser, User, constant, events, task
from locust.exception import StopUser

_closed = socket.create_server(("127.0.0.1", 0))
REFUSED = f"http://127.0.0.1:{_closed.getsockname()[1]}/"
_closed.close()


def all_modes(user, client, timeout, tls_base):
    get = client.get
    for code in (400, 401, 403, 404, 429, 500, 503):
        get(f"/status/{code}?token=not-a-real-token-{code}", name=f"status {code}")
    get("/slow", name="read timeout", **timeout)
    get("/drip", name="body timeout", **timeout)
    get(REFUSED, name="refused")
    get("http://no-such-host.invalid/", name="no such host")
    get("/reset", name="reset")
    get("/close", name="closed")
    get(tls_base + "/status/200", name="tls")
    get("/loop", name="redirect loop")
    get("/gzip", name="bad gzip")
    with get("/wrong", name="failure text", catch_response=True) as response:
        response.failure("status field says error")
    with get("/wrong", name="failure exception", catch_response=True) as response:
        response.failure(ValueError("status field says error"))
    with get("/status/503", name="failure text on 503", catch_response=True) as response:
        response.failure(f"checkout failed: {response.status_code}")


class Plain(HttpUser):
    fixed_count = 1
    wait_time = constant(0)

    def context(self):
        return {"tenant": "acme", "odd": {1, 2}, "huge": 2**80, "nested": {"list": [1, None, 2.5]}}

    @task
    def everything(self):
        all_modes(self, self.client, {"timeout": 0.3}, self.host.replace("http://127.0.0.1", "https://localhost"))
        # Only here: FastHttpUser's own client raises on a failed answer that is no text.
        self.client.get("/binary", name="binary")
        raise RuntimeError("a bug in the locustfile, password=not-a-real-password-bug")

    def wait(self):
        raise StopUser()


class Fast(FastHttpUser):
    fixed_count = 1
    network_timeout = 0.3
    max_redirects = 5

    @task
    def everything(self):
        all_modes(self, self.client, {}, self.host.replace("http://127.0.0.1", "https://localhost"))
        raise StopUser()


class Custom(User):
    fixed_count = 1

    @task
    def everything(self):
        fire = self.environment.events.request.fire
        fire(request_type="grpc", name="text", response_time=1, response_length=0, exception="went wrong")
        fire(request_type="grpc", name="bare", response_time=None, response_length=0, exception=OSError(111, "refused"))
        fire(request_type="kafka", name="late", response_time=3, response_length=0, exception=TimeoutError())
        fire(request_type="odd", name="negative", response_time=1, response_length=-1, exception=ValueError("x"))
        cycle = {}
        cycle["self"] = cycle
        broken = ValueError("x")
        fire(request_type="odd", name="cycle", response_time=1, response_length=0, exception=broken, context=cycle)
        heavy = {"blob": "x" * 5_000_000}
        fire(request_type="odd", name="heavy", response_time=1, response_length=0, exception=broken, context=heavy)
        with self.environment.events.request.measure("measured", "measured") as meta:
            raise KeyError("missing")
        raise StopUser()
"""
)


@pytest.fixture
def nasty() -> Iterator[NastyServer]:
    with NastyServer() as server:
        yield server


def test_every_mode_becomes_a_record_of_its_category(
    tmp_path: Path, nasty: NastyServer, monitoring: MonitoringApi
) -> None:
    last = {"Plain": "binary", "Fast": "failure text on 503", "Custom": "measured"}

    def all_are_done() -> bool:
        came = {(record.user.class_name, record.request.name) for record in monitoring.failures.values() if record.user}
        return came >= set(last.items())

    arguments = ("--headless", "-u", "3", "-r", "10", "--stop-timeout", "5")
    with locust(tmp_path, nasty.url, config_for(monitoring.batch_url), LOCUSTFILE, arguments) as run:
        until(all_are_done, what="the last failure of each user")
        run.signal_after(0.5, signal.SIGTERM)  # the user errors come behind them
        output = run.wait()
    assert run.process.returncode == 0, output
    records = list(monitoring.failures.values())
    by_user: dict[str, dict[str, FailureRecord]] = defaultdict(dict)
    for record in records:
        by_user[record.user.class_name if record.user else "?"][record.request.name] = record

    for user in ("Plain", "Fast"):
        got = {name: by_user[user][name].error.category for name in MODES if name in by_user[user]}
        assert got == MODES, f"{user}\n{output}"
        failed = by_user[user]["status 500"]
        assert failed.response is not None
        assert failed.response.body == '{"error":"made to fail"}'
        assert failed.response.length == 24
        assert failed.request.url is not None
        assert "not-a-real-token" not in failed.model_dump_json()
        assert failed.elapsed_ms is not None
        assert by_user[user]["refused"].response is None

    binary = by_user["Plain"]["binary"].response
    assert binary is not None
    assert binary.body == "[binary body, 256 bytes captured]"

    context = by_user["Plain"]["status 500"].context
    assert context["tenant"] == "acme"

    bug = next(record for record in records if record.error.category == "user_error")
    assert bug.error.traceback is not None
    assert "in everything" in bug.error.traceback
    assert (bug.user.class_name, bug.user.task) == ("Plain", "everything") if bug.user else False
    assert "not-a-real-password-bug" not in bug.model_dump_json()

    custom = {record.request.name: record for record in by_user["Custom"].values()}
    assert custom["text"].error.type == "str"
    assert custom["text"].error.category == "assertion"
    assert custom["bare"].error.category == "connection_refused"
    assert custom["late"].error.category == "read_timeout"
    assert custom["cycle"].context == {"not_copied": "ValueError"}
    assert custom["heavy"].context == {"not_copied": "too large"}
    assert custom["measured"].error.type == "KeyError"

    # A negative length breaks the contract: that record is dead, not lost, and the accounts say so.
    counted = sum(count["failures"] + count["user_errors"] for count in run.counts())
    assert len(records) == counted - 1
    assert f"captured {counted} = delivered {counted - 1} + pending 0 + dead 1 + dropped 0" in output
    assert not monitoring.duplicates
