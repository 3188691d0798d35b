"""The `teams` destination: one adaptive card per alert or summary, to a workflow of Microsoft Teams.

Builds requests and judges answers; opens no connection. A workflow ("Post to a channel when a webhook request is
received") takes what the retired incoming webhooks took: https://learn.microsoft.com/microsoftteams/platform/
webhooks-and-connectors/how-to/connectors-using#send-adaptive-cards-using-an-incoming-webhook.
"""

from datetime import datetime
from typing import ClassVar, Literal

from .base import HttpRequest, HttpResponse, Rejected, Retry, Verdict
from .http_auth import USER_AGENT
from .message import MessageConfig
from .message_destination import MessageDestination
from .notice import Notice
from .status import verdict_for_one
from .teams_payload import MAX_BYTES, render
from .web_url import WebUrl


class TeamsConfig(MessageConfig):
    """`type: teams`: a workflow that posts what a webhook request brings."""

    type: Literal["teams"]
    """Tells the destinations apart."""
    webhook_url: WebUrl
    """Address of the workflow. It holds a signature, so it is a secret."""


class TeamsDestination(MessageDestination[TeamsConfig]):
    """Posts one card for one event. A workflow that accepts a card may still fail to post it; it does not tell us."""

    max_bytes: ClassVar[int | None] = MAX_BYTES
    min_interval: ClassVar[float] = 0.25  # four a second, as documented for the webhooks that workflows replace

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """By status; workflows answer 202. One that is switched off answers 400, and a person can mend that."""
        verdict = verdict_for_one(response, now)
        if isinstance(verdict, Rejected) and b"WorkflowTriggerIsNotEnabled" in response.body:
            return Retry(f"{response.status}: the workflow is switched off", needs_repair=True)
        return verdict

    def _request(self, notice: Notice) -> HttpRequest:
        return HttpRequest(
            url=self._config.webhook_url.get_secret_value(),
            headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": USER_AGENT},
            body=render(notice),
        )
