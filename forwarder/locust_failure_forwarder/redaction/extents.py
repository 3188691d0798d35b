"""Where a value in free text ends. Pure; bounded and possessive patterns, so every function is linear."""

import re
from collections.abc import Mapping
from typing import Final

from . import idioms
from . import words as w

QUOTE: Final = r"""(?:\\{0,15}["'`])"""
"""An opening or closing quote at any depth of escaping; encodings are taken off before."""

_BARE: Final = re.compile(
    r"""(?:[^\s&?"'`<>,;)\]}\\|\u3001\u3002\uff0c\uff1b] | \\(?![nrt"'`\\u])
         | \?(?![\w.\-%\[\]]{1,64}=) | &(?![\w.\-%\[\]]{1,64}=|(?:amp|quot|lt|gt);|\#)
         | [,;)\]}|](?=[^\s,;)\]}|&"'`<>\\\u3000-\u9fff])(?!\s{0,4}[\w.\-]{1,40}\s{0,2}[=:]))++""",
    re.VERBOSE,
)
"""To white space, a quote, a bracket that closes something else, or the next pair."""

PARAMETER: Final = re.compile(r"""[^\s&#"'`<>\\]++""")
"""The value of a parameter in a URL."""
_LINE: Final = r"""(?:[^\r\n"'`<>\\] | \\(?![nr"'`\\]) | (?<==)"[^"\r\n]*+")++"""
_CREDENTIALS: Final = re.compile(
    rf"""(?:digest|oauth|hawk|signature|aws4-hmac-sha256|vapid|mutual|sharedaccesssignature|scram-sha-\d+)\s{_LINE}
        | (?:(?:{"|".join(sorted(map(re.escape, idioms.SCHEMES)))})\s{{1,4}}(?=\S))?[^\s"'`<>,;)\]}}\\]++""",
    re.VERBOSE | re.IGNORECASE,
)
_BY_KIND: Final[Mapping[str, re.Pattern[str]]] = {
    "authorization": _CREDENTIALS,
    "cookie": re.compile(_LINE, re.VERBOSE),
    "phone": re.compile(r"[\d+(][\d+()\ .\-/]{4,30}+"),
    "card": re.compile(r"[\d][\d\ \-]{0,30}+"),
    "iban": re.compile(r"[A-Z]{2}\d{2}[A-Z0-9\ ]{0,40}+"),
    "name": re.compile(r"[^\W\d_][\w'.\-]*+(?:\ [A-Z][\w'.\-]*+){0,4}+"),
    "address": re.compile(
        r"""(?:(?!\s{0,3}[,|\uff0c\uff1b\u3002]?\s{0,3}[\w.\-]{1,40}\s?[=:\uff1a])[^\r\n"'`<>\\;&|\u3010]){1,160}+"""
    ),
}
_WORD: Final = re.compile(r"[ \-]([^\W\d_]{2,20}+)(?=[\s,;.!?)\]}\"'<|]|$)")
_PHRASE_WORDS: Final = (3, 24)
"""Fewer words may be a password and what is said of it; no passphrase has more."""
_SENTENCE: Final = idioms.HARMLESS | idioms.PROSE | idioms.SENTENCES | w.SAFE
"""Words of sentences, which end a passphrase."""
_BRACKET: Final = re.compile(r""""(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|[\[\]{}()]""", re.DOTALL)


def bare_end(text: str, at: int, kind: str) -> int:
    """End of an unquoted value of this kind that begins at `at`; `at` itself if there is none."""
    special = _BY_KIND.get(kind)
    match = (special and special.match(text, at)) or _BARE.match(text, at)
    if match is None:
        return at
    return at + len(match.group().rstrip(" .,;:!?"))


def phrase_end(text: str, at: int, end: int, *, sure: bool = False) -> int:
    """End of an unquoted passphrase whose first word ends at `end`; `end` itself if no further words belong to it.

    It is `sure` where the key says that there are several: then no word ends it, only punctuation.
    """
    if not text[at:end].isalpha():
        return end
    least, most = _PHRASE_WORDS
    words, last = 1, end
    while words < most and (match := _WORD.match(text, last)) and (sure or match[1].lower() not in _SENTENCE):
        words, last = words + 1, match.end()
    return last if words >= least else end


def quoted_end(text: str, at: int, opening: str) -> int | None:
    """Where the quote that `opening` opened just before `at` closes; None if it never does.

    A quote with fewer backslashes than the opening one belongs to the text around it and closes the value too.
    """
    depth, quote = len(opening) - 1, opening[-1]
    place = text.find(quote, at)
    while place >= 0:
        slashes = _backslashes_before(text, place, at)
        if (depth == 0 and slashes % 2 == 0) or (depth > 0 and slashes <= depth):
            return place if depth == 0 else place - slashes
        place = text.find(quote, place + 1)
    return None


def _backslashes_before(text: str, place: int, least: int) -> int:
    start = place
    while start > least and text[start - 1] == "\\":
        start -= 1
    return place - start


def bracket_end(text: str, at: int) -> int:
    """End of the list or object that begins at `at`, or of a text that was cut within."""
    depth = 0
    for match in _BRACKET.finditer(text, at):
        if match.group() in ("[", "{", "("):
            depth += 1
        elif match.group() in ("]", "}", ")"):
            depth -= 1
            if depth <= 0:
                return match.end()
    return len(text)
