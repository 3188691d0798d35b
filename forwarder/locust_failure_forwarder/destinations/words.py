"""Words and numbers of messages to people, in any format. Pure; knows no event and escapes nothing."""

from datetime import UTC, datetime


def plural(count: int, noun: str) -> str:
    """`1 request`, `2,000 requests`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def percent(ratio: float) -> str:
    """A share with as many digits as matter; never rounded up to all, nor down to nothing."""
    number = ratio * 100
    if 0 < number < 0.01:
        return "under 0.01 %"
    if 99.9 < number < 100:
        return "over 99.9 %"
    return f"{number:.3g} %"


def share(part: int, whole: int) -> str:
    """`percent` of `part` in `whole`; of nothing, nothing."""
    return percent(part / whole if whole else 0.0)


def number(value: float) -> str:
    """A bare number for reading: `0.5`, `41`, `12,345`; never rounded down to nothing."""
    if 0 < value < 0.1:
        return "under 0.1"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def rate(count: int, seconds: float) -> str:
    """`count` per second as a bare number."""
    return number(count / seconds if seconds > 0 else 0.0)


def duration(seconds: float) -> str:
    """`9.5 s`, `2 min 5 s`, `1 h 3 min`."""
    if seconds < 59.95:
        return f"{max(seconds, 0.0):.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")


def utc(moment: datetime) -> str:
    """`2026-05-04 09:31:00 UTC`, of an aware time."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
