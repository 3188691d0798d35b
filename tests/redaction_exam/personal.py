"""Personal data of the shapes that real ones have. All are drawn; check digits hold."""

import string
from typing import Final

from . import checks
from .credentials import Value
from .draw import Draw

_IINS: Final = (
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("62", 19),
    ("3528", 16),
)
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何"
_GIVEN: Final = "梓涵浩宇欣怡思远嘉懿雨桐子轩若曦俊杰诗琪"


def email(draw: Draw, *, chinese: bool = False) -> Value:
    """The local part is the secret; the domain may stand elsewhere."""
    del chinese
    local = draw.word() + draw.choice((".", "_", "", "+")) + draw.word(2) + draw.digits(2)
    domain = draw.choice(("example.com", "mail.example.org", "example.co.uk", "qq.example.cn"))
    return f"{local}@{domain}", (local,), 0, True


def phone(draw: Draw, *, chinese: bool = False) -> Value:
    """International, national and Chinese."""
    if chinese:
        digits = "1" + draw.choice("3578") + draw.digits(9)
        value = draw.choice((digits, f"+86 {digits}", f"+86{digits}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"))
        return value, (digits if digits in value else digits[3:7] + "-" + digits[7:],), 1 if " " in value else 0, True
    area, rest = draw.choice("23456789") + draw.digits(2), draw.digits(4)
    mid = draw.choice("23456789") + draw.digits(2)
    value, core = draw.choice(
        (
            (f"+1{area}{mid}{rest}", f"{area}{mid}{rest}"),
            (f"+1-{area}-{mid}-{rest}", f"{mid}-{rest}"),
            (f"+1 ({area}) {mid}-{rest}", f"{mid}-{rest}"),
            (f"+44 7{mid} {area}{rest}", f"{area}{rest}"),
            (f"+49 151 {mid}{area}{rest[:2]}", f"{mid}{area}"),
        )
    )
    return value, (core,), 1 if " " in value else 0, True


def card(draw: Draw, *, chinese: bool = False) -> Value:
    """Issuer ranges of the card schemes, Luhn's digit, in groups or not."""
    del chinese
    head, length = draw.choice(_IINS)
    body = head + draw.digits(length - len(head) - 1)
    number = body + checks.luhn(body)
    mark = draw.choice(("", "", " ", "-"))
    value = mark.join(number[i : i + 4] for i in range(0, length, 4)) if mark and length == 16 else number
    return value, (value[6:],), 1 if " " in value else 0, True


def iban(draw: Draw, *, chinese: bool = False) -> Value:
    """German, British and French ones."""
    del chinese
    country, account = draw.choice(
        (
            ("DE", draw.digits(18)),
            ("GB", draw.text(string.ascii_uppercase, 4) + draw.digits(14)),
            ("FR", draw.digits(23)),
        )
    )
    number = checks.iban(country, account)
    spaced = draw.chance(0.4)
    value = " ".join(number[i : i + 4] for i in range(0, len(number), 4)) if spaced else number
    return value, (value[4:],), 1 if spaced else 0, True


def ssn(draw: Draw, *, chinese: bool = False) -> Value:
    """Area, group and serial number, none of them zero, in the areas that are issued."""
    del chinese
    value = f"{draw.randrange(101, 665):03d}-{draw.randrange(11, 99):02d}-{draw.randrange(1001, 9999):04d}"
    return value, (value,), 0, True


def prc_id(draw: Draw, *, chinese: bool = False) -> Value:
    """Region, birth date, serial number, check digit."""
    del chinese
    region = draw.choice(("110101", "310104", "440305", "330106", "510107"))
    seventeen = (
        f"{region}{draw.randrange(1955, 2006)}{draw.randrange(1, 13):02d}{draw.randrange(1, 29):02d}{draw.digits(3)}"
    )
    value = seventeen + checks.prc(seventeen)
    return value, (value[6:],), 0, True


def cpf(draw: Draw, *, chinese: bool = False) -> Value:
    """Nine digits and two check digits, as they are printed."""
    del chinese
    nine = draw.digits(9)
    value = f"{nine[:3]}.{nine[3:6]}.{nine[6:]}-{checks.cpf(nine)}"
    return value, (value,), 0, True


def aadhaar(draw: Draw, *, chinese: bool = False) -> Value:
    """Twelve digits in groups, the last Verhoeff's."""
    del chinese
    eleven = draw.choice("23456789") + draw.digits(10)
    twelve = eleven + checks.verhoeff(eleven)
    value = f"{twelve[:4]} {twelve[4:8]} {twelve[8:]}"
    return value, (value,), 1, True


def name(draw: Draw, *, chinese: bool = False) -> Value:
    """A name is personal only under a key that says so."""
    if chinese:
        value = draw.choice(_SURNAMES) + draw.text(_GIVEN, 2)
        return value, (value,), 0, False
    value = f"{draw.word(3).capitalize()} {draw.word(4).capitalize()}"
    return value, tuple(value.split()), 1, False


def birth_date(draw: Draw, *, chinese: bool = False) -> Value:
    """A date is personal only under a key that says so."""
    year, month, day = draw.randrange(1940, 2007), draw.randrange(1, 13), draw.randrange(1, 29)
    if chinese and draw.chance(0.5):
        return (value := f"{year}年{month}月{day}日"), (value,), 0, False
    value = draw.choice(
        (f"{year}-{month:02d}-{day:02d}", f"{month:02d}/{day:02d}/{year}", f"{year}{month:02d}{day:02d}")
    )
    return value, (value,), 0, False


def address(draw: Draw, *, chinese: bool = False) -> Value:
    """Street and town."""
    if chinese:
        street = draw.text(_GIVEN, 3)
        value = f"浙江省杭州市西湖区{street}路{draw.digits(3)}号{draw.digits(2)}幢{draw.digits(3)}室"
        return value, (value[9:],), 0, False
    street = f"{draw.word(3).capitalize()}{draw.word(2)}"
    value = f"{draw.digits(4)} {street} {draw.choice(('Street', 'Avenue', 'Road'))}, Springfield"
    return value, (street,), 1, False


def passport(draw: Draw, *, chinese: bool = False) -> Value:
    """A letter or two and digits."""
    value = ("E" if chinese else draw.choice(("C", "X", "AB"))) + draw.digits(8)
    return value, (value,), 0, False


def bank_account(draw: Draw, *, chinese: bool = False) -> Value:
    """Digits that no check digit tells from others."""
    value = draw.digits(17 if chinese else draw.choice((8, 10, 12)))
    return value, (value,), 0, False
