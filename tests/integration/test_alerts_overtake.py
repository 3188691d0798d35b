"""P8: an alert waits for no backlog of failures, not even at the same destination, and for no company."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from locust_failure_forwarder.wire import FrameType
from support.forwarder_process import config, forwarder
from support.frames import AT, RUN_ID
from support.locust_run import until

HOLD = 30.0
"""Seconds that the destination takes for a batch of failures; longer than the test."""


class _Destination(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.alerts: list[float] = []
        self.failures = 0
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is ended leaves in the middle."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Destination)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b'"kind":"alerts"' in body:
            self.server.alerts.append(time.monotonic())
        else:
            self.server.failures += 1
            self.server.over.wait(HOLD)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


def test_p8_an_alert_arrives_while_every_batch_of_failures_hangs(tmp_path: Path) -> None:
    server = _Destination()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    path = config(tmp_path, f"http://127.0.0.1:{server.server_address[1]}/")
    text = path.read_text().replace("send: [failures]", "send: [failures, alerts]\n    compression: none")
    path.write_text(text.replace("max_age: 50ms", "max_age: 1m, max_records: 10"))
    try:
        with forwarder(tmp_path) as process:
            process.begin(path)
            process.fail(range(1, 2001))
            until(lambda: server.failures >= 2, what="the backlog")
            counts: dict[str, Any] = {"requests": 5000, "failures": 2000, "users": 9, "endpoints": [], "errors": []}
            begin = time.monotonic()
            process.write(process.numbered(FrameType.SAMPLE, {"run": RUN_ID, "at": AT + 1, **counts}))
            until(lambda: server.alerts, timeout=10, what="the alert")
            # Not a claim on speed: had it waited for one batch of failures, it would have taken half a minute.
            assert server.alerts[0] - begin < HOLD / 2
            server.over.set()
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
