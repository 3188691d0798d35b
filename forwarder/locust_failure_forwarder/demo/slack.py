"""The demo's Slack: an incoming webhook that answers as Slack does and refuses what Slack refuses. Shows nothing.

Answers: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors".
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from .exchange import Reply, Request, text_reply
from .server import LoopbackServer
from .slack_rules import violations

PATH: Final = "/services/T000/B000/not-a-real-token"


@dataclass(frozen=True, slots=True)
class Message:
    """One message that Slack took."""

    at: datetime
    """When it arrived, UTC."""
    payload: dict[str, Any]
    """What was posted: `text`, `blocks` or `attachments`."""

    @property
    def text(self) -> str:
        """Its `text`, which notifications show; empty if it has none."""
        return str(self.payload.get("text", ""))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One request that Slack refused."""

    error: str
    """Slack's word, such as `invalid_blocks`."""
    reasons: tuple[str, ...] = ()
    """What was wrong, which Slack does not say."""

    def __str__(self) -> str:
        return f"{self.error}: {'; '.join(self.reasons)}" if self.reasons else self.error


class SlackReceiver(LoopbackServer):
    """Takes messages at `webhook_url`. Safe to read from any thread. Limits no rate: give it a `fault` for that."""

    def __init__(
        self, *, port: int = 0, on_message: Callable[[Message], None] | None = None, keep_requests: bool = True
    ) -> None:
        """`on_message` is called with every message taken, in the thread of its connection."""
        super().__init__(port=port, keep_requests=keep_requests)
        self._on_message = on_message
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        self._refused: list[Refusal] = []

    @property
    def webhook_url(self) -> str:
        """The address to configure."""
        return self.url + PATH

    @property
    def messages(self) -> tuple[Message, ...]:
        """Messages taken, in the order of arrival."""
        with self._lock:
            return tuple(self._messages)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Payloads refused, in the order of arrival."""
        with self._lock:
            return tuple(self._refused)

    def respond(self, request: Request) -> Reply:
        """`ok`, or Slack's word for what is wrong."""
        if request.path != PATH:
            return text_reply(404, "no_service")
        if request.method != "POST":
            return text_reply(405, "method_not_allowed")
        payload = _payload(request)
        refusal = _refusal(payload)
        if refusal is not None:
            with self._lock:
                self._refused.append(refusal)
            return text_reply(400, refusal.error)
        message = Message(datetime.now(UTC), cast("dict[str, Any]", payload))
        with self._lock:
            self._messages.append(message)
        if self._on_message is not None:
            self._on_message(message)
        return text_reply(200, "ok")


def _payload(request: Request) -> object:
    """The decoded JSON; None where it is none. Slack takes no compressed bodies."""
    if not request.headers.get("content-type", "").startswith("application/json") or request.encoding != "identity":
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _refusal(payload: object) -> Refusal | None:
    if not isinstance(payload, dict):
        return Refusal("invalid_payload")
    if not any(cast("dict[str, Any]", payload).get(key) for key in ("text", "blocks", "attachments")):
        return Refusal("no_text")
    reasons = tuple(violations(cast("dict[str, Any]", payload)))
    return Refusal("invalid_blocks", reasons) if reasons else None
