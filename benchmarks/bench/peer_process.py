"""One peer, a process of its own in the peers' environment: hands it every record, flushes, says what that took.

    python -m bench.peer_process otel|otel-enlarged|sentry|sentry-paced PORT RECORDS

The libraries are imported by name, since they are installed in an environment that the type checker does not look at.
Each gets the fields of the captured failure in its own terms, with its own defaults.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from .records import failure, id_text

_SENTRY_QUEUE: Final = 100
"""Events that the SDK's transport queues by default."""

Emit = Callable[[dict[str, Any]], None]
Finish = Callable[[], None]


def otel(port: int, max_queue_size: int | None) -> tuple[Emit, Finish]:
    """OpenTelemetry's LoggerProvider, batch processor and OTLP/HTTP exporter. None is its default queue."""
    sdk: Any = import_module("opentelemetry.sdk._logs")
    export: Any = import_module("opentelemetry.sdk._logs.export")
    exporter: Any = import_module("opentelemetry.exporter.otlp.proto.http._log_exporter")
    api: Any = import_module("opentelemetry._logs")
    provider = sdk.LoggerProvider()
    otlp = exporter.OTLPLogExporter(endpoint=f"http://127.0.0.1:{port}/v1/logs")
    provider.add_log_record_processor(export.BatchLogRecordProcessor(otlp, max_queue_size=max_queue_size))
    logger = provider.get_logger("bench")
    severity = api.SeverityNumber.ERROR

    def emit(payload: dict[str, Any]) -> None:
        logger.emit(
            timestamp=int(payload["at"] * 1e9),
            severity_number=severity,
            severity_text="ERROR",
            body=payload["message"],
            attributes={
                "failure.id": id_text(payload["sequence"]),
                "failure.sequence": payload["sequence"],
                "http.request.method": payload["method"],
                "url.template": payload["name"],
                "url.full": payload["url"],
                "http.request.body": payload["request_body"].decode(),
                "http.response.status_code": payload["status"],
                "http.response.body": payload["response_body"].decode(),
                "http.response.body.size": payload["length"],
                "elapsed_ms": payload["elapsed_ms"],
                "exception.type": payload["types"][0],
                "user.class": payload["user"],
                "user.task": payload["task"],
                **{f"http.request.header.{name.lower()}": value for name, value in payload["request_headers"]},
                **{f"http.response.header.{name.lower()}": value for name, value in payload["response_headers"]},
            },
        )

    def finish() -> None:
        provider.force_flush()
        provider.shutdown()

    return emit, finish


def sentry(port: int, *, paced: bool) -> tuple[Emit, Finish]:
    """sentry-sdk with its default transport. Paced: waits for the queue whenever it could be full."""
    sdk: Any = import_module("sentry_sdk")
    sdk.init(dsn=f"http://bench@127.0.0.1:{port}/1")
    queued = 0

    def emit(payload: dict[str, Any]) -> None:
        nonlocal queued
        if paced and queued == _SENTRY_QUEUE:
            sdk.flush(timeout=60)
            queued = 0
        queued += 1
        sdk.capture_event(
            {
                "level": "error",
                "timestamp": payload["at"],
                "message": payload["message"],
                "transaction": payload["name"],
                "tags": {"failure.id": id_text(payload["sequence"]), "class": payload["user"], "task": payload["task"]},
                "request": {
                    "method": payload["method"],
                    "url": payload["url"],
                    "headers": dict(payload["request_headers"]),
                    "data": payload["request_body"].decode(),
                },
                "contexts": {
                    "response": {
                        "status_code": payload["status"],
                        "headers": dict(payload["response_headers"]),
                        "data": payload["response_body"].decode(),
                        "body_size": payload["length"],
                    }
                },
                "extra": {
                    "sequence": payload["sequence"],
                    "elapsed_ms": payload["elapsed_ms"],
                    "exception_type": payload["types"][0],
                },
            }
        )

    return emit, lambda: sdk.flush(timeout=60)


def _seconds_to_make(records: int) -> float:
    start = time.process_time()
    for number in range(1, records + 1):
        failure(number, new=True)
    return time.process_time() - start


def main() -> None:
    name, port, records = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    # What it costs to make the records is not the peer's: it is taken once and subtracted.
    making = _seconds_to_make(records)
    emit, finish = {
        "otel": lambda: otel(port, None),
        "otel-enlarged": lambda: otel(port, records + 1),
        "sentry": lambda: sentry(port, paced=False),
        "sentry-paced": lambda: sentry(port, paced=True),
    }[name]()
    before = time.process_time()
    start = time.perf_counter()
    for number in range(1, records + 1):
        emit(failure(number, new=True))
    finish()
    seconds = time.perf_counter() - start
    print(json.dumps({"cpu_before": before, "cpu_making": making, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
