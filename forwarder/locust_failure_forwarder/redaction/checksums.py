"""Checksums of numbers that name a person or an account. Pure."""

from collections.abc import Mapping
from typing import Final


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for index, character in enumerate(reversed(digits)):
        value = int(character)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Luhn, and an issuer with cards of this length: Visa, Mastercard, Amex, Diners, Discover, JCB, UnionPay."""
    if len(set(digits)) < 2:
        return False
    length = len(digits)
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    issued = (
        (digits[0] == "4" and length in (13, 16, 19))
        or (length == 16 and (51 <= two <= 55 or 2221 <= four <= 2720))
        or (length == 15 and two in (34, 37))
        or (14 <= length <= 19 and (two in (36, 38, 39) or 300 <= three <= 305))
        or (
            16 <= length <= 19
            and (four == 6011 or two == 65 or 644 <= three <= 649 or two == 62 or 3528 <= four <= 3589)
        )
    )
    return issued and luhn(digits)


IBAN_LENGTHS: Final[Mapping[str, int]] = {
    code: int(length)
    for code, length in (
        entry.split(":")
        for entry in [
            "AD:24",
            "AE:23",
            "AL:28",
            "AT:20",
            "AZ:28",
            "BA:20",
            "BE:16",
            "BG:22",
            "BH:22",
            "BR:29",
            "BY:28",
            "CH:21",
            "CR:22",
            "CY:28",
            "CZ:24",
            "DE:22",
            "DK:18",
            "DO:28",
            "EE:20",
            "EG:29",
            "ES:24",
            "FI:18",
            "FO:18",
            "FR:27",
            "GB:22",
            "GE:22",
            "GI:23",
            "GL:18",
            "GR:27",
            "GT:28",
            "HR:21",
            "HU:28",
            "IE:22",
            "IL:23",
            "IQ:23",
            "IS:26",
            "IT:27",
            "JO:30",
            "KW:30",
            "KZ:20",
            "LB:28",
            "LC:32",
            "LI:21",
            "LT:20",
            "LU:20",
            "LV:21",
            "LY:25",
            "MC:27",
            "MD:24",
            "ME:22",
            "MK:19",
            "MR:27",
            "MT:31",
            "MU:30",
            "NL:18",
            "NO:15",
            "PK:24",
            "PL:28",
            "PS:29",
            "PT:25",
            "QA:29",
            "RO:24",
            "RS:22",
            "SA:24",
            "SC:31",
            "SE:24",
            "SI:19",
            "SK:24",
            "SM:27",
            "TN:24",
            "TR:26",
            "UA:29",
            "VA:22",
            "VG:24",
            "XK:20",
        ]
    )
}
"""Length by country, SWIFT IBAN registry."""


def is_iban(compact: str) -> bool:
    """ISO 13616: length by country, and the remainder of 97 is 1. Upper case, no spaces."""
    if IBAN_LENGTHS.get(compact[:2]) != len(compact) or not compact.isascii() or not compact.isalnum():
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


_PRC_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_prc_id(text: str) -> bool:
    """GB 11643-1999: 17 digits with a birth date, and a check character (ISO 7064, MOD 11-2)."""
    body, check = text[:17], text[17:].upper()
    if len(text) != 18 or not body.isdigit():
        return False
    year, month, day = int(body[6:10]), int(body[10:12]), int(body[12:14])
    if body[0] == "0" or not (1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    return "10X98765432"[sum(int(c) * weight for c, weight in zip(body, _PRC_WEIGHTS, strict=True)) % 11] == check


def is_ssn(text: str) -> bool:
    """`AAA-GG-SSSS` as the US Social Security Administration gives them out: no 000, 666, 9xx, 00, 0000."""
    area, group, serial = text.split("-")
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def is_cpf(digits: str) -> bool:
    """Brazil: two check digits, each modulo 11."""
    numbers = [int(c) for c in digits]
    if len(numbers) != 11 or len(set(numbers)) == 1:
        return False
    for length in (9, 10):
        rest = sum(n * (length + 1 - i) for i, n in enumerate(numbers[:length])) * 10 % 11 % 10
        if rest != numbers[length]:
            return False
    return True


_D5: Final = tuple(
    tuple(
        (a + b) % 5 if a < 5 and b < 5 else (a + b) % 5 + 5 if a < 5 else (a - b) % 5 + 5 if b < 5 else (a - b) % 5
        for b in range(10)
    )
    for a in range(10)
)
_TURN: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff(digits: str) -> bool:
    """Verhoeff's check over the dihedral group of order ten, as Aadhaar uses it."""
    check = 0
    permutation = list(range(10))
    for character in reversed(digits):
        check = _D5[check][permutation[int(character)]]
        permutation = [_TURN[value] for value in permutation]
    return check == 0
