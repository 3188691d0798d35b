"""The JSON of an adaptive card, https://adaptivecards.io/explorer. Pure.

All text stands in `TextRun`s: of all elements they alone know no Markdown, so no name or error can become a link, and
nothing mentions anybody, which takes an `msteams.entities` of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from .notice import PLAIN, Code, Line, Notice, Piece, Tone, reductions, write

MAX_BYTES: Final = 20_000
"""Teams documents 28 KB for a message, and is said to refuse some above 21 KB."""

_VERSION: Final = "1.4"
_STYLES: Final[Mapping[Tone, str]] = {
    "critical": "attention",
    "warning": "warning",
    "info": "accent",
    "good": "good",
    "neutral": "emphasis",
}


def render(notice: Notice) -> bytes:
    """The message with its card, shortened if it has to be."""
    encoded = b""
    for shorter in reductions(notice):
        encoded = orjson.dumps(_message(shorter))
        if len(encoded) <= MAX_BYTES:
            break
    return encoded


def _message(notice: Notice) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "fallbackText": write(notice.headline, PLAIN),
        "msteams": {"width": "Full"},
        "body": list(_body(notice)),
        "actions": [{"type": "Action.OpenUrl", "title": label, "url": address} for label, address in notice.links],
    }
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [card]}


def _body(notice: Notice) -> Iterator[dict[str, Any]]:
    headline = _block([_run(piece, weight="Bolder", size="Medium") for piece in notice.headline])
    yield {"type": "Container", "style": _STYLES[notice.tone], "bleed": True, "items": [headline]}
    for label, value in notice.fields:
        yield _block([_run(f"{label}: ", weight="Bolder"), *_runs(value)], spacing="Small")
    if notice.chart is not None:
        label, drawn = notice.chart
        yield _block([_run(f"{label}: ", weight="Bolder"), _run(drawn)])
    for label, lines in notice.lists:
        yield _block([_run(label, weight="Bolder")])
        for line in lines:
            yield _block([_run("• "), *_runs(line)], spacing="Small")
    yield _block([_run(piece, isSubtle=True, size="Small") for piece in notice.context])


def _block(runs: list[dict[str, Any]], **looks: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs, **looks}


def _runs(line: Line) -> list[dict[str, Any]]:
    return [_run(piece) for piece in line]


def _run(piece: Piece, **looks: object) -> dict[str, Any]:
    font = {"fontType": "Monospace"} if isinstance(piece, Code) else {}
    return {"type": "TextRun", "text": write((piece,), PLAIN), **font, **looks}
