"""One redactor in a process of its own, ours or a peer's: redacts what it is told to, and says how long that took.

    python -m bench.redaction_process ours|sentry|sentry-recursive|detect-secrets

Reads `{"start", "count", "every", "secrets"}` as a line of JSON: records `start` and the following `count - 1`, modulo
`every` where it is not 0. Answers with `{"seconds", "output"}`: CPU for all of them, and the last of them as JSON text.

What each is asked to do, timed; what comes before is not timed:
ours                 `Redactor.redact_draft`, defaults: bodies come as text, are parsed, masked and written again.
sentry               `EventScrubber().scrub_event`, in place. It looks at no strings, so it gets the bodies parsed
                     already, as sentry-sdk's integrations hand them over, and the answer as `extra`, where it looks.
                     By default it looks at the top level only.
sentry-recursive     The same with `recursive=True`: all levels.
detect-secrets       `scan_line`, the scan of `detect-secrets scan --string`, with all plugins and default filters,
                     of every line of every text of the record, a header as `name: value`; what it finds is replaced.

The libraries are imported by name, since each is installed in one of two environments.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any, Final

from .redaction_records import draft

Draft = dict[str, Any]
Prepare = Callable[[Draft], Any]
Redact = Callable[[Any], Any]
"""Takes what `Prepare` made of a draft; whoever works in place returns what it was given."""

_MASK: Final = "[REDACTED]"
_OPEN: Final = ExitStack()
"""What holds for the life of this process."""
_BODY_LINES: Final = ("url", "name", "body")


def ours() -> tuple[Prepare, Redact]:
    """The forwarder's redactor."""
    config: Any = import_module("locust_failure_forwarder.config.models").RedactionConfig()
    redactor: Any = import_module("locust_failure_forwarder.redaction").Redactor(config)
    return lambda draft: draft, redactor.redact_draft


def sentry(*, recursive: bool) -> tuple[Prepare, Redact]:
    """sentry-sdk's scrubber, which masks the values of 40 keys."""
    scrubber: Any = import_module("sentry_sdk.scrubber").EventScrubber(recursive=recursive)

    def event(draft: Draft) -> Draft:
        request, response, error = draft["request"], draft["response"], draft["error"]
        return {
            "level": "error",
            "transaction": request["name"],
            "message": error["message"],
            "request": {
                "method": request["method"],
                "url": request["url"],
                "headers": request["headers"],
                "data": json.loads(request["body"]),
            },
            "extra": {
                "response": {**response, "body": json.loads(response["body"])},
                "context": draft["context"],
                "exception_type": error["type"],
            },
        }

    def scrub(event: Draft) -> Draft:
        scrubber.scrub_event(event)
        return event

    return event, scrub


def detect_secrets() -> tuple[Prepare, Redact]:
    """detect-secrets' scan, and a mask for what it finds."""
    settings: Any = import_module("detect_secrets.settings")
    scan_line: Any = import_module("detect_secrets.core.scan").scan_line
    _OPEN.enter_context(settings.default_settings())

    def lines(draft: Draft) -> list[str]:
        return [line for text in _texts(draft) for line in text.splitlines()]

    def mask(lines: list[str]) -> list[str]:
        masked: list[str] = []
        for line in lines:
            clean = line
            for found in scan_line(line):
                if found.secret_value:
                    clean = clean.replace(found.secret_value, _MASK)
            masked.append(clean)
        return masked

    return lines, mask


def _texts(draft: Draft) -> Iterator[str]:
    for part in (draft["request"], draft["response"]):
        yield from (part[name] for name in _BODY_LINES if part.get(name))
        yield from (f"{name}: {value}" for name, value in part["headers"].items())
    yield draft["error"]["message"]
    yield json.dumps(draft["context"])


CONTENDERS: Final[dict[str, Callable[[], tuple[Prepare, Redact]]]] = {
    "ours": ours,
    "sentry": lambda: sentry(recursive=False),
    "sentry-recursive": lambda: sentry(recursive=True),
    "detect-secrets": detect_secrets,
}


def _plain(value: Any) -> Any:
    """What sentry-sdk's mark of a masked value stands for."""
    return value.value


def serve(prepare: Prepare, redact: Redact) -> None:
    """Do what the lines of standard input say, to its end."""
    for line in sys.stdin:
        task = json.loads(line)
        numbers = range(task["start"], task["start"] + task["count"])
        given = [prepare(draft(n % task["every"] if task["every"] else n, task["secrets"])) for n in numbers]
        gc.collect()
        gc.freeze()  # nobody who forwards failures holds thousands of them
        result: Any = None
        started = time.process_time()
        for each in given:
            result = redact(each)
        seconds = time.process_time() - started
        gc.unfreeze()
        print(json.dumps({"seconds": seconds, "output": json.dumps(result, default=_plain)}), flush=True)


def main() -> None:
    with _OPEN:
        serve(*CONTENDERS[sys.argv[1]]())


if __name__ == "__main__":
    main()
