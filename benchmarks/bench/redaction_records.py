"""Records of 1.5 KB that redaction is measured with: failed requests with none, one or five secrets. Pure.

Standard library only: the peers' processes make the same records in an environment of their own.
"""

import json
from typing import Any, Final

SECRETS: Final = (0, 1, 5)
"""How many secrets a record can hold."""
KEPT: Final = 100
"""Different records among those whose values repeat."""
_FILL: Final = {0: "/2.34.2 (x86_64)", 1: "", 5: "/2.34.2"}
"""End of the user agent, which makes up for the room that secrets take."""


def planted(n: int, secrets: int) -> list[str]:
    """What must not be left of record `n`: a password, then a URL's token, a bearer, a session and a refresh token."""
    kinds = ("password", "token", "bearer", "session", "refresh")
    return [f"n0t-real-{kind}-{n:06d}" for kind in kinds[:secrets]]


def draft(n: int, secrets: int) -> dict[str, Any]:
    """One failed request as a draft of `FailureRecord`; every value that can differ between records depends on `n`.

    Args:
        n: not negative.
        secrets: one of `SECRETS`: none, a password in the JSON that was sent, or four more in the URL (and in the
            message that cites it), in `Authorization`, in `Cookie` and in the JSON that came back.
    """
    hidden = planted(n, secrets)
    order = f"{n:08x}-ceea-467f-ab5d-1f7c2f1b{n % 65536:04x}"
    login = {"user": f"bob{n}", "password": hidden[0]} if secrets else {"user": f"bob{n}"}
    sent = {"order": order, **login, "lines": [{"sku": f"A-{n}", "qty": 3, "note": "leave at the door, please"}] * 2}
    got: dict[str, Any] = {
        "error": {"code": "E_STOCK", "message": f"only {n % 7} items of A-{n} in stock", "trace": f"{n:032x}"},
        "items": [
            {"sku": f"A-{n + i}", "price": "19.99", "status": "rejected"}
            for i in range(1 if secrets == max(SECRETS) else 3)
        ],
    }
    headers = {
        "host": "shop.example.com",
        "user-agent": f"python-requests{_FILL[secrets]}",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate, br",
        "content-type": "application/json",
        "x-request-id": order,
    }
    url = f"https://shop.example.com/api/v2/checkout/{n}?page=2&size=50"
    if secrets == max(SECRETS):
        _, token, bearer, session, refresh = hidden
        url += f"&token={token}"
        headers |= {"authorization": f"Bearer {bearer}", "cookie": f"sid={session}"}
        got["refresh_token"] = refresh
    answer = {
        "server": "nginx",
        "date": f"Mon, 04 May 2026 09:{n // 60 % 60:02d}:{n % 60:02d} GMT",
        "content-type": "application/json",
        "content-length": "412",
        "etag": f'"{n:016x}"',
        "x-trace-id": f"{n:032x}",
    }
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
