"""What a notice says, as plain text."""

from locust_failure_forwarder.destinations.notice import PLAIN, Notice, write


def headline(notice: Notice) -> str:
    """Its first line."""
    return write(notice.headline, PLAIN)


def fields(notice: Notice) -> dict[str, str]:
    """Value by label."""
    return {label: write(value, PLAIN) for label, value in notice.fields}


def lists(notice: Notice) -> dict[str, list[str]]:
    """Lines by label."""
    return {label: [write(line, PLAIN) for line in lines] for label, lines in notice.lists}
