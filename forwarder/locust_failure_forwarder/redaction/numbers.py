"""Cards, bank accounts and national ids by their checksums. A number that only looks like one stays."""

from collections.abc import Iterator
from typing import Final

from . import checksums
from .linear import Finder
from .marks import Span

PATTERN: Final = (
    r"\b[2-6]\d{12,18}\b|\b[1-9]\d{16}[\dXx]\b|\b\d{4}(?: \d{4}){2}\b(?: \d{1,7}\b)?"
    r"|\b\d{4}(?:-\d{4}){2}-\d{1,7}\b|\b\d{4}[ -]\d{6}[ -]\d{4,5}\b"
    r"|\b\d{3}-\d{2}-\d{4}\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b"
    r"|\+[1-9]\d{0,2}[ .\-]?\(?\d{1,4}\)?(?:[ .\-]?\d{2,4}){2,5}\b"
    r"|\b86[ -]1[3-9]\d{9}\b|\b1[3-9]\d-\d{4}-\d{4}\b|\(\d{3}\) \d{3}-\d{4}\b"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
)
_WITH_COUNTRY: Final = 14
_FIND: Final = Finder(PATTERN)


def number_spans(text: str, source: bytes) -> Iterator[Span]:
    """Every number in `text` whose checksum tells what it is; `source` is the same for RE2."""
    at = 0
    while (found := _FIND.find(source, at)) is not None:
        start, end = found[0]
        span = _judge(text, start, end)
        if span:
            yield span
            at = span.end
        else:  # the true one may begin within: `1234 4111 1111 1111 1111`
            at = start + _first_group(text[start:end])


def _first_group(found: str) -> int:
    return next((i for i, character in enumerate(found) if character in " -."), len(found))


def _judge(text: str, start: int, end: int) -> Span | None:
    found = text[start:end]
    if found[0].isalpha():
        return _iban(text, start, found)
    if (
        found[0] in "+("
        or (len(found) == _WITH_COUNTRY and found.startswith(("86-", "86 ")))
        or (len(found) == 13 and found[3] == "-" and found[8] == "-")
    ):
        return _phone(text, start, end)
    if not _stands_alone(text, start, end):
        return None
    compact = found.replace(" ", "").replace("-", "").replace(".", "")
    kind = None
    if len(found) == 11 and len(compact) == 9:
        kind = "national_id" if checksums.is_ssn(found) else None
    elif len(found) == 14 and "." in found:
        kind = "national_id" if checksums.is_cpf(compact) else None
    elif len(found) == 18 and checksums.is_prc_id(found):
        kind = "national_id"
    elif len(compact) == 12:
        spaced = found[0] in "23456789" and found[4:5] == " "
        kind = "national_id" if spaced and checksums.verhoeff(compact) else None
    elif len(compact) >= 13 and compact.isdigit() and checksums.is_card(compact):
        kind = "card"
    return Span(start, end, kind) if kind else None


def _phone(text: str, start: int, end: int) -> Span | None:
    """A number with its country's code (ITU-T E.164), or grouped as in China or North America."""
    digits = sum(character.isdigit() for character in text[start:end])
    before = text[start - 1 : start]
    alone = not before.isascii() or not (before.isalnum() or before in "+-.") or not before
    return Span(start, end, "phone") if alone and 9 < digits < 16 and _stands_alone(text, start, end) else None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Not a part of a longer id, a decimal or a UUID."""
    before, after = text[start - 1 : start], text[end : end + 2]
    return before not in ("-", ".", "_") and not (after[:1] in ("-", ".", "_") and after[1:].isalnum())


def _iban(text: str, start: int, found: str) -> Span | None:
    """Upper-case words may follow: the country says how long it is."""
    length = checksums.IBAN_LENGTHS.get(found[:2])
    if length is None:
        return None
    compact, end = "", start
    for character in found:
        if len(compact) == length:
            break
        compact += character.strip()
        end += 1
    if text[end : end + 1].isalnum() or not checksums.is_iban(compact):
        return None
    return Span(start, end, "iban")
