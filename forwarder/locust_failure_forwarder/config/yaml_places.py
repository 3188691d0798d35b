"""Where in the file a YAML node stands, and each line of its text. Pure."""

import yaml

from .places import Place


def place_of(node: yaml.Node) -> Place:
    """The place where it begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def scalar_text(node: yaml.Node) -> str | None:
    """The text of a scalar; None if it is none."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def text_line(node: yaml.Node) -> int | None:
    """The line in which a text begins of which each line is one of the file."""
    text = scalar_text(node)
    if text is None or "${file:" in text:
        return None
    first = node.start_mark.line + 1
    if node.style == "|":  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - scalars have it
        return first + 1
    return first if node.start_mark.line == node.end_mark.line else None


def text_column(node: yaml.Node) -> int | None:
    """The column in which every line of such a text begins, if it is written as it is read."""
    text, mark = scalar_text(node), node.start_mark
    if not text or mark.buffer is None:
        return None
    begin = mark.pointer
    if mark.line == node.end_mark.line:  # without quotes, or behind one, unless it is written otherwise
        return next((mark.column + 1 + quote for quote in (0, 1) if mark.buffer.startswith(text, begin + quote)), None)
    first = next((line for line in text.split("\n") if line.strip()), None)
    for _ in range(text.count("\n") + 1):
        begin = mark.buffer.find("\n", begin) + 1
        written = mark.buffer[begin : mark.buffer.find("\n", begin)].removesuffix("\r")
        if begin and written.strip():
            return len(written) - len(first) + 1 if first and written.endswith(first) else None
    return None
