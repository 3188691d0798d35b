"""A notice as plain lines, for places that know no markup. Pure."""

from collections.abc import Iterator

from .notice import PLAIN, Notice, write


def details(notice: Notice) -> str:
    """All but the headline and the links."""
    return "\n".join(_lines(notice))


def fields(notice: Notice) -> dict[str, str]:
    """Value by label."""
    return {label: write(value, PLAIN) for label, value in notice.fields}


def _lines(notice: Notice) -> Iterator[str]:
    for label, value in fields(notice).items():
        yield f"{label}: {value}"
    if notice.chart is not None:
        label, drawn = notice.chart
        yield f"{label}: {drawn}"
    for label, lines in notice.lists:
        yield f"{label}:"
        for line in lines:
            yield f"- {write(line, PLAIN)}"
    if notice.context:
        yield write(notice.context, PLAIN)
