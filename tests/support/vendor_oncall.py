"""An on-call API as people build them: JSON of its own form, a bearer token, an Idempotency-Key, RateLimit headers.

RateLimit: draft-ietf-httpapi-ratelimit-headers.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from locust_failure_forwarder.demo.exchange import Reply, Request, json_reply

from .vendor import Vendor, is_object, is_text

TOKEN: Final = "not-a-real-token-of-the-oncall-api"
ROOM: Final = "not-a-real-key-of-a-room"
TEMPLATE: Final = """\
{"room": "{{ secrets.room }}", "kind": "{{ kind }}", "title": "{{ headline }}", "text": "{{ details }}",
 "open": {{ kind == "alerts" and alert.state == "firing" }}, "links": {{ links }},
 "key": "{{ alert.episode_id if alert else summary.run.id }}", "requests": {{ (alert or summary).requests }}}
"""
"""What makes its form of an alert or a summary."""


class OnCall(Vendor):
    """Takes what `TEMPLATE` makes."""

    path: ClassVar[str] = "/rooms/not-a-real-path-of-the-oncall-api"
    method: ClassVar[str] = "PUT"
    max_bytes: ClassVar[int] = 64 * 1024

    def __init__(self, *, limited_for: float = 0.0) -> None:
        super().__init__(limited_for=limited_for)
        self.notes: dict[str, Mapping[str, Any]] = {}
        """By their Idempotency-Key, in the order of arrival."""

    def violations(self, request: Request) -> Sequence[str]:
        """By its own rules."""
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return ["the token is wrong"]
        if not request.headers.get("idempotency-key"):
            return ["no Idempotency-Key"]
        try:
            note = json.loads(request.body)
        except ValueError:
            return ["the body is no JSON"]
        if not is_object(note) or note.get("room") != ROOM:
            return ["no such room"]
        texts = all(is_text(note.get(name), 10_000) for name in ("kind", "title", "text", "key"))
        rest = type(note.get("open")) is bool and type(note.get("requests")) is int and is_object(note.get("links"))
        return [] if texts and rest else ["a field is missing or of another type"]

    def refusal(self, reasons: Sequence[str]) -> Reply:
        """Says what is wrong."""
        return json_reply(400, {"error": "; ".join(reasons)})

    def too_many(self, wait: float) -> Reply:
        """By RateLimit headers, without Retry-After."""
        seconds = math.ceil(wait)
        return json_reply(429, {"error": "slow down"}, {"RateLimit": f'"default";r=0;t={seconds}'})

    def take(self, request: Request) -> Reply:
        """Once for each key."""
        known = request.headers["idempotency-key"] in self.notes
        self.notes.setdefault(request.headers["idempotency-key"], json.loads(request.body))
        return json_reply(200 if known else 201, {"ok": True})
