"""The `apprise` destination: one message per alert or summary to any of the services that the library Apprise knows.

Builds the message and judges the outcome; sends nothing. Apprise does I/O of its own, blocking and with `requests`, so
its request is no HTTP request: `pipeline/apprise_send.py` hands it to a process that is stopped at the deadline.
See docs/decisions/0017-apprise-in-a-process.md.
"""

import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

import orjson
from pydantic import AfterValidator, SecretStr, model_validator

from . import apprise_child
from .base import Delivered, HttpRequest, HttpResponse, Retry, Verdict
from .http_auth import USER_AGENT
from .message import MessageConfig
from .message_destination import MessageDestination
from .notice import Notice, Tone, fit, write
from .plain_text import details
from .status import verdict_for_one
from .words import utc

SENT: Final = 200
"""Status that stands for: Apprise says it is delivered."""
NOT_SENT: Final = 502
"""Status that stands for: Apprise says it is not."""

_TYPES: Final[dict[Tone, str]] = {
    "critical": "failure",
    "warning": "warning",
    "info": "info",
    "good": "success",
    "neutral": "info",
}


COMMAND: Final = (sys.executable, "-P", str(Path(__file__).with_name("apprise_child.py")))
"""The process that has Apprise."""
_PATIENCE: Final = 30.0
"""Seconds for it to read an address; it takes half a one, on a machine that has nothing else to do."""


@cache
def _outcome(address: str) -> int:
    """What the process says of an address; asked once for each."""
    try:
        checked = subprocess.run(  # noqa: S603 - our own program; the address goes to its stdin
            [*COMMAND, "--check"], input=address.encode(), capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeError):
        return -1
    return checked.returncode


def _check_url(url: SecretStr) -> SecretStr:
    match _outcome(url.get_secret_value()):
        case apprise_child.YES:
            return url
        case apprise_child.NO:
            known = "see github.com/caronc/apprise/wiki for the form of each service's"
            raise ValueError(f"no address that Apprise knows; {known}")
        case apprise_child.NOT_INSTALLED:
            raise ValueError("Apprise is not installed; pip install 'locust-failure-forwarder[apprise]'")
        case _:
            raise ValueError("Apprise could not be asked about this address; see that `python -m apprise` works")


class AppriseConfig(MessageConfig):
    """`type: apprise`: one service that Apprise sends to."""

    type: Literal["apprise"]
    """Tells the destinations apart."""
    url: Annotated[SecretStr, AfterValidator(_check_url)]
    """Apprise's address of one service, such as `tgram://…` or `mailto://…`. It holds credentials, so it is secret."""

    @model_validator(mode="after")
    def _consistent(self) -> "AppriseConfig":
        if self.tls is not None:
            raise ValueError("`tls` has no effect on Apprise; leave it out")
        return self


class _Words:
    """Text for services that we do not know: no mention survives, other markup is Apprise's to escape."""

    def foreign(self, text: str, limit: int) -> str:
        return fit(text, limit, {"@": "@\u2060"})

    def code(self, text: str, limit: int) -> str:
        return self.foreign(text, limit)

    def moment(self, at: datetime) -> str:
        return utc(at)


_WORDS: Final = _Words()


class AppriseDestination(MessageDestination[AppriseConfig]):
    """Sends one message for one event. Apprise tells only whether it was delivered: what was not is tried again."""

    min_interval: ClassVar[float] = 1.0  # what the slowest of the services ask for

    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """Apprise's word, which comes as one of two statuses."""
        verdict = verdict_for_one(response, now)
        if isinstance(verdict, Delivered) and response.status != SENT:
            return Retry(f"{response.status}: not an outcome of Apprise")
        if response.status == NOT_SENT and isinstance(verdict, Retry):
            return Retry(f"{NOT_SENT}: Apprise could not deliver it, and does not say why", verdict.after)
        return verdict

    def _request(self, notice: Notice) -> HttpRequest:
        links = "".join(f"\n{label}: {address}" for label, address in notice.links)
        return HttpRequest(
            url=self._config.url.get_secret_value(),
            headers={"Content-Type": "application/json", "User-Agent": USER_AGENT},  # of our message to the process
            body=orjson.dumps(
                {
                    "title": write(notice.headline, _WORDS),
                    "body": details(notice, _WORDS) + links,
                    "type": _TYPES[notice.tone],
                }
            ),
        )
