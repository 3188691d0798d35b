"""`--rate`: at most so many records a second over everything that is sent (P7)."""

import asyncio

from locust_failure_forwarder.pipeline.retry import RateLimit


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_p7_batches_of_all_routes_together_keep_to_the_rate() -> None:
    clock = _Clock()
    limit = RateLimit(200, lambda: clock.now, clock.sleep)

    async def send() -> None:
        for records in (200, 100, 100, 50):
            await limit.wait(records)

    asyncio.run(send())
    assert clock.slept == [1.0, 0.5, 0.5], "each waits for what was sent before it"


def test_time_in_which_nothing_was_sent_is_not_saved_up() -> None:
    clock = _Clock()
    limit = RateLimit(10, lambda: clock.now, clock.sleep)
    clock.now += 60
    asyncio.run(limit.wait(10))
    asyncio.run(limit.wait(10))
    assert clock.slept == [1.0]


def test_no_more_is_sent_at_once_than_in_a_second() -> None:
    clock = _Clock()
    assert RateLimit(200, lambda: clock.now, clock.sleep).records_a_second == 200
    assert RateLimit(0.1, lambda: clock.now, clock.sleep).records_a_second == 1
