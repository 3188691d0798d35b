"""Microseconds that redaction takes for a record of 1.5 KB: values seen before, and values that are all new.

python benchmarks/redaction_speed.py [records]
"""

import gc
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor


def draft(n: int, *, secrets: bool) -> dict[str, Any]:
    """One failed request; every value that can differ from record to record depends on `n`."""
    order = f"{n:08x}-ceea-467f-ab5d-1f7c2f1b{n % 65536:04x}"
    login = {"user": f"bob{n}", "password": f"not-a-real-password-{n}"} if secrets else {"user": f"bob{n}"}
    sent = {"order": order, **login, "lines": [{"sku": f"A-{n}", "qty": 3, "note": "leave at the door, please"}] * 2}
    got = {
        "error": {"code": "E_STOCK", "message": f"only {n % 7} items of A-{n} in stock", "trace": f"{n:032x}"},
        "items": [{"sku": f"A-{n + i}", "price": "19.99", "status": "rejected"} for i in range(4)],
    }
    headers = {
        "host": "shop.example.com",
        "user-agent": "python-requests/2.34.2",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate, br",
        "content-type": "application/json",
        "x-request-id": order,
    }
    if secrets:
        headers |= {"authorization": f"Bearer not.a.real-token-{n}", "cookie": f"sid=not-real-{n}; theme=dark"}
    answer = {
        "server": "nginx",
        "date": f"Mon, 04 May 2026 09:{n // 60 % 60:02d}:{n % 60:02d} GMT",
        "content-type": "application/json",
        "content-length": "412",
        "etag": f'"{n:016x}"',
        "x-trace-id": f"{n:032x}",
    }
    url = f"https://shop.example.com/api/v2/checkout/{n}?page=2&size=50" + (f"&token=not-real-{n}" if secrets else "")
    body = json.dumps(got)
    return {
        "request": {"method": "POST", "name": "/checkout", "url": url, "headers": headers, "body": json.dumps(sent)},
        "response": {"status_code": 503, "headers": answer, "body": body, "length": len(body)},
        "error": {
            "type": "requests.exceptions.HTTPError",
            "message": f"503 Server Error: Service Unavailable for url: {url}",
            "traceback": None,
        },
        "user": None,
        "context": {"tenant": "acme", "journey": n},
    }


def microseconds(redactor: Redactor, drafts: Iterable[dict[str, Any]]) -> float:
    drafts = list(drafts)
    gc.collect()
    gc.freeze()  # a pipeline does not hold thousands of drafts
    started = time.perf_counter()
    for each in drafts:
        redactor.redact_draft(each)
    return (time.perf_counter() - started) / len(drafts) * 1e6


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    for secrets in (False, True):
        size = len(json.dumps(draft(1, secrets=secrets)))
        redactor = Redactor(RedactionConfig())
        microseconds(redactor, (draft(-n, secrets=secrets) for n in range(1, 200)))  # warm up
        new = microseconds(redactor, (draft(n, secrets=secrets) for n in range(count)))
        repeated = microseconds(redactor, (draft(n % 100, secrets=secrets) for n in range(count)))
        print(
            f"{'five secrets' if secrets else 'no secret':>12}, {size} bytes: "
            f"new {new:6.1f} us, repeated {repeated:5.1f} us, ratio {new / repeated:.1f}"
        )


if __name__ == "__main__":
    main()
