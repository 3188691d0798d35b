"""Check digits of cards, IBANs and national ids, from their public standards. Computes; recognises nothing."""

from typing import Final

_PRC_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_VERHOEFF_D: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_P: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)
_VERHOEFF_INVERSE: Final = "0432156789"


def luhn(digits: str) -> str:
    """The digit that ISO/IEC 7812-1 appends."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def iban(country: str, account: str) -> str:
    """Country, check digits (ISO 13616, mod 97), account."""
    rest = int("".join(str(int(c, 36)) for c in account + country + "00")) % 97
    return f"{country}{98 - rest:02d}{account}"


def prc(seventeen: str) -> str:
    """The last place of a resident id (GB 11643-1999)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, _PRC_WEIGHTS, strict=True)) % 11]


def cpf(nine: str) -> str:
    """The two check digits of a Brazilian CPF."""
    digits = nine
    for _ in range(2):
        total = sum(int(d) * w for d, w in zip(reversed(digits), range(2, 12), strict=False))
        digits += str(total * 10 % 11 % 10)
    return digits[-2:]


def verhoeff(digits: str) -> str:
    """The digit that Verhoeff's scheme appends; Aadhaar uses it."""
    state = 0
    for place, digit in enumerate(reversed(digits), start=1):
        state = int(_VERHOEFF_D[state][int(_VERHOEFF_P[place % 8][int(digit)])])
    return _VERHOEFF_INVERSE[state]
