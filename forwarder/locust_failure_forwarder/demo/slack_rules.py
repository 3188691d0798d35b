"""What Slack would refuse in an incoming webhook's payload. Pure; knows nothing of our messages.

slack_sdk's models know most rules of blocks but let some pass, such as a field of 2001 characters or 51 blocks;
these are checked here. Limits: https://docs.slack.dev/reference/block-kit/blocks and, for text objects,
https://docs.slack.dev/reference/block-kit/composition-objects/text-object.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeGuard, cast

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

MAX_TEXT: Final = 40_000
MAX_BLOCKS: Final = 50
MAX_ATTACHMENTS: Final = 100
MAX_TEXT_OBJECT: Final = 3000
MAX_FIELDS: Final = 10
MAX_FIELD: Final = 2000
MAX_HEADER: Final = 150
MAX_ELEMENTS: Final = 10

_BLOCK_TYPES: Final = frozenset(str(vars(subclass).get("type")) for subclass in Block.__subclasses__())
_TEXT_KEYS: Final = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}


def violations(payload: object) -> list[str]:
    """Every reason to refuse `payload`, as `place: reason`; empty if Slack would take it. Never quotes its texts."""
    if not _is_object(payload):
        return ["payload: is no object"]
    return list(_payload(payload))


def _payload(payload: Mapping[str, object]) -> Iterator[str]:
    text, attachments = payload.get("text"), payload.get("attachments")
    if not any(payload.get(key) for key in ("text", "blocks", "attachments")):
        yield "payload: has neither text nor blocks nor attachments"
    if text is not None and not isinstance(text, str):
        yield "text: is no string"
    elif text:
        yield from _length("text", text, MAX_TEXT)
    yield from _blocks("blocks", payload.get("blocks"))
    for index, attachment in enumerate(_entries(attachments)):
        where = f"attachments[{index}]"
        if not _is_object(attachment):
            yield f"{where}: is no object"
        elif not any(attachment.get(key) for key in ("text", "fallback", "blocks")):
            yield f"{where}: has neither text nor fallback nor blocks"
        else:
            yield from _blocks(f"{where}.blocks", attachment.get("blocks"))
    if attachments is not None:
        yield from _list("attachments", attachments, MAX_ATTACHMENTS, least=0)


def _blocks(where: str, blocks: object) -> Iterator[str]:
    if blocks is None:
        return
    yield from _list(where, blocks, MAX_BLOCKS, least=0)
    ids: set[object] = set()
    for index, block in enumerate(_entries(blocks)):
        place = f"{where}[{index}]"
        found = list(_block(place, block))
        yield from found or _sdk(place, cast("dict[str, Any]", block))
        block_id = block.get("block_id") if _is_object(block) else None
        if isinstance(block_id, str):
            if block_id in ids:
                yield f"{place}.block_id: is used twice"
            ids.add(block_id)


def _block(where: str, block: object) -> Iterator[str]:
    if not _is_object(block):
        yield f"{where}: is no object"
        return
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _BLOCK_TYPES:
        yield f"{where}.type: is no type of block"
    elif kind == "section":
        yield from _section(where, block)
    elif kind == "header":
        yield from _text(f"{where}.text", block.get("text"), MAX_HEADER, kinds=("plain_text",))
    elif kind == "context":
        yield from _list(f"{where}.elements", block.get("elements"), MAX_ELEMENTS)
        for index, element in enumerate(_entries(block.get("elements"))):
            if not (_is_object(element) and element.get("type") == "image"):
                yield from _text(f"{where}.elements[{index}]", element, MAX_TEXT_OBJECT)


def _section(where: str, block: Mapping[str, object]) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{where}: has neither text nor fields"
    if "text" in block:
        yield from _text(f"{where}.text", block["text"], MAX_TEXT_OBJECT)
    if "fields" in block:
        yield from _list(f"{where}.fields", block["fields"], MAX_FIELDS)
        for index, field in enumerate(_entries(block["fields"])):
            yield from _text(f"{where}.fields[{index}]", field, MAX_FIELD)


def _text(where: str, value: object, most: int, kinds: Sequence[str] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not _is_object(value) or value.get("type") not in kinds:
        yield f"{where}: is no text object of type {' or '.join(kinds)}"
        return
    if unknown := len(set(value) - _TEXT_KEYS[str(value["type"])]):
        yield f"{where}: has {unknown} keys that a text object of this type does not have"
    text = value.get("text")
    if not isinstance(text, str):
        yield f"{where}.text: is no string"
    else:
        yield from _length(f"{where}.text", text, most)


def _length(where: str, text: str, most: int) -> Iterator[str]:
    if not 1 <= len(text) <= most:
        yield f"{where}: has {len(text)} characters; 1 to {most} are allowed"


def _list(where: str, value: object, most: int, least: int = 1) -> Iterator[str]:
    count = len(_entries(value))
    if not isinstance(value, list):
        yield f"{where}: is no list"
    elif not least <= count <= most:
        yield f"{where}: has {count} entries; {least} to {most} are allowed"


def _sdk(where: str, block: dict[str, Any]) -> Iterator[str]:
    """What slack_sdk's model of the block finds; it takes blocks apart with little care for wrong types."""
    try:
        parsed = Block.parse(block)  # pyright: ignore[reportUnknownMemberType] - slack_sdk says dict, no more
        if parsed is None:
            yield f"{where}: is no block that slack_sdk knows"
            return
        parsed.validate_json()
        parsed.to_dict()  # pyright: ignore[reportUnknownMemberType] - untyped; reaches the validators of nested objects
        known = set(parsed.attributes)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - untyped
    except SlackObjectFormationError as error:
        yield f"{where}: {error}"
    except (TypeError, ValueError, KeyError, AttributeError):
        yield f"{where}: is not formed as a block of its type"
    else:
        if unknown := len(set(block) - known):
            yield f"{where}: has {unknown} keys that a block of this type does not have"


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _entries(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else ()
