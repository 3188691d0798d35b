"""Slack's blocks as a terminal shows them. An approximation for the eye; Slack's own limits are in `slack_rules.py`."""

import html
import re
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_MARKUP: Final = re.compile(
    r"<!date\^[^|>]*\|([^>]*)>|<([^|>]+)\|([^>]*)>|<([^>]+)>|\*([^*\n]+)\*|`([^`\n]+)`|_([^_\n]+)_"
)


def mrkdwn(text: str) -> Text:
    """Slack's mrkdwn as styled text."""
    drawn = Text()
    position = 0
    for match in _MARKUP.finditer(text):
        drawn.append(html.unescape(text[position : match.start()]))
        date, _, label, link, bold, code, italic = match.groups()
        if bold is not None:
            drawn.append_text(_styled(mrkdwn(bold), "bold"))
        elif code is not None:
            drawn.append(html.unescape(code), style="red")
        elif italic is not None:
            drawn.append(html.unescape(italic), style="italic")
        else:
            shown = next(t for t in (date, label, link) if t is not None)
            drawn.append(html.unescape(f"@{shown[1:]}" if shown.startswith("!") else shown), style="cyan")
        position = match.end()
    drawn.append(html.unescape(text[position:]))
    return drawn


def _styled(text: Text, style: str) -> Text:
    text.stylize(style)
    return text


def draw_message(payload: dict[str, Any]) -> RenderableType:
    """One message, with the coloured bar of its attachment if it has one."""
    attachments: list[dict[str, Any]] = payload.get("attachments") or []
    blocks: list[dict[str, Any]] = list(payload.get("blocks") or [])
    colour = "dim"
    for attachment in attachments:
        colour = attachment.get("color", colour)
        blocks += attachment.get("blocks") or []
    body: list[RenderableType] = [_draw_block(block) for block in blocks]
    # Top-level blocks replace the text on Slack's screen; attachments stand below it.
    if not payload.get("blocks"):
        body.insert(0, _styled(mrkdwn(str(payload.get("text", ""))), "bold"))
    return Panel(Group(*body), border_style=colour, title="[dim]#load-tests[/]", title_align="left")


def _draw_block(block: dict[str, Any]) -> RenderableType:
    match block.get("type"):
        case "header":
            return Text(html.unescape(block["text"]["text"]), style="bold")
        case "divider":
            return Text("─" * 40, style="dim")
        case "context":
            return Text("  ").join(_styled(mrkdwn(e.get("text", "")), "dim") for e in block["elements"])
        case _:
            parts: list[RenderableType] = []
            if block.get("text"):
                parts.append(mrkdwn(block["text"]["text"]))
            if fields := block.get("fields"):
                grid = Table.grid(padding=(0, 3))
                for left in range(0, len(fields), 2):
                    grid.add_row(*(mrkdwn(field["text"]) for field in fields[left : left + 2]))
                parts.append(grid)
            return Group(*parts)


def as_svg(console: Console, title: str) -> str:
    """What a recording console has printed, as an SVG that needs no font from anywhere else."""
    svg = console.export_svg(title=title, unique_id="slack")
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "monospace")
