"""The `discord` destination: one message with an embed per alert or summary, to a webhook of a channel.

Builds requests and judges answers; opens no connection. The contract:
https://discord.com/developers/docs/resources/webhook#execute-webhook. Without `wait=true` a message that is not saved
is answered like one that is.
"""

import math
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Literal, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from .base import Delivered, HttpRequest, HttpResponse, Retry, Verdict
from .discord_payload import render
from .http_auth import USER_AGENT
from .message import MessageConfig
from .message_destination import MessageDestination
from .notice import Notice
from .retry_after import LONGEST
from .status import verdict_for_one
from .web_url import WebUrl


class DiscordConfig(MessageConfig):
    """`type: discord`: a webhook of a channel."""

    type: Literal["discord"]
    """Tells the destinations apart."""
    webhook_url: WebUrl
    """Address of the webhook; `?thread_id=…` posts to a thread. Whoever knows it can post, so it is a secret."""


class DiscordDestination(MessageDestination[DiscordConfig]):
    """Posts one message for one event. Nobody is mentioned, whatever a text contains."""

    min_interval: ClassVar[float] = 0.5  # five in two seconds, as its answers' X-RateLimit headers say

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """Delivered only where Discord returns the message that it has saved."""
        verdict = verdict_for_one(response, now)
        answer = _answer(response.body)
        if isinstance(verdict, Delivered) and "id" not in answer:
            return Retry(f"{response.status}: the answer is not Discord's; something else answers at this address")
        if isinstance(verdict, Retry) and response.status == 429 and (asked := _seconds(answer)) is not None:
            return replace(verdict, after=max(asked, verdict.after or 0.0))
        return verdict

    def _request(self, notice: Notice) -> HttpRequest:
        return HttpRequest(
            url=_waiting(self._config.webhook_url.get_secret_value()),
            headers={"Content-Type": "application/json", "User-Agent": USER_AGENT},
            body=render(notice),
        )


def _waiting(address: str) -> str:
    """The address that answers once the message is saved."""
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "wait"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("wait", "true")]), fragment=""))


def _answer(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}


def _seconds(answer: dict[str, Any]) -> float | None:
    """The wait that the body of a 429 asks for, which is finer than the header."""
    asked = answer.get("retry_after")
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not math.isfinite(asked):
        return None
    return min(max(float(asked), 0.0), LONGEST)
