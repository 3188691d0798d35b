"""PagerDuty's Events API v2: takes events, and keeps incidents that they open and resolve.

Rules and answers: https://developer.pagerduty.com/docs/events-api-v2/overview/ and PagerDuty's own OpenAPI document,
PagerDuty/api-schema, reference/events-v2/openapiv3.json. It names no Retry-After: "retry … preferably with a back off".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from locust_failure_forwarder.demo.exchange import Reply, Request, json_reply

from .vendor import Vendor, is_object, is_text

KEY: Final = "notarealroutingkeynotarealroutin"
_FIELDS: Final = {"routing_key", "event_action", "dedup_key", "payload", "client", "client_url", "links", "images"}


class PagerDuty(Vendor):
    """A service with one integration, whose key is `KEY`."""

    path: ClassVar[str] = "/v2/enqueue"
    max_bytes: ClassVar[int] = 512 * 1024

    def __init__(self, *, limited_for: float = 0.0) -> None:
        super().__init__(limited_for=limited_for)
        self.events: list[Mapping[str, Any]] = []
        """Those accepted, in the order of arrival."""
        self.incidents: dict[str, str] = {}
        """`triggered` or `resolved`, by dedup_key."""

    @property
    def open(self) -> list[str]:
        """The dedup_keys of incidents for which somebody is being called."""
        with self.lock:
            return [key for key, state in self.incidents.items() if state != "resolved"]

    def violations(self, request: Request) -> Sequence[str]:
        """By the schema, and the limits of the overview page."""
        try:
            event = json.loads(request.body)
        except ValueError:
            return ["JSON parse error"]
        return list(_violations(event)) if is_object(event) else ["Event object format is unrecognized"]

    def refusal(self, reasons: Sequence[str]) -> Reply:
        """Says what is wrong."""
        message = {"status": "invalid event", "message": "Event object is invalid", "errors": list(reasons)}
        return json_reply(400, message)

    def too_many(self, wait: float) -> Reply:
        """Does not say for how long."""
        message = "Requests for this service are arriving too quickly.  Please retry later."
        return json_reply(429, {"status": "throttle exceeded", "message": message})

    def take(self, request: Request) -> Reply:
        """An event opens an incident, or ends one; the end of none is dropped."""
        event = json.loads(request.body)
        key = event.get("dedup_key") or f"made-up-{len(self.events)}"
        self.events.append(event)
        if event["event_action"] == "trigger":
            self.incidents[key] = "triggered"
        elif key in self.incidents and event["event_action"] == "resolve":
            self.incidents[key] = "resolved"
        return json_reply(202, {"status": "success", "message": "Event processed", "dedup_key": key})


def _violations(event: Mapping[str, Any]) -> Iterator[str]:
    action = event.get("event_action")
    if event.get("routing_key") != KEY:
        yield "Invalid routing key"
    if action not in ("trigger", "acknowledge", "resolve"):
        yield "'event_action' is invalid"
    if "dedup_key" in event and not is_text(event["dedup_key"], 255):
        yield "'dedup_key' is invalid (must be a string of 255 characters at most)"
    if action != "trigger" and "dedup_key" not in event:
        yield "'dedup_key' is missing or blank"
    if unknown := event.keys() - _FIELDS:
        yield f"{len(unknown)} fields that no event has"
    if action == "trigger":
        payload = event.get("payload")
        yield from _payload(payload) if is_object(payload) else ["'payload' is missing"]
    for link in event.get("links", []):
        if not is_object(link) or not str(link.get("href", "")).startswith(("http://", "https://")):
            yield "'links' has one without an address"


def _payload(payload: Mapping[str, Any]) -> Iterator[str]:
    for name, most in (("summary", 1024), ("source", 100_000)):
        if not is_text(payload.get(name), most):
            yield f"'payload.{name}' is missing, blank or too long"
    if payload.get("severity") not in ("critical", "warning", "error", "info"):
        yield "'payload.severity' is invalid"
    if "timestamp" in payload:
        try:
            datetime.fromisoformat(payload["timestamp"])
        except (TypeError, ValueError):
            yield "'payload.timestamp' is no time by ISO 8601"
    if not is_object(payload.get("custom_details", {})):
        yield "'payload.custom_details' is no object"
    for name in ("component", "group", "class"):
        if name in payload and not isinstance(payload[name], str):
            yield f"'payload.{name}' is no string"
