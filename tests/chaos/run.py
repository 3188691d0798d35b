"""Chaos: a real Locust under load, a destination that misbehaves, and SIGKILL again and again. Prints the ledger.

    make chaos SECONDS=60 SEED=1

One seed decides every fault and every kill; how far Locust has got at each of them depends on the machine. At the end
Locust itself is killed, sometimes its forwarder process with it, the destination recovers, `replay` delivers what is
left, and what arrived is held against what was captured and acknowledged (P1, P2).
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from uuid import UUID

import psutil
from locust_failure_forwarder.pipeline.log import Log
from locust_failure_forwarder.pipeline.log_files import list_logs
from locust_failure_forwarder.pipeline.log_letters import dead_letters
from support.fault_plan import FAULTS, GOOD, Fault, How, Plan
from support.locust_run import HTTP_USER, INSTALL, Locust, locust, until
from support.oracle import Oracle
from support.oracle_book import Book
from support.oracle_ledger import Claim, problems
from support.target import Target

BATCH = 100
TIMEOUT = 1.0
WINDOW = 8 * BATCH
"""Records that may be under way at a time."""
OFFERED = Struct(">Q16s")
ACKNOWLEDGED = Struct(">Q")

WITNESS = """
import os, struct
import msgpack
from locust_failure_forwarder.plugin.buffer import FrameBuffer
_append, _acknowledge = FrameBuffer._append, FrameBuffer.acknowledge
_offered = os.open("offered.bin", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
_acknowledged = os.open("acknowledged.bin", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
def _witnessed_append(self, body, *, is_record):
    number = _append(self, body, is_record=is_record)
    if is_record:
        os.write(_offered, struct.pack(">Q16s", number, msgpack.unpackb(body)[1]["id"]))
    return number
def _witnessed_acknowledge(self, number):
    os.write(_acknowledged, struct.pack(">Q", number))
    return _acknowledge(self, number)
FrameBuffer._append, FrameBuffer.acknowledge = _witnessed_append, _witnessed_acknowledge
"""
"""Appended to the locustfile: writes down each record's frame number and id, and each acknowledgement, at once."""

CONFIG = """\
version: 1
run: {{name: chaos}}
destinations:
  monitoring:
    type: http
    url: {url}
    send: [failures]
    timeout: {timeout}
    batch: {{max_records: {batch}, max_age: 100ms}}
flush: {{deadline: 5s}}
"""

PHASES: tuple[tuple[str, tuple[Fault, ...], int | None], ...] = (
    ("all is well", (), None),
    ("every fault there is", FAULTS, None),
    ("mostly faults", FAULTS, 4),
    ("down: resets", (Fault(How.RESET_UNREAD, keeps=False),), 0),
    ("down: silence", (Fault(How.SILENCE, keeps=False),), 0),
    (
        "overloaded: 503 and 429",
        (Fault(status=503, keeps=False), Fault(status=429, retry_after="seconds", keeps=False)),
        1,
    ),
    ("accepts, and the answer is lost", (Fault(How.RESET), Fault(How.CUT_BODY), Fault(How.SILENCE)), 2),
)


@dataclass
class Toll:
    """What was done."""

    killed: list[float] = field(default_factory=list[float])
    phases: Counter[str] = field(default_factory=Counter[str])


def forwarders(locust_pid: int) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    with suppress(psutil.Error):
        for child in psutil.Process(locust_pid).children():
            with suppress(psutil.Error):
                if "locust_failure_forwarder.pipeline" in child.cmdline():
                    found.append(child)
    return found


def torment(run: Locust, oracle: Oracle, chance: random.Random, seconds: float) -> Toll:
    """Faults and kills until `seconds` are over, and then the end of Locust."""
    toll = Toll()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name, faults, good = chance.choice(PHASES)
        toll.phases[name] += 1
        oracle.plan = Plan(chance.randrange(2**32), faults, good)
        pause = chance.uniform(0.05, 4.0)
        time.sleep(max(0.0, min(pause, end - time.monotonic())))
        if run.process.poll() is not None:
            raise RuntimeError(f"Locust ended by itself:\n{run.wait()[-3000:]}")
        if chance.random() < 0.6:
            for process in forwarders(run.process.pid):
                process.kill()
                toll.killed.append(time.monotonic())
    last = forwarders(run.process.pid)
    run.process.send_signal(signal.SIGKILL)
    if chance.random() < 0.5:
        for process in last:
            process.kill()
            toll.killed.append(time.monotonic())
    oracle.stop_faults()
    psutil.wait_procs(last, timeout=30)
    run.process.wait()
    return toll


def replay(directory: Path) -> str:
    command = [sys.executable, "-m", "locust_failure_forwarder.cli", "replay", "-c", "config.yaml", "--deadline", "120"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=300)
    return "" if done.returncode == 0 else f"replay ended with {done.returncode}: {done.stdout}{done.stderr}"


def testimony(directory: Path) -> tuple[set[UUID], set[UUID]]:
    """Ids that were offered to the forwarder process, and those of them that it acknowledged."""
    raw = (directory / "offered.bin").read_bytes()
    offered = {
        number: UUID(bytes=i) for number, i in OFFERED.iter_unpack(raw[: len(raw) // OFFERED.size * OFFERED.size])
    }
    raw = (directory / "acknowledged.bin").read_bytes()
    whole = raw[: len(raw) // ACKNOWLEDGED.size * ACKNOWLEDGED.size]
    highest = max((number for (number,) in ACKNOWLEDGED.iter_unpack(whole)), default=0)
    return set(offered.values()), {i for number, i in offered.items() if number <= highest}


def audit(directory: Path, book: Book, offered: set[UUID]) -> tuple[Counter[str], set[UUID], list[str]]:
    """The accounts of all logs together, the ids that are dead, and what is wrong with them."""
    sums: Counter[str] = Counter()
    dead: set[UUID] = set()
    found: list[str] = []
    for path in list_logs(directory / ".locust-failures"):
        log = Log.open(path)
        for key, account in log.accounts().items():
            if account.pending != log.unsettled(key):
                found.append(
                    f"{path.name} {key}: {account.pending} pending by the accounts, {log.unsettled(key)} counted"
                )
            sums.update(
                captured=account.captured, delivered=account.delivered, dead=account.dead, pending=account.pending
            )
            sums.update({f"dropped({reason})": count for reason, count in account.dropped.items()})
        dead |= {b.letter.event.id for b in dead_letters(log.connection, log.origin) if b.letter.event is not None}
        log.close()
    arrived = len(book.acknowledged)
    if sums["delivered"] != arrived:
        found.append(f"{sums['delivered']} delivered by the accounts, {arrived} ids acknowledged by the receiver")
    lost = sum(count for name, count in sums.items() if name.startswith("dropped"))
    if sums["captured"] != sums["delivered"] + sums["dead"] + lost + sums["pending"]:
        found.append(f"the accounts do not add up: {dict(sums)}")
    if sums["captured"] - lost > len(offered):
        found.append(f"{sums['captured'] - lost} in the logs, but only {len(offered)} were offered")
    return sums, dead, found


def main() -> int:
    parser = argparse.ArgumentParser(description="Torment a real load test and print the ledger.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, Target() as target, Oracle(Plan(0, (GOOD,))) as oracle:
        directory = Path(folder)
        config = CONFIG.format(url=oracle.batch_url, timeout=f"{TIMEOUT}s", batch=BATCH)
        users = ("--headless", "-u", "20", "-r", "50")
        with locust(directory, target.url, config, INSTALL + WITNESS + HTTP_USER, users) as run:
            # A forwarder process that dies before it was ever ready stops the start; the torment begins after that.
            until(lambda: oracle.book.acknowledged, what="a first failure")
            toll = torment(run, oracle, chance, arguments.seconds)
            output = run.wait()
        trouble = replay(directory)
        offered, acknowledged = testimony(directory)
        sums, dead, found = audit(directory, oracle.book, offered)
        claim = Claim(
            sent=frozenset(offered),
            committed=frozenset(acknowledged),
            dead=frozenset(dead),
            crashes=tuple(toll.killed),
            window=WINDOW,
        )
        found += [*problems(oracle.book, claim), *([trouble] if trouble else [])]
        restarts = output.count("has ended unexpectedly")
        ledger = {
            "seed": arguments.seed,
            "seconds": arguments.seconds,
            "offered": len(offered),
            "acknowledged": len(acknowledged),
            "arrived": len(oracle.book.acknowledged),
            "requests": len(oracle.book.exchanges),
            "came more than once": sum(1 for count in oracle.book.seen.values() if count > 1),
            "forwarder killed": len(toll.killed),
            "restarted": restarts,
            "logs": len(list_logs(directory / ".locust-failures")),
            "accounts": dict(sums),
            "phases": dict(toll.phases),
            "problems": found,
        }
        print(json.dumps(ledger, indent=2))  # noqa: T201 - what the command is for
        if found:
            print(output[-6000:], file=sys.stderr)  # noqa: T201 - see above
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
