"""How the forwarder process ends: by its order, or visibly by a bug. P1: the final accounts are the fuller ones."""

import asyncio
from pathlib import Path

import pytest
from locust_failure_forwarder.destinations import Settings
from locust_failure_forwarder.pipeline import report, run
from locust_failure_forwarder.pipeline.counters import Account


async def _forever() -> None:
    await asyncio.Event().wait()


async def _die() -> None:
    await asyncio.sleep(0)
    raise RuntimeError("a bug")


async def _seven() -> float:
    return 7.0


async def _wait(*workers: "asyncio.Task[None]", reading: "asyncio.Task[float]") -> float:
    try:
        return await run._first_to_end(reading, list(workers))  # pyright: ignore[reportPrivateUsage] - see the module
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await asyncio.gather(reading, return_exceptions=True)


def test_the_result_is_handed_on_while_the_workers_go_on() -> None:
    async def go() -> float:
        return await _wait(asyncio.create_task(_forever()), reading=asyncio.create_task(_seven()))

    assert asyncio.run(go()) == 7.0


def test_a_worker_that_dies_ends_the_wait_with_its_error() -> None:
    async def read() -> float:
        await _forever()
        return 0.0

    async def go() -> float:
        reading = asyncio.create_task(read())
        try:
            workers = (asyncio.create_task(_forever()), asyncio.create_task(_die()))
            return await _wait(*workers, reading=reading)
        finally:
            assert reading.cancelled()

    with pytest.raises(RuntimeError, match="a bug"):
        asyncio.run(go())


@pytest.mark.parametrize(
    ("stored", "in_memory", "final"),
    [
        (Account(10, 9), Account(10, 8), Account(10, 9)),
        (Account(10, 9), Account(12, 9, dropped={"log_error": 2}), Account(12, 9, dropped={"log_error": 2})),
    ],
    ids=["a settle that was shielded", "losses the disk could not take"],
)
def test_p1_the_account_that_knows_more_is_the_final_one(stored: Account, in_memory: Account, final: Account) -> None:
    assert report._fuller(stored, in_memory) == final  # pyright: ignore[reportPrivateUsage] - a pure decision


def test_p1_a_disk_that_hangs_at_the_end_leaves_what_is_known_in_memory() -> None:
    assert report._fuller(None, Account(10, 9)) == Account(10, 9)  # pyright: ignore[reportPrivateUsage] - see above


@pytest.mark.parametrize(("configured", "copied"), [(2048, 16 * 1024), (8 * 1024, 32 * 1024), (256 * 1024, 512 * 1024)])
def test_the_plugin_copies_more_of_a_body_than_is_kept(configured: int, copied: int) -> None:
    destinations = {"slack": {"type": "slack", "webhook_url": "https://hooks.slack.example/services/not-a-real-path"}}
    settings = Settings.model_validate(
        {
            "version": 1,
            "destinations": destinations,
            "capture": {"max_body_bytes": configured},
            "flush": {"deadline": 3},
        }
    )
    ready = run._ready(settings, Path("logs/a.db"))  # pyright: ignore[reportPrivateUsage] - a pure decision
    assert ready == {
        "request_body": True,
        "response_body": True,
        "capture_bytes": copied,
        "deadline": 3.0,
        "destinations": ["slack"],
        "log": "logs/a.db",
    }
