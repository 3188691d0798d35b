"""The demo's locustfile in a real Locust, without the plugin: meets every kind of failure and sends what is planted."""

import json
import subprocess
import sys
from pathlib import Path

from locust_failure_forwarder import demo
from locust_failure_forwarder.demo.secrets_planted import PLANTED
from locust_failure_forwarder.demo.shop import Shop

LOCUSTFILE = Path(demo.__file__).with_name("locustfile.py")
WATCHER = """
import json
from locust import constant, events

failures, texts = set(), []

@events.init.add_listener
def hurry(environment, **_):
    for user_class in environment.user_classes:
        user_class.wait_time = constant(0.02)

@events.request.add_listener
def watch(name, exception, response, url, context, **_):
    if exception is not None:
        client = "fast" if "fasthttp" in type(response).__module__ else "http"
        failures.add((client, name, response.status_code))
        request = response.request
        texts.append(repr((url, context, request and (dict(request.headers), request.body), response.text)))

@events.quit.add_listener
def write(**_):
    with open("watched.json", "w") as file:
        json.dump([sorted(failures), texts], file)
"""
KINDS = {
    ("/", 503),
    ("/products/[id]", 404),
    ("/products/[id]", 503),
    ("/checkout", 500),
    ("/login", 401),
    ("/search", 429),
    ("/slow", 0),
    ("/reset", 0),
    ("/cart", 200),
}


def test_every_kind_of_failure_happens_to_both_clients_and_every_planted_secret_is_there(tmp_path: Path) -> None:
    (tmp_path / "watcher.py").write_text(WATCHER)
    command = [sys.executable, "-m", "locust", "-f", f"watcher.py,{LOCUSTFILE}", "--headless", "-u", "6", "-r", "6"]

    with Shop() as shop:
        shop.burst = True
        command += ["-t", "8s", "--only-summary", "--exit-code-on-error", "0", "--host", shop.url]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    failures, texts = json.loads((tmp_path / "watched.json").read_text())
    happened = {tuple(failure) for failure in failures}
    assert {(client, *kind) for client in ("http", "fast") for kind in KINDS} <= happened
    everything = "\n".join(texts)
    assert [secret for secret in PLANTED if secret not in everything] == []
