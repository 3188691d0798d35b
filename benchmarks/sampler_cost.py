"""What one sample costs the Locust process: read Locust's statistics, and pack the frame.

The load generator stands still meanwhile, once a second, so this is the stall that the sampler can cause.
"""

import random
import statistics
import sys
import time
from types import SimpleNamespace

from locust.stats import RequestStats
from locust_failure_forwarder.plugin.sampler import Sampler
from locust_failure_forwarder.wire import FrameType, encode

ROUNDS = 200


def filled(endpoints: int, errors: int, spread: float) -> RequestStats:
    """Statistics of a run in which every endpoint had `2000 / endpoints + 500` requests, and some failed."""
    draw = random.Random(1)
    stats = RequestStats()
    for number in range(endpoints):
        for _ in range(500 + 2000 // endpoints):
            stats.log_request("GET", f"/shop/{number}", round(draw.lognormvariate(4.5, spread)), 1000)
    for number in range(errors):
        stats.log_error("GET", f"/shop/{number % endpoints}", f"503 Server Error: unavailable, part {number}")
    return stats


def main() -> int:
    print("| endpoints | errors | response times of each | sample and pack, median | max | frame |")
    print("|---|---|---|---|---|---|")
    for endpoints, errors, spread in ((1, 1, 0.5), (20, 10, 0.5), (200, 50, 0.5), (200, 2000, 1.5)):
        stats = filled(endpoints, errors, spread)
        runner = SimpleNamespace(stats=stats, user_count=100)
        sampler = Sampler()
        taken: list[float] = []
        size = 0
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            size = len(encode(FrameType.SAMPLE, {"run": b"x" * 16, **sampler.sample(runner, 0.0)}))
            taken.append(time.perf_counter() - begin)
        keys = statistics.mean(len(entry.response_times) for entry in stats.entries.values())
        print(
            f"| {endpoints} | {errors} | {keys:.0f} | {statistics.median(taken) * 1e3:.2f} ms "
            f"| {max(taken) * 1e3:.2f} ms | {size / 1024:.1f} KiB |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
