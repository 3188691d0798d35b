"""Runs one contender over all records and measures it. CPU is what it used after its start, without making records."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from .feeder import feeder
from .processes import Cores, Used, reap, started
from .receiver import Receiver


@dataclass(frozen=True, slots=True)
class Result:
    """What one contender did."""

    name: str
    sent: int
    arrived: int
    """Distinct records at the receiver."""
    seconds: float
    """From the first record handed over to the end of the last delivery."""
    cpu: float
    """Seconds of CPU of the measured process meanwhile."""
    memory: float
    """Bytes resident, at the peak."""
    wire: int
    """Bytes of all request bodies, as they came."""

    @property
    def rate(self) -> float:
        """Records a second that arrived."""
        return self.arrived / self.seconds

    @property
    def cpu_sent(self) -> float:
        """Microseconds of CPU for each record handed over, whatever became of it."""
        return self.cpu / self.sent * 1e6

    @property
    def cpu_each(self) -> float:
        """Microseconds of CPU for each record that arrived."""
        return self.cpu / max(1, self.arrived) * 1e6


def run_forwarder(name: str, receiver: Receiver, cores: Cores, records: int, *, new: bool) -> Result:
    """The forwarder process with its defaults: redaction, log, gzip.

    Raises:
        RuntimeError: the process failed, or not every record arrived and was accounted for.
    """
    receiver.forget()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(
            "version: 1\n"
            f"destinations: {{sink: {{type: http, url: 'http://127.0.0.1:{receiver.port}/', send: [failures]}}}}\n"
            f"log: {{directory: '{folder}/logs'}}\n"
        )
        with feeder(config, cores.measured) as process:
            before = psutil.Process(process.pid).cpu_times()
            start = time.perf_counter()
            for number in range(1, records + 1):
                process.fail(number, new=new)
            account = process.close(deadline=600)
            seconds = time.perf_counter() - start
            used = process.reap()
    used = Used(used.cpu - before.user - before.system, used.memory)
    result = _result(name, receiver, records, seconds, used)
    if not account["delivered"] == result.arrived == records:
        raise RuntimeError(f"{result.arrived} of {records} arrived, the account says {account}; {process.remarks}")
    return result


def run_peer(name: str, peer: str, python: Path, receiver: Receiver, cores: Cores, records: int) -> Result:
    """A peer of `peer_process`, under the interpreter of its environment.

    Raises:
        RuntimeError: it failed.
    """
    receiver.forget()
    command = [str(python), "-m", "bench.peer_process", peer, str(receiver.port), str(records)]
    with tempfile.TemporaryFile() as stderr, started(command, cores.measured, stderr) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            used = reap(process)
        except RuntimeError:
            stderr.seek(0)
            print(stderr.read().decode(errors="replace"))
            raise
    said = json.loads(line)
    used = Used(used.cpu - said["cpu_before"] - said["cpu_making"], used.memory)
    return _result(name, receiver, records, said["seconds"] - said["cpu_making"], used)


def _result(name: str, receiver: Receiver, sent: int, seconds: float, used: Used) -> Result:
    arrived = receiver.count()
    return Result(name, sent, arrived["records"], seconds, used.cpu, used.memory, arrived["bytes"])
