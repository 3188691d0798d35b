"""A signal stops a worker: it says how the run ended before it takes leave of its master. P5."""

from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest
from locust_failure_forwarder.plugin import listener as listener_module
from locust_failure_forwarder.plugin import tally as tally_module
from locust_failure_forwarder.plugin.identity import RUN_ID_OPTION
from locust_failure_forwarder.plugin.listener import Plugin
from locust_failure_forwarder.wire import FrameType
from support.children import LOG, Children

RUN = b"r" * 16


def _in_a_run(world: Children, monkeypatch: pytest.MonkeyPatch, role: str) -> tuple[Plugin, list[Any]]:
    """A plugin of which a run is in progress, and what it sends to its master."""

    def role_of(_: Any) -> str:
        return role

    def node_of(_: Any) -> dict[str, Any]:
        return {"role": role}

    for module in (listener_module, tally_module):
        monkeypatch.setattr(module, "role_of", role_of)
    monkeypatch.setattr(listener_module, "node_of", node_of)  # the real ones import Locust, which patches the process
    sent: list[Any] = []

    def send(_: str, data: Any) -> None:
        sent.append(data)

    runner = SimpleNamespace(client_id="worker-1", worker_index=0, send_message=send)
    options = SimpleNamespace(**{RUN_ID_OPTION: RUN.hex()})
    plugin = Plugin(SimpleNamespace(runner=runner, parsed_options=options), "config.yaml")
    plugin._link = world.link  # pyright: ignore[reportPrivateUsage] - with processes that are none
    world.link.on_status = plugin.tally.on_status
    world.begin()
    plugin.on_test_start()
    world.settle()
    return plugin, sent


def _status(world: Children, failures: int, *, over: bool) -> None:
    world.child.say(FrameType.STATUS, run=RUN, categories={"dns": failures}, over=over, routes=[], log=LOG)


def _said(world: Children) -> list[FrameType]:
    return [frame.type for frame in world.child.heard if frame.number]


def test_p5_a_worker_ends_the_run_and_tells_its_master_what_came_of_it_first(
    world: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin, sent = _in_a_run(world, monkeypatch, "worker")
    _status(world, 3, over=False)
    quitting = cast("gevent.Greenlet[..., None]", gevent.spawn(plugin.on_quitting))
    world.settle()
    assert _said(world) == [FrameType.RUN_STARTED, FrameType.RUN_STOPPED, FrameType.FLUSH]
    assert not quitting.dead
    _status(world, 5, over=True)
    quitting.join(timeout=5)
    assert [report["categories"] for report in sent] == [{"dns": 5}]
    plugin.on_test_stop()
    world.settle()
    assert _said(world).count(FrameType.RUN_STOPPED) == 1, "the end that Locust tells of later is the same"


def test_a_local_process_goes_on_until_its_test_stops(world: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin, _ = _in_a_run(world, monkeypatch, "local")
    plugin.on_quitting()
    world.settle()
    assert _said(world) == [FrameType.RUN_STARTED]
