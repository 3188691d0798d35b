"""The `slack` destination: one message per alert or summary, to an incoming webhook.

Builds requests and judges answers; opens no connection. Failures are not sent: a message for each would flood
the channel and meet Slack's limit of one a second.
"""

import re
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

from locust_failure_schemas import Alert, RunSummary
from pydantic import AfterValidator

from ..config.models import ConfigModel
from ..version import VERSION
from .base import Batch, Delivered, Destination, HttpRequest, HttpResponse, Rejected, Retry, Simplify, Verdict
from .message import MessageConfig, notice_of, probe_notice, read_event
from .notice import Notice
from .status import verdict_for_response
from .web_url import WebUrl

_REFUSED_FORMS: Final = frozenset({"invalid_attachments", "invalid_blocks", "invalid_blocks_format", "invalid_payload"})
_KNOWN_ERRORS: Final = _REFUSED_FORMS | {
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_token",
    "missing_text_or_fallback_or_attachments",
    "no_service",
    "no_service_id",
    "no_team",
    "no_text",
    "posting_to_general_channel_denied",
    "rate_limited",
    "rollup_error",
    "team_disabled",
    "too_many_attachments",
    "user_not_found",
}
"""Slack's own words, which may be quoted. Any other body may hold anything and is not."""


_MENTION: Final = re.compile(r"here|channel|everyone|[UWS][A-Z0-9]{2,20}")


def _check_mention(name: str) -> str:
    if not _MENTION.fullmatch(name):
        raise ValueError(
            "expected here, channel, everyone, or the id of a user (U…) or user group (S…); Slack knows no names here"
        )
    return name


Mentions = tuple[Annotated[str, AfterValidator(_check_mention)], ...]


class MentionsConfig(ConfigModel):
    """`mentions`: whom a firing alert calls, by its severity. Nobody by default."""

    critical: Mentions = ()
    """`here`, `channel`, `everyone`, or ids such as U012AB3CD (user), S012AB3CD (user group)."""
    warning: Mentions = ()
    """The same."""
    info: Mentions = ()
    """The same."""


class SlackConfig(MessageConfig):
    """`type: slack`: an incoming webhook of a Slack app."""

    type: Literal["slack"]
    """Tells the destinations apart."""
    webhook_url: WebUrl
    """Address of the incoming webhook. Whoever knows it can post, so it is a secret."""
    mentions: MentionsConfig = MentionsConfig()
    """Whom a firing alert calls."""

    def calls(self, record: Alert | RunSummary) -> tuple[str, ...]:
        """Whom `record` calls."""
        if not isinstance(record, Alert):
            return ()
        return {"critical": self.mentions.critical, "warning": self.mentions.warning}.get(
            record.severity, self.mentions.info
        )


class SlackDestination(Destination):
    """Posts one message for one event. Slack cannot tell a duplicate; the small print names the event's id."""

    max_records: ClassVar[int | None] = 1
    min_interval: ClassVar[float] = 1.0  # https://docs.slack.dev/apis/web-api/rate-limits: one a second and webhook

    def __init__(self, name: str, config: SlackConfig) -> None:
        self._name = name
        self._config = config

    @property
    def config(self) -> SlackConfig:
        """The configuration it was made from."""
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:  # noqa: ARG002 - it tells no time
        """The message of the batch's one event.

        Raises:
            ValueError: more than one event, or a failure: neither is ever routed here.
        """
        (event,) = batch.events
        record = read_event(event)
        return self._request(notice_of(record, self._config.links, self._config.calls(record)), plain=plain)

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """Delivered only where Slack says `ok`: proxies and login pages answer 200 as well."""
        word = _known_error(response.body)
        if response.status == 200 and response.body == b"ok":
            return Delivered()
        if response.status == 400 and word in _REFUSED_FORMS:
            return Simplify(f"400 {word}: Slack refuses the form of the message")
        verdict = verdict_for_response(response, now)
        if isinstance(verdict, Delivered):
            return Retry(f"{response.status}: the answer is not Slack's; something else answers at this address")
        if isinstance(verdict, Rejected):
            return Rejected(_with_word(verdict.reason, word))
        return Retry(_with_word(verdict.reason, word), verdict.after, needs_repair=verdict.needs_repair)

    def probe(self, now: datetime) -> HttpRequest:
        """A message that says it is a test."""
        return self._request(probe_notice(now), plain=False)

    def _request(self, notice: Notice, *, plain: bool) -> HttpRequest:
        # Importing slack_sdk takes a tenth of a second, which a run without Slack need not pay.
        from .slack_payload import render, render_plain

        return HttpRequest(
            url=self._config.webhook_url.get_secret_value(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": f"locust-failure-forwarder/{VERSION}",
            },
            body=render_plain(notice) if plain else render(notice),
        )


def _known_error(body: bytes) -> str | None:
    word = body[:64].strip().decode("ascii", "replace")
    return word if word in _KNOWN_ERRORS else None


def _with_word(reason: str, word: str | None) -> str:
    return reason if word is None else f"{reason} (Slack says {word})"
