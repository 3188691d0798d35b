"""The JSON of a Slack message, through slack_sdk's block models. Importing it costs as much as importing slack_sdk.

Form: `text` is the headline and, since there are no top-level blocks, also the first line that readers see; the
details stand in one attachment, whose colored bar tells the state at a glance. No top-level block repeats the
headline. Reference: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
"""

from typing import Any, Final

import orjson
from slack_sdk.models.blocks import Block, ContextBlock, SectionBlock
from slack_sdk.models.blocks.basic_components import MarkdownTextObject

from .slack_message import Message


def render(message: Message) -> bytes:
    """The message with its details."""
    blocks: list[Block] = [
        SectionBlock(fields=[_text(f"*{label}*\n{value}") for label, value in message.fields]),
        *(SectionBlock(text=_text(section)) for section in message.sections),
        ContextBlock(elements=[_text(message.context)]),
    ]
    attachment = {"color": message.color, "fallback": message.headline, "blocks": [_json(block) for block in blocks]}
    return orjson.dumps(_QUIET | {"text": message.headline, "attachments": [attachment]})


def render_plain(message: Message) -> bytes:
    """The same words as text alone, for a workspace that refuses the form."""
    lines = [message.headline, *(f"*{label}*: {value}" for label, value in message.fields), *message.sections]
    return orjson.dumps(_QUIET | {"text": "\n".join(lines)})


_QUIET: Final = {"unfurl_links": False, "unfurl_media": False}
"""Keeps Slack's servers from opening addresses of the tested system that an error text happens to name."""


def _text(text: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=text, verbatim=True)  # verbatim: nothing in it becomes a link or a mention


def _json(block: Block) -> dict[str, Any]:
    return block.to_dict()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - slack_sdk says dict, no more
