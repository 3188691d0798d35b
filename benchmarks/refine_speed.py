"""CPU time of what happens to one failure between the pipe and the log: `Refinery.refine`, and each of its stages.

Three kinds of records: all values repeat; ids are new in URL, headers, message and answer, as a service that numbers
its requests has it; all values are new, five secrets among them. The stages are timed one after the other over many
records; the whole of a repeated record costs less than their sum, because it passes them once or twice only. Figures
are the best of several rounds, and good for ratios within one run.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from locust_failure_forwarder.config.models import CaptureConfig, RedactionConfig, RunConfig
from locust_failure_forwarder.pipeline.log import NewEvent
from locust_failure_forwarder.pipeline.record import Refinery, classify
from locust_failure_forwarder.pipeline.runs import RunBook
from locust_failure_forwarder.pipeline.seal import seal, shorten
from locust_failure_forwarder.pipeline.validate import validate
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.uuid7 import uuid7
from locust_failure_forwarder.wire import Decoder, FrameType, pack

RECORDS: Final = int(os.environ.get("RECORDS", "2000"))
ROUNDS: Final = 5
CHUNK: Final = 100
KINDS: Final = ("repeated", "new ids", "all new")
RUN: Final = uuid7(0)
NODE: Final = {"worker_id": "bench", "role": "local", "index": 0, "host": "bench", "pid": 1}

In = TypeVar("In")
Out = TypeVar("Out")


def failure(number: int, kind: str) -> dict[str, Any]:
    """A 500 of a checkout; what changes from record to record depends on `number` and `kind`."""
    order = number if kind != "repeated" else 0
    tag = number if kind == "all new" else 0
    body = {"order": order, "sku": f"A-{tag}", "password": f"not-a-real-password-{tag}", "note": f"{tag} " + "x" * 200}
    answer = {"error": "out of stock", "trace": f"{order:032x}", "detail": f"{tag} " + "y" * 400}
    return {
        "id": uuid7(time.time()),
        "sequence": number,
        "at": time.time(),
        "run": RUN,
        "source": "request",
        "method": "POST",
        "name": "/checkout",
        "url": f"http://shop.test/checkout/{order}?token=not-a-real-token-{tag}",
        "request_headers": [
            ("User-Agent", "python-requests/2.34.2"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept", "*/*"),
            ("Connection", "keep-alive"),
            ("Authorization", f"Bearer not-a-real-{tag}"),
            ("Cookie", f"sid=not-real-{tag}; theme=dark"),
            ("Content-Type", "application/json"),
        ],
        "request_body": json.dumps(body).encode(),
        "request_body_cut": False,
        "status": 500,
        "response_headers": [
            ("Server", "nginx"),
            ("Date", f"Mon, 04 May 2026 09:{tag // 60 % 60:02d}:{tag % 60:02d} GMT"),
            ("Content-Type", "application/json"),
            ("Content-Length", "500"),
            ("X-Request-Id", f"{order:016x}"),
        ],
        "response_body": json.dumps(answer).encode(),
        "response_body_cut": False,
        "length": 500,
        "elapsed_ms": 12.5,
        "context": {},
        "user": "Shopper",
        "task": "checkout",
        "traceback": None,
        "types": ["requests.exceptions.HTTPError", "requests.exceptions.RequestException", "OSError"],
        "errno": None,
        "message": f"500 Server Error: Internal Server Error for url: /checkout/{order}",
    }


def payloads(first: int, kind: str) -> list[dict[str, Any]]:
    """Unpacked as they come from the pipe: no text is an object that was seen before."""
    decoder = Decoder()
    frames = [pack(FrameType.FAILURE, failure(number, kind)) for number in range(first, first + RECORDS)]
    return [frame.payload for packed in frames for frame in decoder.feed(packed)]


class Timer:
    """Microseconds an item, by name; the best of all rounds."""

    def __init__(self) -> None:
        self.best: dict[str, float] = {}

    def whole(self, name: str, function: Callable[[In], object], items: Sequence[In]) -> None:
        """As the pipeline works: what comes out does not stay in memory."""
        gc.collect()
        gc.freeze()
        started = time.process_time()
        for item in items:
            function(item)
        self._note(name, time.process_time() - started, len(items))

    def stage(self, name: str, function: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
        """One stage, with what comes out; the garbage collector is kept from looking at that again and again."""
        results: list[Out] = []
        taken = 0.0
        for first in range(0, len(items), CHUNK):
            gc.collect()
            gc.freeze()
            started = time.process_time()
            results += [function(item) for item in items[first : first + CHUNK]]
            taken += time.process_time() - started
        self._note(name, taken, len(items))
        return results

    def _note(self, name: str, taken: float, items: int) -> None:
        each = taken / items * 1e6
        self.best[name] = min(each, self.best.get(name, each))


def measure(kind: str) -> dict[str, float]:
    redactor = Redactor(RedactionConfig())
    runs = RunBook(RunConfig(), redactor.redact_text)
    run = runs.begin(RUN, NODE)
    capture = CaptureConfig()
    refinery = Refinery(capture, redactor, runs)
    timer = Timer()
    if not all(isinstance(refinery.refine(payload), NewEvent) for payload in payloads(1, kind)):
        raise RuntimeError("a record was refused")
    for turn in range(ROUNDS):
        first = 1 + (2 * turn + 1) * RECORDS
        timer.whole("refine", refinery.refine, payloads(first, kind))
        drafts = timer.stage("validate", lambda payload: validate(payload)[1], payloads(first + RECORDS, kind))
        drafts = timer.stage("classify", classify, drafts)
        drafts = timer.stage("redact", redactor.redact_draft, drafts)
        drafts = timer.stage("shorten", lambda draft: shorten(draft, capture.max_body_bytes), drafts)
        timer.stage("seal", lambda draft: seal(draft, run.run, run.node), drafts)
    return timer.best


def main() -> None:
    results = {kind: measure(kind) for kind in KINDS}
    size = len(pack(FrameType.FAILURE, failure(1, KINDS[0])))
    sys.stdout.write(f"refine, {size} bytes a frame: CPU microseconds a record\n")
    sys.stdout.write(f"{'':<10}" + "".join(f"{kind:>10}" for kind in KINDS) + "   ratio to repeated\n")
    for stage in results[KINDS[0]]:
        figures = [results[kind][stage] for kind in KINDS]
        ratios = "".join(f"{figure / figures[0]:>8.1f}" for figure in figures[1:])
        sys.stdout.write(f"{stage:<10}" + "".join(f"{figure:>10.1f}" for figure in figures) + ratios + "\n")


if __name__ == "__main__":
    main()
