"""Throughput of the whole forwarder process beside its peers: same records, same receiver, one run, one core each.

    python benchmarks/forwarder_throughput.py [--records 20000] [--peers .venv-bench/bin/python]

The forwarder process gets frames through its pipe, as the plugin sends them, redacts, keeps a log on disk, and posts
gzip batches, all with its defaults. The peers are OpenTelemetry's SDK with its batch processor and OTLP/HTTP exporter,
and sentry-sdk, each with its defaults and once more so that it loses nothing. Neither keeps a log; sentry-sdk masks by
the names of keys, OpenTelemetry's does not redact. The receiver answers at once and counts afterwards.

Records are handed over as fast as the contender takes them. The forwarder process holds its sender back, which is the
plugin's bounded buffer; a peer with its default queue drops instead, and how much depends on this rate and on how its
two threads share the interpreter lock. That loss is one of a full-speed burst, not of a modest load, and is no basis
for ratios: those are among contenders that lost nothing. CPU is microseconds a record; figures are for one run.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Final

from bench.contenders import Result, run_forwarder, run_peer
from bench.processes import Cores
from bench.receiver import receiver
from bench.records import failure
from bench.table import ratios, rows
from locust_failure_forwarder.wire import FrameType, pack

_PEERS: Final = {
    "otel": "OpenTelemetry, default queue",
    "otel-enlarged": "OpenTelemetry, queue for all records",
    "sentry": "sentry-sdk, default queue",
    "sentry-paced": "sentry-sdk, paced to its queue",
}


def _packing(count: int = 5000) -> float:
    """Microseconds of CPU that packing a frame takes in the Locust process: it is not in the forwarder's figures."""
    payloads = [failure(number, new=True) for number in range(1, count + 1)]
    start = time.process_time()
    for number, payload in enumerate(payloads, 1):
        pack(FrameType.FAILURE, payload, number)
    return (time.process_time() - start) / count * 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--peers", type=Path, help="a Python that has opentelemetry-sdk and sentry-sdk; default: none")
    args = parser.parse_args()
    records: int = args.records
    python: Path | None = args.peers
    cores, load = Cores.choose(), os.getloadavg()
    results: list[Result] = []
    with receiver(cores.others) as target:
        for name, new in (("forwarder process, all values new", True), ("forwarder process, values repeated", False)):
            results.append(run_forwarder(name, target, cores, records, new=new))
        if python is not None:
            results += [run_peer(name, peer, python, target, cores, records) for peer, name in _PEERS.items()]
    print(f"{records:,} records of a failed request, each contender on one core, at full speed")
    if load[0] > 0.5 or os.getloadavg()[0] > 2.0:
        print(f"the machine was busy (load average {load[0]:.1f} before): trust CPU more than records/s")
    print(*rows(results), "", *ratios(results), "", sep="\n")
    print(f"besides, packing a record's frame costs Locust's process {_packing():.1f} us; a peer runs inside it wholly")


if __name__ == "__main__":
    main()
