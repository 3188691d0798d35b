"""P8: after the death of a forwarder process alert rules go on as if nothing had happened, by what the log has kept."""

from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from locust_failure_forwarder.config.alert_rules import AnyRule, NewFailureRule, SpikeRule
from locust_failure_forwarder.config.models import RunConfig
from locust_failure_forwarder.pipeline.judge import Judge
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_forwarder.pipeline.recover import recover
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_schemas import Alert
from support.frames import NODE, RUN_ID
from support.logs import ALERTS
from support.ratio_samples import BAD, BEGIN, GOOD, rule

MASTER = {**NODE, "role": "master"}
RUN: dict[str, Any] = {"run": RUN_ID, "at": BEGIN, "node": MASTER, "number": 1}
RULES: list[AnyRule] = [
    rule(**{"name": "held", "for": "3s", "repeat": "20s", "over": "5s", "per": "endpoint"}),
    rule(name="few", over="1s", resolve_after=0, max_per_hour=4),
    SpikeRule.model_validate({"name": "rise", "when": "spike", "baseline": "1m"}),
    NewFailureRule.model_validate({"name": "news", "when": "new_failure", "resolve_after": "8s"}),
]
MEMORIES = {"top_endpoints", "top_errors", "top_s", "episode_requests", "episode_failures"}
"""What a message shows beside its rule; a new process remembers it from its own beginning only, and says so."""
NOT_COMPARED = {"id", "episode_id", "run", "node", *MEMORIES}
SECONDS = [*[GOOD] * 80, *[BAD] * 30, *[GOOD, BAD] * 8, *[GOOD] * 60]


def _payloads() -> list[dict[str, Any]]:
    sums = zip(accumulate(n for n, _ in SECONDS), accumulate(k for _, k in SECONDS), strict=True)
    payloads: list[dict[str, Any]] = []
    for second, (requests, failures) in enumerate(sums, 1):
        times = {20: requests - failures, 5000: failures}
        payloads.append(
            {
                "run": RUN_ID,
                "at": BEGIN + second,
                "requests": requests,
                "failures": failures,
                "users": 50,
                "times": times,
                "endpoints": [["GET", "/a", requests, failures, times], ["GET", "/b", 7, 0, {}]],
                "errors": [["GET", "/a", "refused", failures]] if failures else [],
                "new_errors": [["GET", "/a", "refused" if second == 81 else "reset", 1]] if second in (81, 99) else [],
            }
        )
    return payloads


class _Process:
    """A judge whose words go to a log, as the forwarder process does it."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.log = Log.create(path, [ALERTS]) if create else Log.open(path)
        self.judge = Judge(RULES, lambda text: text)
        self.book = RunBook(RunConfig(), lambda text: text)
        if create:
            self.book.begin(RUN_ID, MASTER)
            self.judge.begin(BEGIN)
        else:
            assert recover(self.log, self.log.received, [RUN], self.book, self.judge) == RUN_ID

    def take(self, number: int, payload: dict[str, Any]) -> None:
        run = self.book.get(RUN_ID)
        assert run is not None
        events = self.judge.sample(run, payload)
        self.log.append(events, [], [ALERTS], received=number, kept=self.judge.take_kept())

    def end(self) -> None:
        run = self.book.get(RUN_ID)
        assert run is not None
        events = self.judge.end(run, BEGIN + len(SECONDS) + 1)
        self.log.append(events, [], [ALERTS], kept=self.judge.take_kept())


def _told(path: Path, deaths: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every alert of the run; ids of episodes by the order in which they came."""
    process = _Process(path, create=True)
    for number, payload in enumerate(_payloads(), 1):
        process.take(number, payload)
        if number in deaths:
            process.log.close()
            process = _Process(path, create=False)
    process.end()
    process.end()  # the pipe closes after the run has stopped
    process.log.close()
    process = _Process(path, create=False)
    process.end()
    alerts = [Alert.model_validate_json(body) for body in process.log.bodies("alerts")]
    process.log.close()
    order = list(dict.fromkeys(alert.episode_id for alert in alerts))
    dumped = [alert.model_dump(mode="json", exclude=NOT_COMPARED) for alert in alerts]
    return [{**content, "episode": order.index(a.episode_id)} for content, a in zip(dumped, alerts, strict=True)]


def test_the_run_has_everything_that_could_go_wrong(tmp_path: Path) -> None:
    told = _told(tmp_path / "a.db", ())
    assert {alert["rule"] for alert in told} == {"held", "few", "rise", "news"}
    assert any(alert["repeat"] and alert["state"] == "firing" for alert in told)
    assert any(alert["folded_episodes"] for alert in told)


@pytest.mark.parametrize(
    "deaths", [(1,), (79,), (81, 82, 83), (90,), (100, 105), (110,), (111, 113, 115), (140,), tuple(range(1, 186, 7))]
)
def test_p8_the_same_is_told_whenever_processes_die(tmp_path: Path, deaths: tuple[int, ...]) -> None:
    assert _told(tmp_path / "b.db", deaths) == _told(tmp_path / "a.db", ())
