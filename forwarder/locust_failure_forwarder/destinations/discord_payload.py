"""The JSON of a Discord message: the headline, and an embed with the rest. Pure.

Limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits. Markdown and timestamps:
https://discord.com/developers/docs/reference#message-formatting.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from .notice import COLORS, PLAIN, Notice, fit, reductions, units, write

MAX_CONTENT: Final = 2000
MAX_DESCRIPTION: Final = 4096
MAX_FIELD: Final = 1024
MAX_FOOTER: Final = 2048
MAX_EMBED: Final = 6000
"""Of all texts of the embed together."""

_INERT: Final = {character: f"\\{character}" for character in "\\*_~`|<>#[]():"} | {"@": "@\u2060"}
"""With a backslash no character is markup, and no address a link; the word joiner keeps names from being mentions."""
_INERT_CODE: Final = {"`": "'"}


class Markdown:
    """Discord's way to write the pieces of a notice."""

    def foreign(self, text: str, limit: int) -> str:
        """Words without markup."""
        return fit(text, limit, _INERT)

    def code(self, text: str, limit: int) -> str:
        """A code span, in which only its own end has a meaning."""
        return f"`{fit(text, limit - 2, _INERT_CODE)}`"

    def moment(self, at: datetime) -> str:
        """Date and time with seconds, which each reader sees in their own zone."""
        seconds = int(at.astimezone(UTC).timestamp())
        return f"<t:{seconds}:d> <t:{seconds}:T>"


MARKDOWN: Final = Markdown()


def render(notice: Notice) -> bytes:
    """The message, shortened if it has to be."""
    embed: dict[str, Any] = {}
    for shorter in reductions(notice):
        embed = _embed(shorter)
        if fits(embed):
            break
    message: dict[str, Any] = {
        "content": write(notice.headline, MARKDOWN),
        "embeds": [embed],
        "allowed_mentions": {"parse": []},
    }
    return orjson.dumps(message)


def fits(embed: dict[str, Any]) -> bool:
    """Whether Discord would take the embed, by its length."""
    fields = [units(field["name"]) + units(field["value"]) for field in embed["fields"]]
    description = units(embed["description"])
    return description <= MAX_DESCRIPTION and description + sum(fields) + units(embed["footer"]["text"]) <= MAX_EMBED


def _embed(notice: Notice) -> dict[str, Any]:
    return {
        "description": "\n".join(_description(notice)),
        "color": int(COLORS[notice.tone].removeprefix("#"), 16),
        "fields": [{"name": label, "value": write(value, MARKDOWN), "inline": True} for label, value in notice.fields],
        "footer": {"text": write(notice.context, PLAIN)},  # knows no markup
    }


def _description(notice: Notice) -> Iterator[str]:
    if notice.chart is not None:
        label, drawn = notice.chart
        yield f"**{label}**"
        yield f"`{drawn}`"
    for label, lines in notice.lists:
        yield f"**{label}**"
        for line in lines:
            yield f"- {write(line, MARKDOWN)}"
    if notice.links:
        yield " · ".join(f"[{label}]({_address(address)})" for label, address in notice.links)


def _address(address: str) -> str:
    return address.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
