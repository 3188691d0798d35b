"""Seeded draws of characters, digits and words. Knows nothing of secrets; the same seed draws the same."""

import random
import string
from typing import Final

ALNUM: Final = string.ascii_letters + string.digits
URLSAFE: Final = ALNUM + "-_"
_SYLLABLES: Final = (
    *("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ra", "su", "te", "vi", "wo", "xu", "ya", "zo"),
    *("bre", "cla", "dri", "fle", "gru"),
)


class Draw(random.Random):
    """`random.Random` with the draws that values are made of."""

    def text(self, alphabet: str, length: int) -> str:
        """`length` characters of the alphabet."""
        return "".join(self.choices(alphabet, k=length))

    def digits(self, length: int) -> str:
        """Decimal digits, the first not zero."""
        return self.choice("123456789") + self.text(string.digits, length - 1)

    def hex(self, length: int) -> str:
        """Lower case hex digits."""
        return self.text("0123456789abcdef", length)

    def opaque(self, length: int) -> str:
        """Letters of both cases and digits, at least one of each, so that no part of it is a word."""
        head = self.choice(string.ascii_lowercase) + self.choice(string.digits) + self.choice(string.ascii_uppercase)
        return head + self.text(ALNUM, length - 3)

    def uuid(self) -> str:
        """A random UUID, version 4."""
        return f"{self.hex(8)}-{self.hex(4)}-4{self.hex(3)}-{self.choice('89ab')}{self.hex(3)}-{self.hex(12)}"

    def word(self, syllables: int = 3) -> str:
        """A made-up word that is in no dictionary."""
        return "".join(self.choices(_SYLLABLES, k=syllables))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability
