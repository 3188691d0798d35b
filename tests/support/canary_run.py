"""The run with the canaries: a real Locust, its servers, and everything that was left behind or sent, by place."""

import shutil
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from locust_failure_forwarder.demo.monitoring import MonitoringApi
from locust_failure_forwarder.demo.server import LoopbackServer

from .canary import Canary, Garden
from .canary_config import config_secrets, config_text
from .canary_locustfile import LOCUSTFILE
from .canary_places import Places, of_commands, of_files, of_requests, of_tables
from .canary_plan import make_plan
from .canary_servers import CanaryTarget, Echoing, Judging, whole
from .locust_run import free_port, locust, until

LOGS = ".locust-failures"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run left."""

    planted: tuple[Canary, ...]
    """In requests, answers, exceptions, contexts and the names of the run."""
    configured: tuple[Canary, ...]
    """The configuration's own secrets."""
    beacons: tuple[str, ...]
    """Benign words beside the canaries."""
    witnesses: tuple[str | bytes, ...]
    """What the servers and Locust itself saw, where every canary has to be."""
    places: Places
    """Where none may be."""
    accepted: str
    """All that the accepting destination was sent."""


def run_canaries(folder: Path, setenv: Callable[[str, str], None], *, redacts: bool = True) -> Outcome:
    """Run it once, in an empty folder. Takes a few seconds.

    `setenv` sets a variable of this process's environment, which Locust and the commands inherit.
    """
    garden = Garden()
    plan = make_plan(garden)
    temporary = folder / "temporary"
    temporary.mkdir()
    setenv("TMPDIR", str(temporary))
    with ExitStack() as stack:
        target = stack.enter_context(CanaryTarget(plan.exchanges))
        accepting = stack.enter_context(MonitoringApi())
        refusing, slack = Echoing((400, 422)), Echoing((400,))
        judging, struggling = Judging(), Echoing((500, 503))
        for server in (refusing, slack, judging, struggling):
            stack.enter_context(server)
        closed = f"127.0.0.1:{free_port()}"
        secrets = config_secrets(refusing.url, slack.url, f"http://{closed}")
        refusing.shared = secrets.shared(*(f"CANARY_{n}" for n in ("KEY", "HEADER", "SIGNING", "REFUSING_URL")))
        slack.shared = secrets.shared("CANARY_SLACK_URL")
        judging.shared = secrets.shared("CANARY_USER", "CANARY_PASSWORD")
        struggling.shared = secrets.shared("CANARY_API_KEY")
        for name, value in {**secrets.environment, "CANARY_CLOSED": closed}.items():
            setenv(name, value)
        config = config_text(garden, accepting.batch_url, judging.url, struggling.url, redacts=redacts)
        (folder / "plan.json").write_text(plan.for_the_locustfile())
        due = 2 * len(plan.exchanges) + len(plan.raised) + len(plan.contexts) - 1
        arguments = ("--headless", "-u", "4", "-r", "50", "--loglevel", "DEBUG")
        with locust(folder, target.url, config, LOCUSTFILE, arguments) as run:
            until(
                lambda: min(len(accepting.failures), len(judging.judged)) >= due and slack.requests,
                timeout=40,
                what="the failures and the alert",
            )
            shutil.copytree(folder / LOGS, folder / "while-it-ran")  # the WAL is gone when the log has been closed
            run.process.send_signal(signal.SIGTERM)
            output = run.wait()
        assert run.process.returncode == 0, output
        places: Places = {"output of Locust": [output]}
        places |= of_commands(folder / LOGS, folder / "config.yaml")
        places |= of_files(folder)
        places |= of_tables(folder / LOGS, folder / "copies")
        destinations: dict[str, LoopbackServer] = {"accepting": accepting, "refusing": refusing, "judging": judging}
        destinations |= {"struggling": struggling, "slack": slack}
        for name, server in destinations.items():
            places |= of_requests(name, server.requests)
        witnesses: list[str | bytes] = [config, *target.traffic()]
        witnesses += (path.read_bytes() for path in folder.glob("seen-*.jsonl"))
        witnesses += (whole(request) for server in destinations.values() for request in server.requests)
        witnesses += (secrets.environment[name] for name in ("CANARY_CLOSED_URL", "CANARY_SIGNING"))  # never sent
    return Outcome(
        tuple(garden.canaries),
        tuple(secrets.canaries),
        tuple(garden.beacons),
        tuple(witnesses),
        places,
        "\n".join(body.decode() for body in accepting.raw_bodies),
    )
