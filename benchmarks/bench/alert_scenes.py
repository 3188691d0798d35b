"""Synthetic tests whose failures are known: one sample a second, as from a local Locust. Decides nothing about alerts.

Each has a pace and a usual share of failures; in some of them episodes begin whose times are known.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from locust_failure_forwarder.alerts.samples import EndpointSample, Sample

BEGIN: Final = 1e9
"""Epoch seconds."""
FIRST: Final = 600
"""Seconds before the first episode."""

Shape = Callable[[int], tuple[float, float]]
"""From the second of the test to requests a second and the share of failures, without episodes."""
Worse = Callable[[float], float]
"""The share of failures in an episode, from the usual one."""


@dataclass(frozen=True)
class Scene:
    """One kind of test."""

    name: str
    shape: Shape
    worse: Worse | None = None
    """None: a test without episodes."""
    lasts: int = 120
    """Seconds of an episode."""
    every: int = 720
    """Seconds from the start of one to the start of the next."""
    clump: int = 1
    """Failures come together in clumps of this size, as when a connection or an instance dies."""
    endpoints: int = 0
    """Over so many endpoints, all alike; 0: they are not told apart."""

    def starts(self, seconds: int) -> list[int]:
        """Seconds at which episodes begin."""
        return list(range(FIRST, seconds, self.every)) if self.worse is not None else []


def steady(pace: float, share: float) -> Shape:
    return lambda _: (pace, share)


def ramp(pace: float, share: float) -> Shape:
    """The pace climbs to ten times as much within ten minutes, again and again."""
    return lambda second: (pace * (1 + 9 * (second % 600) / 600), share)


def gusts(pace: float, share: float) -> Shape:
    """Five times the pace for ten seconds of each minute."""
    return lambda second: (pace * (5 if second % 60 < 10 else 1), share)


def to(share: float) -> Worse:
    return lambda _: share


def times(factor: float) -> Worse:
    return lambda share: share * factor


QUIET: Final = [
    Scene("0 %, 50/s", steady(50, 0.0)),
    Scene("0.1 %, 5/s", steady(5, 0.001)),
    Scene("0.1 %, 500/s", steady(500, 0.001)),
    Scene("3 %, 5/s", steady(5, 0.03)),
    Scene("3 %, 50/s", steady(50, 0.03)),
    Scene("3 %, 500/s", steady(500, 0.03)),
    Scene("3 %, ramp from 10/s to 100/s", ramp(10, 0.03)),
    Scene("3 %, bursts of 5 times 20/s", gusts(20, 0.03)),
]
"""Without episodes."""
CLUMPED: Final = [
    Scene("1 % in clumps of 10, 50/s", steady(50, 0.01), clump=10),
    Scene("0.1 % in clumps of 10, 50/s", steady(50, 0.001), clump=10),
]
"""Without episodes, too, but not by independent failures."""
ENDPOINTS: Final = [Scene("3 %, 500/s over 40 endpoints, `per: endpoint`", steady(500, 0.03), endpoints=40)]
EPISODES: Final = [
    Scene("0 % to 20 %, 5/s", steady(5, 0.0), to(0.2)),
    Scene("0 % to 3 %, 50/s", steady(50, 0.0), to(0.03)),
    Scene("0 % to 50 %, 500/s", steady(500, 0.0), to(0.5)),
    Scene("0.1 % to 2 %, 500/s", steady(500, 0.001), to(0.02)),
    Scene("3 % to 9 %, 5/s", steady(5, 0.03), times(3)),
    Scene("3 % to 9 %, 50/s", steady(50, 0.03), times(3)),
    Scene("3 % to 9 %, 500/s", steady(500, 0.03), times(3)),
    Scene("3 % to 9 %, ramp from 10/s to 100/s", ramp(10, 0.03), times(3)),
]
AGAIN: Final = [
    Scene("0 % to 50 %, 500/s, again and again", steady(500, 0.0), to(0.5), 60, 150),
    Scene("0.1 % to 2 %, 500/s, again and again", steady(500, 0.001), to(0.02), 60, 150),
    Scene("3 % to 9 %, 50/s, again and again", steady(50, 0.03), times(3), 60, 150),
]
"""60 s of every 150 s."""
LASTING: Final = [
    Scene("3 % to 9 % for good, 5/s", steady(5, 0.03), times(3), 10**9, 10**9),
    Scene("3 % to 9 % for good, 50/s", steady(50, 0.03), times(3), 10**9, 10**9),
]
"""One episode that never ends."""


def samples(scene: Scene, seconds: int, seed: int) -> Iterator[Sample]:
    """One sample a second."""
    draw = random.Random(f"{scene.name} {seed}")
    parts = max(scene.endpoints, 1)
    requests, failures = [0] * parts, [0] * parts
    for second in range(seconds):
        pace, share = scene.shape(second)
        if scene.worse is not None and second >= FIRST and (second - FIRST) % scene.every < scene.lasts:
            share = scene.worse(share)
        for part in range(parts):
            made = _poisson(draw, pace / parts)
            requests[part] += made
            failures[part] += _failed_of(draw, made, share, scene.clump)
        told = zip(range(scene.endpoints), requests, failures, strict=False)
        endpoints = tuple(EndpointSample("GET", f"/{number}", made, failed) for number, made, failed in told)
        yield Sample(BEGIN + second + 1, sum(requests), sum(failures), 50, endpoints)


def _poisson(draw: random.Random, mean: float) -> int:
    """By counting arrivals (Knuth) for small means, the normal approximation for large ones."""
    if mean > 100:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, draw.random()
    while product > limit:
        count, product = count + 1, product * draw.random()
    return count


def _failed_of(draw: random.Random, requests: int, share: float, clump: int) -> int:
    if share <= 0 or not requests:
        return 0
    return min(requests, clump * _binomial(draw, requests, share / clump))


def _binomial(draw: random.Random, n: int, p: float) -> int:
    """By skipping from one success to the next, which costs as much as there are successes."""
    count, position = 0, 0
    base = math.log1p(-p)
    while True:
        position += int(math.log(1.0 - draw.random()) / base) + 1
        if position > n:
            return count
        count += 1
