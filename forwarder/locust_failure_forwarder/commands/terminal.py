"""Plain lines for people: nothing in them is markup, nothing is wrapped, so that they can be searched and copied."""

from rich.console import Console
from rich.text import Text

from ..report.words import printable


def console(*, stderr: bool = False) -> Console:
    """A console that colours nothing by itself."""
    return Console(highlight=False, stderr=stderr)


def say(to: Console, text: str) -> None:
    """One line or several, exactly as they are, but for control characters."""
    to.print(printable(text), markup=False, soft_wrap=True)


def say_whether(to: Console, text: str, *, ok: bool) -> None:
    """One line behind a tick or a cross."""
    to.print(Text.assemble(("✓", "green") if ok else ("✗", "red"), f" {printable(text)}"), soft_wrap=True)
