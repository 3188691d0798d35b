"""The JSON of a Slack message, through slack_sdk's block models. Importing it costs as much as importing slack_sdk.

Form: `text` is the headline and, since there are no top-level blocks, also the first line that readers see; the
details stand in one attachment, whose colored bar tells the state at a glance. No top-level block repeats the
headline. Reference: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson
from slack_sdk.models.blocks import Block, ContextBlock, SectionBlock
from slack_sdk.models.blocks.basic_components import MarkdownTextObject

from .notice import COLORS, Notice, write
from .slack_text import MRKDWN, link, mention

_LONGEST_LINK: Final = 1400
"""UTF-16 units; two of them fit into one text object."""


def render(notice: Notice) -> bytes:
    """The message with its details."""
    headline = write(notice.headline, MRKDWN)
    blocks: list[Block] = [
        SectionBlock(fields=[_text(f"*{label}*\n{value}") for label, value in _fields(notice)]),
        *(SectionBlock(text=_text(section)) for section in _sections(notice)),
        ContextBlock(elements=[_text(write(notice.context, MRKDWN))]),
    ]
    color = COLORS[notice.tone]
    attachment = {"color": color, "fallback": headline, "blocks": [_json(block) for block in blocks]}
    return orjson.dumps(_QUIET | {"text": _called(headline, notice), "attachments": [attachment]})


def render_plain(notice: Notice) -> bytes:
    """The same words as text alone, for a workspace that refuses the form."""
    fields = [f"*{label}*: {value}" for label, value in _fields(notice)]
    lines = [_called(write(notice.headline, MRKDWN), notice), *fields, *_sections(notice)]
    return orjson.dumps(_QUIET | {"text": "\n".join(lines)})


_QUIET: Final = {"unfurl_links": False, "unfurl_media": False}
"""Keeps Slack's servers from opening addresses of the tested system that an error text happens to name."""


def _called(headline: str, notice: Notice) -> str:
    """The headline comes first: a phone's notification may show no more."""
    return " ".join([headline, *map(mention, notice.calls)])


def _fields(notice: Notice) -> Iterator[tuple[str, str]]:
    for label, value in notice.fields:
        yield label, write(value, MRKDWN)


def _sections(notice: Notice) -> Iterator[str]:
    """Paragraphs. Three lines of the budgets that notices keep stay below 3000."""
    if notice.chart is not None:
        label, drawn = notice.chart
        yield f"*{label}*\n`{drawn}`"
    for label, lines in notice.lists:
        yield f"*{label}*\n" + "\n".join(f"• {write(line, MRKDWN)}" for line in lines)
    links = [text for text in (link(address, label) for label, address in notice.links) if len(text) <= _LONGEST_LINK]
    if links:
        yield " · ".join(links)


def _text(text: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=text, verbatim=True)  # verbatim: nothing in it becomes a link or a mention


def _json(block: Block) -> dict[str, Any]:
    return block.to_dict()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - slack_sdk says dict, no more
