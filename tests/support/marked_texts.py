"""Tables of texts for the tests of redaction: `⟦…⟧` surrounds what must be masked. Reads them; judges nothing."""

import re
from typing import Final

MARKED: Final = re.compile("⟦(.*?)⟧", re.DOTALL)


def plain(marked: str) -> str:
    """The text as an application would write it."""
    return MARKED.sub(lambda match: match[1], marked)


def masked(kind: str, marked: str) -> str:
    """The text as it may leave: the mask in place of each secret, and nothing else changed."""
    return MARKED.sub(lambda _: f"[REDACTED:{kind}]", marked)
