"""What a rule costs the forwarder process: CPU a sample (one a second), for the test and for each of 200 endpoints.

    .venv/bin/python benchmarks/alert_rules_cost.py

The history is full, some endpoints fail at 3 %, and nothing fires. With response times, as `slow_requests` wants them,
each sample holds 100 of them for each endpoint. Figures are for ratios within one run.
"""

import random
import sys
import time
from collections.abc import Sequence

from locust_failure_forwarder.alerts import engine
from locust_failure_forwarder.alerts.samples import EndpointSample, Sample
from locust_failure_forwarder.config.alert_rules import AnyRule, FailureRatioRule, SpikeRule

FILL = 450
"""Samples until the history is full."""
MEASURED = 200
PACE = 10
"""Requests a second of each endpoint."""


def samples(endpoints: int, times: int) -> Sequence[Sample]:
    draw = random.Random(f"{endpoints} {times}")
    failures = [0] * endpoints
    made: list[Sample] = []
    for second in range(1, FILL + MEASURED + 1):
        failures = [failed + sum(draw.random() < 0.03 for _ in range(PACE)) for failed in failures]
        took = {10 * number: second for number in range(times)}
        parts = tuple(EndpointSample("GET", f"/{n}", PACE * second, k, took) for n, k in enumerate(failures))
        made.append(Sample(1e9 + second, PACE * second * endpoints, sum(failures), 50, parts, took))
    return made


def microseconds(rule: AnyRule, given: Sequence[Sample]) -> float:
    """CPU time of a sample, the lower of two rounds."""
    rounds: list[float] = []
    for _ in range(2):
        state = engine.start(1e9)
        for sample in given[:FILL]:
            state, _ = engine.step([rule], state, sample)
        begin = time.process_time()
        for sample in given[FILL:]:
            state, _ = engine.step([rule], state, sample)
        rounds.append((time.process_time() - begin) / MEASURED * 1e6)
    return min(rounds)


def main() -> int:
    print("| endpoints | response times of each | `failure_ratio` | `spike` | ratio |\n|---|---|---|---|---|")
    for endpoints in (1, 200):
        scope = "endpoint" if endpoints > 1 else "test"
        for times in (0, 100):
            given = samples(endpoints, times)
            ratio = microseconds(FailureRatioRule(name="ratio", per=scope, above=0.5), given)
            rise = microseconds(SpikeRule(name="rise", when="spike", per=scope), given)
            print(f"| {endpoints} | {times} | {ratio:.0f} µs | {rise:.0f} µs | {rise / ratio:.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
