"""The end of the process: drain under one deadline, show progress, print the accounts. Never hangs (P5)."""

import logging
import time
from typing import Any, Final

import gevent

from .link import Link
from .report import account_lines, after_loss, pending, with_late

logger = logging.getLogger("locust_failure_forwarder")
GRACE: Final = 1.0
"""Seconds beyond the deadline that the forwarder process gets to say its last word."""
_PROGRESS_EVERY: Final = 2.0


def drain(link: Link, deadline: float) -> None:
    """Ask the forwarder process to deliver everything by `deadline` (monotonic), wait, and print what became of it."""
    link.report_drops()
    link.finish_by(deadline)
    try:
        while not link.ended.wait(timeout=max(0.0, min(_PROGRESS_EVERY, deadline + GRACE - time.monotonic()))):
            now = time.monotonic()
            if now >= deadline + GRACE:
                break
            logger.info("forwarding failures: %d pending, %.0f s left", pending(link.status), max(0.0, deadline - now))
    except KeyboardInterrupt:
        logger.warning(
            "interrupted; the forwarder process goes on by itself for %.0f s at most; what is left then stays on disk",
            max(0.0, deadline - time.monotonic()),
        )
    _print_accounts(link)


def _print_accounts(link: Link) -> None:
    if link.finished:
        status = with_late(link.status, link.dropped.unreported)
    else:
        status = after_loss(link.status, link.captured, link.dropped)
    for line in account_lines(status):
        logger.info("%s", line)
    for reason, count in sorted(link.dropped.items()):
        logger.warning("%d failures were dropped before they reached the forwarder process: %s", count, reason)
    if dead := sum(route["dead"] for route in status.get("routes", [])):
        directory = status.get("directory", "<directory>")
        logger.warning("%d refused for good; see `failure-forwarder dead list %s`", dead, directory)
    left = pending(status)
    if left or not link.finished:
        logger.warning(
            "still pending: %s, kept in %s; send them with `failure-forwarder replay %s --config <file>`",
            left if link.finished else f"at most {left}",
            status.get("log", "the log directory"),
            status.get("directory", "<directory>"),
        )


def await_forked_workers(own_children: set[int], deadline: float) -> None:
    """On the master of `--processes`: wait until its forked workers have drained, at most until `deadline` (monotonic).

    Locust's parent would exit while they still deliver (its `kill_workers` takes waitpid's "still running" for
    "exited"), and as a container's first process it would take them with it.
    """
    import psutil

    try:
        workers = [child for child in psutil.Process().children() if child.pid not in own_children]
    except psutil.Error:
        return
    try:
        while time.monotonic() < deadline and any(_is_running(worker) for worker in workers):
            gevent.sleep(0.05)
    except KeyboardInterrupt:
        logger.warning("interrupted; the workers go on by themselves, until their own deadlines")


def _is_running(process: Any) -> bool:
    import psutil

    try:
        return bool(process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD))
    except psutil.Error:
        return False
