"""A notice as plain lines, for places that know no markup. Pure."""

from collections.abc import Iterator

from .notice import PLAIN, Notice, Style, write


def details(notice: Notice, style: Style = PLAIN) -> str:
    """All but the headline and the links."""
    return "\n".join(_lines(notice, style))


def fields(notice: Notice, style: Style = PLAIN) -> dict[str, str]:
    """Value by label."""
    return {label: write(value, style) for label, value in notice.fields}


def _lines(notice: Notice, style: Style) -> Iterator[str]:
    for label, value in fields(notice, style).items():
        yield f"{label}: {value}"
    if notice.chart is not None:
        label, drawn = notice.chart
        yield f"{label}: {drawn}"
    for label, lines in notice.lists:
        yield f"{label}:"
        for line in lines:
            yield f"- {write(line, style)}"
    if notice.context:
        yield write(notice.context, style)
