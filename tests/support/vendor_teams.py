"""A workflow of Microsoft Teams that posts what a webhook request brings: takes adaptive cards, says nothing of them.

The request's schema: https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook; `contentUrl` is required,
and may be null. Teams shows no card above version 1.4. Cards: https://adaptivecards.io/explorer. Workflows are Logic
Apps, whose errors these are.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

from locust_failure_forwarder.demo.exchange import Reply, Request, json_reply

from .vendor import Vendor, entries, is_object, is_text

SIGNATURE: Final = "not-a-real-signature-of-a-workflow"
_CARD: Final = "application/vnd.microsoft.card.adaptive"
_ENUMS: Final[Mapping[str, frozenset[str]]] = {
    "style": frozenset({"default", "emphasis", "good", "attention", "warning", "accent"}),
    "spacing": frozenset({"none", "small", "default", "medium", "large", "extralarge", "padding"}),
    "size": frozenset({"small", "default", "medium", "large", "extralarge"}),
    "weight": frozenset({"lighter", "default", "bolder"}),
    "fontType": frozenset({"default", "monospace"}),
}


class Teams(Vendor):
    """One workflow."""

    path: ClassVar[str] = "/workflows/0123456789abcdef/triggers/manual/paths/invoke"
    max_bytes: ClassVar[int] = 28 * 1024

    def __init__(self, *, limited_for: float = 0.0) -> None:
        super().__init__(limited_for=limited_for)
        self.cards: list[Mapping[str, Any]] = []
        """Those accepted, in the order of arrival."""

    @property
    def webhook_url(self) -> str:
        """The address to configure."""
        return f"{self.url}{self.path}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={SIGNATURE}"

    def headlines(self) -> list[str]:
        """What the notification of each card shows."""
        with self.lock:
            return [card["fallbackText"] for card in self.cards]

    def violations(self, request: Request) -> Sequence[str]:
        """By the schema of the trigger and of cards."""
        if parse_qs(request.query).get("sig") != [SIGNATURE]:
            return ["the signature of the address is wrong"]
        try:
            return list(_violations(json.loads(request.body)))
        except ValueError:
            return ["the body is no JSON"]

    def refusal(self, reasons: Sequence[str]) -> Reply:
        """As a trigger says it."""
        return json_reply(400, {"error": {"code": "TriggerInputSchemaMismatch", "message": "; ".join(reasons)}})

    def too_many(self, wait: float) -> Reply:
        """With Retry-After in whole seconds."""
        error = {"code": "WorkflowRunActionThrottled", "message": "Too many requests."}
        return json_reply(429, {"error": error}, {"Retry-After": str(math.ceil(wait))})

    def take(self, request: Request) -> Reply:
        """Accepted, which says nothing of whether it will be posted."""
        self.cards += [attachment["content"] for attachment in json.loads(request.body)["attachments"]]
        return Reply(202)


def _violations(message: object) -> Iterator[str]:
    if not is_object(message) or message.get("type") != "message":
        yield "type is not `message`"
        return
    attachments = entries(message.get("attachments"))
    yield from [] if attachments else ["attachments: none"]
    for attachment in attachments:
        if not is_object(attachment) or attachment.get("contentType") != _CARD:
            yield "contentType is none of a card"
        elif "contentUrl" not in attachment:
            yield "Required properties are missing from object: contentUrl."
        else:
            yield from _card(attachment.get("content"))


def _card(card: object) -> Iterator[str]:
    if not is_object(card) or card.get("type") != "AdaptiveCard":
        yield "Property 'type' must be 'AdaptiveCard'"
        return
    if card.get("version") not in ("1.0", "1.1", "1.2", "1.3", "1.4"):
        yield "version: Teams shows none above 1.4"
    body = entries(card.get("body"))
    yield from [] if body else ["body: empty"]
    for element in body:
        yield from _element(element)
    for action in entries(card.get("actions")):
        if not is_object(action) or action.get("type") != "Action.OpenUrl" or not is_text(action.get("title"), 1000):
            yield "actions: one that opens nothing"
        elif not str(action.get("url", "")).startswith(("http://", "https://")):
            yield "actions: one without an address"


def _element(element: object) -> Iterator[str]:
    if not is_object(element):
        yield "body: no element"
        return
    for name, allowed in _ENUMS.items():
        if name in element and str(element[name]).lower() not in allowed:
            yield f"{name}: unknown value"
    parts = {"Container": "items", "RichTextBlock": "inlines"}.get(element.get("type", ""))
    if parts is not None:
        inner = entries(element.get(parts))
        yield from [] if inner else [f"{parts}: empty"]
        for part in inner:
            yield from _element(part)
    elif element.get("type") not in ("TextRun", "TextBlock"):
        yield "type: no element that is known"
    elif not is_text(element.get("text"), 20_000):
        yield "text: empty"
