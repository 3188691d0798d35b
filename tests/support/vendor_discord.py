"""A webhook of a Discord channel: takes messages, and with `wait=true` answers with the one that it has saved.

Rules: https://docs.discord.com/developers/resources/webhook#execute-webhook, its limits those of messages and embeds;
https://docs.discord.com/developers/topics/rate-limits for headers and the body of 429.
"""

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from locust_failure_forwarder.demo.exchange import Reply, Request, json_reply

from .vendor import Vendor, entries, is_object, is_text

TOKEN: Final = "not-a-real-token-of-a-discord-webhook"
_BUCKET: Final = 5
"""Messages in one window, by the headers that Discord sends."""


class Discord(Vendor):
    """One webhook."""

    path: ClassVar[str] = f"/api/webhooks/1042/{TOKEN}"
    max_bytes: ClassVar[int] = 8 * 1024 * 1024

    def __init__(self, *, limited_for: float = 0.0) -> None:
        super().__init__(limited_for=limited_for)
        self.messages: list[Mapping[str, Any]] = []
        """Those saved, in the order of arrival."""
        self.window = 2.0
        """Seconds, likewise."""
        self._at: list[float] = []

    @property
    def webhook_url(self) -> str:
        """The address to configure."""
        return self.url + self.path

    def headlines(self) -> list[str]:
        """The content of each message."""
        with self.lock:
            return [message["content"] for message in self.messages]

    def violations(self, request: Request) -> Sequence[str]:
        """What makes an `Invalid Form Body`."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return ["content-type: is not JSON"]
        try:
            message = json.loads(request.body)
        except ValueError:
            return ["the body is no JSON"]
        return list(_violations(message)) if is_object(message) else ["the body is no object"]

    def refusal(self, reasons: Sequence[str]) -> Reply:
        """Discord's code for a form that it cannot use."""
        errors = {"_errors": [{"code": "BASE_TYPE", "message": reason} for reason in reasons]}
        return json_reply(400, {"message": "Invalid Form Body", "code": 50035, "errors": errors})

    def too_many(self, wait: float) -> Reply:
        """The exact wait in the body; in the header whole seconds."""
        headers = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": "user", **self._limits(wait)}
        return json_reply(
            429, {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": False}, headers
        )

    def take(self, request: Request) -> Reply:
        """The saved message, if the client waits for it."""
        now = time.time()
        self._at = [at for at in self._at if at > now - self.window]
        if len(self._at) >= _BUCKET:
            self.limited += 1
            return self.too_many(self._at[0] + self.window - now)
        self._at.append(now)
        message = json.loads(request.body)
        self.messages.append(message)
        headers = self._limits(self._at[0] + self.window - now)
        if "wait=true" not in request.query.split("&"):
            return Reply(204, headers=headers)
        saved = {"id": str(1000 + len(self.messages)), "type": 0, "channel_id": "42", "content": message["content"]}
        return json_reply(200, saved, headers)

    def _limits(self, renewed_in: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(_BUCKET),
            "X-RateLimit-Remaining": str(max(0, _BUCKET - len(self._at))),
            "X-RateLimit-Reset": f"{time.time() + renewed_in:.3f}",
            "X-RateLimit-Reset-After": f"{renewed_in:.3f}",
        }


def _violations(message: Mapping[str, Any]) -> Iterator[str]:
    embeds = entries(message.get("embeds"))
    if not message.get("content") and not embeds:
        yield "Cannot send an empty message"
    if not is_text(message.get("content", ""), 2000, least=0):
        yield "content: Must be 2000 or fewer in length."
    if len(embeds) > 10:
        yield "embeds: Must be 10 or fewer in length."
    total = 0
    for embed in embeds:
        if not is_object(embed):
            yield "embeds: Only dictionaries may be used."
            return
        yield from _embed(embed)
        total += sum(len(text.encode("utf-16-le")) // 2 for text in _texts(embed))
    if total > 6000:
        yield "embeds: Embed size exceeds maximum size of 6000"


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    for name, most in (("title", 256), ("description", 4096)):
        if name in embed and not is_text(embed[name], most, least=0):
            yield f"{name}: Must be {most} or fewer in length."
    if not 0 <= embed.get("color", 0) <= 0xFFFFFF:
        yield "color: int value should be less than or equal to 16777215."
    if "footer" in embed and not is_text(embed["footer"].get("text"), 2048):
        yield "footer.text: Must be between 1 and 2048 in length."
    fields = embed.get("fields", [])
    if len(fields) > 25:
        yield "fields: Must be 25 or fewer in length."
    for field in fields:
        if not is_text(field.get("name"), 256) or not is_text(field.get("value"), 1024):
            yield "fields: This field is required"


def _texts(embed: Mapping[str, Any]) -> Iterator[str]:
    """What counts to the sum of an embed's characters."""
    yield str(embed.get("title", ""))
    yield str(embed.get("description", ""))
    yield str(embed.get("footer", {}).get("text", ""))
    for field in embed.get("fields", []):
        yield str(field.get("name", ""))
        yield str(field.get("value", ""))
