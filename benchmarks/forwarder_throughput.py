"""Throughput of the whole forwarder process: frames in, HTTP batches out, redaction and log on.

Feeds a real forwarder process through its pipe, as the plugin does, towards a receiver on loopback that only counts.
Prints records a second, CPU microseconds a record and peak memory, for records whose values repeat and for records
whose values are all new, and the ratio between both.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from locust_failure_forwarder.uuid7 import uuid7
from locust_failure_forwarder.wire import Decoder, FrameType, pack

RECORDS = int(os.environ.get("RECORDS", "40000"))


class _Null(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


def _failure(number: int, run: bytes, *, new: bool) -> bytes:
    tag = number if new else 0
    body = {"order": tag, "sku": f"A-{tag}", "password": f"not-a-real-password-{tag}", "note": "x" * 200}
    answer = {"error": "out of stock", "trace": f"{tag:032x}", "detail": "y" * 400}
    return pack(
        FrameType.FAILURE,
        {
            "id": uuid7(time.time()),
            "sequence": number,
            "at": time.time(),
            "run": run,
            "source": "request",
            "method": "POST",
            "name": "/checkout",
            "url": f"http://shop.test/checkout?token=not-a-real-token-{tag}",
            "request_headers": [("Content-Type", "application/json"), ("Authorization", f"Bearer not-a-real-{tag}")],
            "request_body": json.dumps(body).encode(),
            "request_body_cut": False,
            "status": 500,
            "response_headers": [("Content-Type", "application/json"), ("X-Request-Id", f"{tag:016x}")],
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
            "message": "500 Server Error: Internal Server Error for url: /checkout",
        },
    )


def measure(url: str, *, new: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(
            f"version: 1\ndestinations: {{null: {{type: http, url: {url}, send: [failures]}}}}\n"
            f"log: {{directory: {folder}/logs}}\nflush: {{deadline: 120s}}\n".replace("null:", "sink:")
        )
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "locust_failure_forwarder.pipeline"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        run = uuid7(time.time())
        frames = [_failure(n, run, new=new) for n in range(1, RECORDS + 1)]
        process.stdin.write(pack(FrameType.HELLO, {"config": str(config)}))
        node = {"worker_id": "bench", "role": "local", "index": 0, "host": "bench", "pid": 1}
        process.stdin.write(pack(FrameType.RUN_STARTED, {"run": run, "at": time.time(), "node": node}))
        process.stdin.flush()
        decoder, ready, final = Decoder(), threading.Event(), dict[str, Any]()

        def read() -> None:
            while chunk := os.read(process.stdout.fileno(), 65536):  # pyright: ignore[reportOptionalMemberAccess]
                for frame in decoder.feed(chunk):
                    if frame.type == FrameType.READY:
                        ready.set()
                    elif frame.type in (FrameType.CLOSED, FrameType.REFUSED):
                        final.update(frame.payload)
                        ready.set()

        reader = threading.Thread(target=read)
        reader.start()
        ready.wait()
        start = time.perf_counter()
        for begin in range(0, len(frames), 500):
            process.stdin.write(b"".join(frames[begin : begin + 500]))
        process.stdin.write(pack(FrameType.CLOSE, {"deadline": 120}))
        process.stdin.flush()
        reader.join()
        seconds = time.perf_counter() - start
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        route: dict[str, Any] = final["routes"][0]
        if route["delivered"] != RECORDS:
            raise RuntimeError(f"not all was delivered: {route}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"rate": RECORDS / seconds, "cpu": cpu / RECORDS * 1e6, "memory": after.ru_maxrss / 1024}


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Null)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        results = {name: measure(url, new=name == "all new") for name in ("repeated", "all new")}
    finally:
        server.shutdown()
    print(f"{RECORDS} records through one forwarder process")
    print(f"{'values':<10} {'records/s':>10} {'CPU us/record':>14} {'peak MiB':>9}")
    for name, result in results.items():
        print(f"{name:<10} {result['rate']:>10,.0f} {result['cpu']:>14.0f} {result['memory']:>9.0f}")
    print(f"all new costs {results['all new']['cpu'] / results['repeated']['cpu']:.2f} times the CPU of repeated")


if __name__ == "__main__":
    main()
