"""The failed requests that every contender gets, as the plugin captures them. Needs nothing but the standard library.

Each carries an id of which everything but the last twelve digits is fixed: whoever finds `ID_PREFIX` in the bytes that
arrived can tell which records they are, whatever the format around it.
"""

import time
from typing import Any, Final

ID_PREFIX: Final = "019a0000-0000-7000-8000-"
"""What the text form of each record's UUIDv7 begins with; the record's number follows, in twelve hexadecimal digits."""
RUN_ID: Final = bytes.fromhex("019a000000007000900000000000bead")
NODE: Final = {"worker_id": "bench_local", "role": "local", "index": -1, "host": "bench", "pid": 1}

_ID_BYTES: Final = bytes.fromhex(ID_PREFIX.replace("-", ""))
_NOTE: Final = "x" * 200
_DETAIL: Final = "y" * 400


def id_text(number: int) -> str:
    """The id of a record, as text."""
    return f"{ID_PREFIX}{number:012x}"


def failure(number: int, *, new: bool) -> dict[str, Any]:
    """The payload of a `failure` frame: a 500 of `POST /checkout`, 1.4 KB as JSON.

    Args:
        number: counted from 1; becomes id and sequence.
        new: every secret, id and body differs from those of all other records; otherwise they repeat.
    """
    tag = number if new else 0
    sent = f'{{"order":{tag},"sku":"A-{tag}","password":"not-a-real-password-{tag}","note":"{_NOTE}"}}'
    got = f'{{"error":"out of stock","trace":"{tag:032x}","detail":"{_DETAIL}"}}'
    return {
        "id": _ID_BYTES + number.to_bytes(6),
        "sequence": number,
        "at": time.time(),  # not a fixed one: records that are too old are not delivered
        "run": RUN_ID,
        "source": "request",
        "method": "POST",
        "name": "/checkout",
        "url": f"http://shop.test/checkout?token=not-a-real-token-{tag}",
        "request_headers": [("Content-Type", "application/json"), ("Authorization", f"Bearer not-a-real-{tag}")],
        "request_body": sent.encode(),
        "request_body_cut": False,
        "status": 500,
        "response_headers": [("Content-Type", "application/json"), ("X-Request-Id", f"{tag:016x}")],
        "response_body": got.encode(),
        "response_body_cut": False,
        "length": len(got),
        "elapsed_ms": 12.5,
        "context": {},
        "user": "Shopper",
        "task": "checkout",
        "traceback": None,
        "types": ["requests.exceptions.HTTPError", "requests.exceptions.RequestException", "OSError"],
        "errno": None,
        "message": "500 Server Error: Internal Server Error for url: /checkout",
    }
