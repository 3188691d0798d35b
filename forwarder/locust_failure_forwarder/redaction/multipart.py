"""Parts of a multipart body whose name has no quotes, as some clients write it. The others are pairs as in any text."""

import re
from collections.abc import Iterator
from typing import Final

from .keys import KeyNames
from .marks import MARK_START, Span
from .values import secret_spans

PATTERN: Final = r"form-data; ?name=[^\"\s]"
"""RE2, and literal enough for any engine: RFC 7578, 4.2 wants quotes only where the name needs them."""

_PART: Final = re.compile(
    r"""form-data;\s?name=(?P<name>[^"\s;]{1,200}+)(?:;[^\r\n]{0,200}+)?
        (?:\r?\n[^\r\n]{1,200}+){0,4}+\r?\n\r?\n(?P<value>(?:(?!\r?\n--)[\s\S])*+)""",
    re.VERBOSE,
)


def part_spans(text: str, keys: KeyNames) -> Iterator[Span]:
    """The values of sensitive parts."""
    for match in _PART.finditer(text):
        value = match["value"]
        if (sensitive := keys.judge(match["name"])) and not value.startswith(MARK_START):
            yield from secret_spans(sensitive, value, keys, match.start("value"))
