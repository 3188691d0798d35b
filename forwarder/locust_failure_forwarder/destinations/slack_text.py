"""Words and numbers of Slack messages, in Slack's mrkdwn. Pure; knows no event and no block.

Escaping and date tokens follow https://docs.slack.dev/messaging/formatting-message-text.
"""

from datetime import UTC, datetime
from typing import Final

_INERT: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "`": "'",  # would end the code span that endpoints and errors stand in
    "@": "@\u2060",  # a word joiner, unseen, keeps @channel from being a mention
}


def _units(text: str) -> int:
    """Length in UTF-16 units, the larger of the two ways in which a limit in characters can be counted."""
    return len(text) + sum(character > "\uffff" for character in text)


def foreign(text: str, limit: int) -> str:
    """`text` from outside as one line without any power: no markup, no mentions, no control characters.

    At most `limit` UTF-16 units after escaping; what is longer ends in an ellipsis and never within an entity.
    Never empty.
    """
    printable = "".join([character if character.isprintable() else " " for character in text])
    pieces = [_INERT.get(character, character) for character in " ".join(printable.split())[: limit + 1]]
    if sum(map(_units, pieces)) <= limit:
        return "".join(pieces) or "(empty)"
    room = limit - 1
    kept: list[str] = []
    for piece in pieces:
        room -= _units(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"


def code(text: str, limit: int) -> str:
    """`text` from outside in a code span, within `limit` as in `foreign`."""
    return f"`{foreign(text, limit - 2)}`"


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


def rate(count: int, seconds: float) -> str:
    """`count` per second as a bare number."""
    per_second = count / seconds if seconds > 0 else 0.0
    if 0 < per_second < 0.1:
        return "under 0.1"
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}".removesuffix(".0")


def duration(seconds: float) -> str:
    """`9.5 s`, `2 min 5 s`, `1 h 3 min`."""
    if seconds < 59.95:
        return f"{max(seconds, 0.0):.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")


def date(moment: datetime) -> str:
    """A time that Slack shows in each reader's own zone, with UTC for clients that cannot."""
    utc = moment.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time_secs}}|{utc:%Y-%m-%d %H:%M:%S} UTC>"
