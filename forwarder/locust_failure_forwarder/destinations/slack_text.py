"""Slack's mrkdwn: how texts from outside and times are written in it. Pure; knows no event and no block.

Escaping and date tokens follow https://docs.slack.dev/messaging/formatting-message-text.
"""

from datetime import UTC, datetime
from typing import Final

from .notice import fit
from .words import utc

_INERT: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "`": "'",  # would end the code span that endpoints and errors stand in
    "@": "@\u2060",  # a word joiner, unseen, keeps @channel from being a mention
}


_NO_MARKUP: Final = _INERT | {"*": "\u2217", "~": "\u223c"}
"""Outside a code span these would make bold or struck text; what stands for them looks alike."""


def foreign(text: str, limit: int) -> str:
    """`text` from outside as one line without any power: no markup, no mentions, no control characters.

    At most `limit` UTF-16 units after escaping; what is longer ends in an ellipsis and never within an entity.
    Never empty.
    """
    return fit(text, limit, _NO_MARKUP)


def code(text: str, limit: int) -> str:
    """`text` from outside in a code span, within `limit` as in `foreign`."""
    return f"`{fit(text, limit - 2, _INERT)}`"


def date(moment: datetime) -> str:
    """A time that Slack shows in each reader's own zone, with UTC for clients that cannot."""
    seconds = int(moment.astimezone(UTC).timestamp())
    return f"<!date^{seconds}^{{date_short_pretty}} {{time_secs}}|{utc(moment)}>"


def link(address: str, label: str) -> str:
    """A link to an address of the configuration; `label` is ours."""
    for character, inert in {"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C"}.items():
        address = address.replace(character, inert)
    return f"<{address}|{label}>"


def mention(name: str) -> str:
    """Calls `here`, `channel`, `everyone`, or the id of a user (`U…`, `W…`) or group (`S…`)."""
    if name[0] in "UW":
        return f"<@{name}>"
    return f"<!subteam^{name}>" if name[0] == "S" else f"<!{name}>"


class Mrkdwn:
    """Slack's way to write the pieces of a notice."""

    def foreign(self, text: str, limit: int) -> str:
        """See the function."""
        return foreign(text, limit)

    def code(self, text: str, limit: int) -> str:
        """See the function."""
        return code(text, limit)

    def moment(self, at: datetime) -> str:
        """See `date`."""
        return date(at)


MRKDWN: Final = Mrkdwn()
