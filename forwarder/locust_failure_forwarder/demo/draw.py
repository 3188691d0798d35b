"""What the demo shows in the terminal. Draws what it is given; measures and decides nothing."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ..report.accounts import total
from ..report.tables import accounts_table, remarks
from .draw_slack import as_svg, draw_message
from .monitoring import MonitoringApi
from .slack import SlackReceiver

if TYPE_CHECKING:
    from .run import Outcome

_BAR = 40


def draw_progress(
    elapsed: float, seconds: int, *, burst: bool, monitoring: MonitoringApi, slack: SlackReceiver
) -> RenderableType:
    """One frame of the live view: time, what arrived by category, the last Slack line."""
    done = min(_BAR, int(_BAR * elapsed / seconds))
    weather = Text(" the shop is failing badly ", style="bold white on red") if burst else Text("")
    bar = Text.assemble(
        ("█" * done, "cyan"), ("░" * (_BAR - done), "dim"), f" {min(elapsed, seconds):4.1f} s  ", weather
    )
    counts = Counter(record.error.category for record in list(monitoring.failures.values()))
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for category, count in counts.most_common():
        table.add_row(f"[bold]{count:>5}[/]", category, Text("▪" * min(60, count // 5 + 1), style="red"))
    last = Text(f"Slack: {slack.messages[-1].text}" if slack.messages else "Slack: quiet", style="yellow")
    arrived = f"[bold]{len(monitoring.failures)}[/] failures arrived at the monitoring API"
    return Group(bar, Text.from_markup(arrived), table, last)


def draw_ending(
    console: Console, outcome: Outcome, monitoring: MonitoringApi, slack: SlackReceiver, output: Path
) -> None:
    """Slack's messages, one record, the accounts, the verdict, and where to look next."""
    draw_slack(console, slack)
    console.rule("[bold]One record, as it arrived at the monitoring API")
    console.print(_sample(monitoring))
    draw_accounts(console, outcome)
    if not outcome.good:
        _draw_log_tail(console, output / "locust.log")
    console.print(
        f"\nAll records: {output / 'failures.jsonl'}   Locust's output: {output / 'locust.log'}", soft_wrap=True
    )
    console.print(f"The configuration used: {output / 'config.yaml'}", soft_wrap=True)


def draw_slack(console: Console, slack: SlackReceiver) -> None:
    """Every message, as Slack's screen has it."""
    console.rule("[bold]What Slack shows")
    for message in slack.messages:
        console.print(draw_message(message.payload))
    if slack.refused:
        console.print(f"[red]Slack refused {len(slack.refused)} messages: {slack.refused[0]}[/]")


def draw_accounts(console: Console, outcome: Outcome) -> None:
    """The accounts, and the verdict."""
    console.rule("[bold]What became of everything")
    console.print(accounts_table(total(outcome.reports), "captured = delivered + pending + dead + dropped"))
    for line in remarks(outcome.reports):
        console.print(line, markup=False)
    _verdict(console, outcome)


def save_picture(path: Path, outcome: Outcome, slack: SlackReceiver) -> None:
    """Slack's messages and the accounts as an SVG that needs no font from anywhere else."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=100, file=nowhere, force_terminal=True, highlight=False)
        draw_slack(console, slack)
        draw_accounts(console, outcome)
    path.write_text(as_svg(console, "failure-forwarder demo"))


def _draw_log_tail(console: Console, log: Path) -> None:
    """The end of Locust's output, since something went wrong."""
    console.rule("[bold]The end of Locust's output")
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in lines[-20:]:
        console.print(line, markup=False, soft_wrap=True)


def _sample(monitoring: MonitoringApi) -> RenderableType:
    """The record with the most to see: several redactions, and a response."""
    records = list(monitoring.failures.values())
    if not records:
        return Text("nothing arrived", style="red")
    best = max(records, key=lambda r: (r.response is not None, len(r.redactions), sum(r.redactions.values())))
    text = json.dumps(json.loads(best.model_dump_json(exclude_defaults=True)), indent=2, ensure_ascii=False)
    return Panel(Syntax(text, "json", word_wrap=True, background_color="default"), border_style="dim")


def _verdict(console: Console, outcome: Outcome) -> None:
    def line(good: bool, text: str) -> None:
        console.print(f"[green]✓[/] {text}" if good else f"[bold red]✗ {text}[/]")

    line(
        outcome.counted == outcome.arrived > 0,
        f"Locust counted {outcome.counted} failures, {outcome.arrived} arrived",
    )
    line(not outcome.duplicates, f"{outcome.duplicates} arrived twice")
    places = ", ".join(sorted(set(outcome.secrets)))
    line(not outcome.secrets, f"planted secrets found in plain text: {places or 'none'}")
    if outcome.locust_code:
        line(False, f"Locust ended with exit code {outcome.locust_code}; see its output below")
