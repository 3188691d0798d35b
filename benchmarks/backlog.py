"""A backlog on disk: memory while it grows and while it drains, and how fast it drains.

    python benchmarks/backlog.py [--records 1000000] [--outage down|hang|slow] [--directory DIR] [--output curve.svg]

Feeds so many records to a real forwarder process whose destination is away, then lets the destination recover. Samples
the process once a second. Exit code 1 if its memory went over the limit, or if not every record arrived.
"""

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psutil
from bench.curve import Sample, svg, table
from bench.feeder import Feeder, feeder
from bench.processes import Cores
from bench.receiver import Receiver, receiver
from locust_failure_forwarder.wire import FrameType

LIMIT: Final = 150.0
"""Megabytes (10^6 bytes) that the forwarder process may take."""
_LOG_BYTES: Final = 3 * 1024 * 1024 * 1024
_BYTES_EACH: Final = 2500
"""Disk for one record: 1.4 KB, the log's own structures, and the write-ahead log."""


class Watch:
    """Samples a process once a second, on a thread of its own; prints each minute how far it is."""

    def __init__(self, process: Feeder) -> None:
        self.samples: list[Sample] = []
        self.phase = "fill"
        self.held = (0, 0)
        """Most frames, and most bytes, that the sending end held unacknowledged."""
        self.before = 0
        """Records that had arrived when the destination recovered, and when that was (monotonic)."""
        self.recovered = 0.0
        self._process = process
        self._start = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take a last sample, and end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        known = psutil.Process(self._process.pid)
        while True:
            self._sample(known.memory_info().rss / 1e6)
            if len(self.samples) % 60 == 0:
                last = self.samples[-1]
                print(f"{last.seconds:.0f} s: {last.pending:,} pending, {last.delivered:,} delivered", file=sys.stderr)
            if self._stop.wait(1.0):
                self._sample(known.memory_info().rss / 1e6)
                return

    def _sample(self, rss: float) -> None:
        account = self._process.account()
        frames, size = self._process.held
        self.held = (max(self.held[0], frames), max(self.held[1], size))
        seconds = time.monotonic() - self._start
        self.samples.append(Sample(seconds, self.phase, account["pending"], account["delivered"], rss))


def _until(process: Feeder, condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if process.ended:
            raise RuntimeError(f"{what}: the forwarder process has ended {process.remarks}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


def _run(records: int, outage: str, folder: Path, target: Receiver, cores: Cores) -> tuple[Watch, dict[str, Any]]:
    config = folder / "config.yaml"
    config.write_text(
        "version: 1\n"
        f"destinations: {{sink: {{type: http, url: 'http://127.0.0.1:{target.port}/', send: [failures]}}}}\n"
        f"log: {{directory: '{folder}/logs', max_size: {max(_LOG_BYTES, records * _BYTES_EACH)}}}\n"
    )
    target.mode(outage)
    with feeder(config, cores.measured) as process:
        watch = Watch(process)
        for number in range(1, records + 1):
            process.fail(number, new=True)
        process.flush()
        _until(process, lambda: process.account()["captured"] >= records, 120, "all records committed")
        watch.phase = "drain"
        watch.before = target.count()["records"]
        target.mode("ok")
        watch.recovered = time.monotonic()
        # As at the end of a test: what is due is tried at once, and not when the next probe would be.
        process.send(FrameType.FLUSH, {})
        process.flush()
        _until(process, lambda: process.account()["delivered"] >= records, 120 + records / 500, "all records delivered")
        watch.stop()
        account = process.close(deadline=60)
        process.reap()
    return watch, account


def _report(watch: Watch, account: dict[str, Any], arrived: dict[str, Any], records: int) -> list[str]:
    """Print the course; what is wrong with it."""
    samples = watch.samples
    print(*table(samples), sep="\n")
    filling = max(s.seconds for s in samples if s.phase == "fill")
    peak = max(s.rss for s in samples)
    print(f"filled {records:,} records in {filling:.0f} s, {records / filling:,.0f} a second")
    # By the receiver's clock: samples are as coarse as a second, and the process reports as seldom.
    drained, seconds = arrived["records"] - watch.before, arrived["last"] - arrived["first"]
    print(f"the first batch came {arrived['first'] - watch.recovered:.1f} s after the destination was back")
    print(f"then {drained:,} records in {seconds:.1f} s, {drained / max(0.001, seconds):,.0f} a second")
    print(f"memory of the forwarder process {peak:.0f} MB at most; limit {LIMIT:.0f} MB")
    print(f"the sending end held {watch.held[0]:,} frames and {watch.held[1] / 1e6:.1f} MB at most, as sampled")
    print(f"arrived: {arrived['records']:,} of {records:,}; sent again: {arrived['again']:,}")
    wrong: list[str] = []
    if peak >= LIMIT:
        wrong.append(f"the forwarder process took {peak:.0f} MB")
    if arrived["records"] != records or account["delivered"] != records:
        wrong.append(f"{arrived['records']} of {records} arrived; the account says {account}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument(
        "--outage", choices=("down", "hang", "slow"), default="down", help="503, no answer, or 2 s each"
    )
    parser.add_argument("--directory", type=Path, help="where the log is kept meanwhile; default: the system's")
    parser.add_argument("--output", type=Path, help="an SVG of the course")
    args = parser.parse_args()
    records: int = args.records
    output: Path | None = args.output
    cores = Cores.choose()
    with tempfile.TemporaryDirectory(dir=args.directory) as folder:
        free = shutil.disk_usage(folder).free
        if free < records * _BYTES_EACH:
            sys.exit(f"{records * _BYTES_EACH / 1e9:.1f} GB of disk are needed, {free / 1e9:.1f} GB are free")
        with receiver(cores.others) as target:
            watch, account = _run(records, args.outage, Path(folder), target, cores)
            wrong = _report(watch, account, target.count(), records)
    if output is not None:
        output.write_text(svg(watch.samples, LIMIT, f"{records:,} records pending while the destination is away"))
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
