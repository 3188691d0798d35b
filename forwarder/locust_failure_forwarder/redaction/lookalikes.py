"""Letters that look like others: full-width, mathematical, accented, Cyrillic, Greek, Armenian. Pure.

Every fold keeps all places, so what is found in the folded text can be masked in the text itself.
"""

# ruff: noqa: RUF001 - ambiguous letters are what this file is about

import re
import unicodedata
from typing import Final

_NO_WIDTH: Final = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
INVISIBLE: Final = re.compile(f"[{_NO_WIDTH}]+")
"""Characters without width."""
ODD: Final = re.compile(
    f"[{_NO_WIDTH}\u00c0-\u02af\u0370-\u0556\u0561-\u0587\u1d00-\u1fff\u2070-\u209c\u2100-\u214f\u2160-\u217f"
    "\u00ab\u00bb\u2018-\u201f\u300c-\u300f\u2460-\u24ff\ua730-\ua731\uff01-\uff5e\U0001d400-\U0001d7ff]"
)
"""Whatever is invisible or folded; Chinese is not among it."""
_ENDS: Final = frozenset(map(ord, "，；"))
"""Full-width signs that end a value; what they look like may stand within one."""
_QUOTES: Final = dict.fromkeys(map(ord, "“”„‟«»「」『』＂"), ord('"')) | dict.fromkeys(map(ord, "‘’‚‛＇"), ord("'"))
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code not in _ENDS} | _QUOTES

_PAIRS: Final = (
    "аa вb сc ԁd еe ѕs іi јj кk мm нh оo рp ԛq тt уy ѵv ԝw хx һh ӏl ьb гr пn "
    "АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ЅS ТT УY ХX ԜW "
    "αa βb εe ηn ιi κk νv οo ρp τt υu χx ωw ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX "
    "ոn օo սu հh գq զq ցg "
    "ɑa ɡg ıi ɩi ʀr ɢg ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ꜱs ᴛt ᴜu ᴠv ᴡw ᴢz øo đd łl ħh"
)
_CONFUSABLE: Final = {pair[0]: pair[1] for pair in _PAIRS.split() if pair[1].isascii()}
"""After Unicode's UTS #39, confusables: those that make a Latin word."""


class _Folds(dict[int, int]):
    """By code of a character, the code of the plain one; worked out once for each."""

    def __missing__(self, code: int) -> int:
        if code in _ENDS or code in _QUOTES:
            return _QUOTES.get(code, code)
        character = unicodedata.normalize("NFKC", chr(code))
        if len(character) == 1:
            base = unicodedata.normalize("NFD", character)[0]
            character = _CONFUSABLE.get(base, base)
        plain = self[code] = ord(character) if len(character) == 1 else code
        return plain


_FOLDS: Final = _Folds()


def half_width(text: str) -> str:
    """Full-width forms of ASCII, as Chinese input methods write them, in their usual width."""
    return text.translate(_FULL_WIDTH)


def fold(text: str) -> str:
    """Every letter as the Latin one that it looks like."""
    return text if text.isascii() else text.translate(_FOLDS)
