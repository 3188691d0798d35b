"""Values that messages repeat away from their names: `rejected value [x]` of `field 'password'`, parsers, assertions.

A phrase that introduces a value is found first; then a name is looked for around it, in the forms in which validators,
databases and parsers give names. What is read around a phrase is bounded, so the work is linear. SQL is in `sql.py`.
"""

import re
from collections.abc import Iterator
from typing import Final

from .extents import QUOTE, quoted_end
from .keys import KeyNames
from .linear import Finder
from .marks import MARK_START, Span
from .values import secret_spans

PATTERN: Final = (
    r"(?i:\b(?:value|input_value|entry|string|input|got|received|was)(?: is)?[:= ]{1,3}(?:\\{0,4}[\"'`]|\[))"
    r"|\)=\(|[\"'] [!=]= |(?i:\b(?:expected|got|received)[: ]{1,2}[A-Za-z0-9+/_\-.=]{16})"
    r"|(?i: (?:provided|given|received|supplied|entered|for [^\s:]{1,40}): [^\s])"
)
"""RE2: a phrase that may introduce a value."""

_FIND: Final = Finder(PATTERN, captures=False)
_AROUND: Final = 200
_VALUE: Final = re.compile(
    rf"""(?:value|entry|string|input|got|received|was)(?:\sis)?[:=\ ]{{1,3}}
        (?:(?P<opening>{QUOTE})|\[(?P<list>[^\]\n]{{1,200}}))""",
    re.VERBOSE | re.IGNORECASE,
)
_NAMING: Final = (
    "field|variable|property|attribute|parameter|param|path|column|key|member|argument|header|option|element"
)
_OPEN: Final = r"(?:\\{0,4}[\"'`]|\[|\()\$?"
_BEFORE: Final = re.compile(
    rf"""\b(?:{_NAMING})(?:\sname)?\s?[:=]?\s?{_OPEN}(?P<marked>[\w.$\-]{{2,80}})
        | \\{{0,4}}["'`]\$?(?P<quoted>[\w.$\-]{{2,80}})\\{{0,4}}["'`]\s(?:with|has|had|got)(?:\s\w{{1,12}}){{0,2}}\s?$
        | (?:^|\n)[ \t]{{0,4}}(?P<line>[\w.\-]{{2,80}})\r?\n[^\n]{{0,160}}$""",
    re.VERBOSE | re.IGNORECASE,
)
"""The name before a value. The last one counts."""
_AFTER: Final = re.compile(
    rf"""\b(?:{_NAMING})(?:\sname)?\s?[:=]?\s?{_OPEN}(?P<marked>[\w.$\-]{{2,80}})
        | \bchain:\s[\w.$]{{1,120}}\[["'](?P<chain>[\w.\-]{{2,80}})""",
    re.VERBOSE | re.IGNORECASE,
)
_KEY_OF_TABLE: Final = re.compile(r"\((?P<names>[\w\"., ]{2,200})$")
_COMPARED: Final = re.compile(
    r"\s[!=]=\s[^\n\"']{0,80}(?:\[[\"'][\w\-]{1,60}[\"']\]){0,4}\[[\"'](?P<name>[\w.\-]{2,80})[\"']\]"
)
_PAIR: Final = re.compile(
    r"(?P<name>(?:[\w\-]{1,30}\s){1,3})(?:provided|given|received|supplied|entered|for\s[^\s:]{1,40}):\s(?P<value>[^\s,;\"']{4,200}+)",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"(?:expected|got|received)[:\ ]{1,2}(?P<value>[A-Za-z0-9+/_\-.=]{16,400}+)", re.IGNORECASE)
_WORDS: Final = re.compile(r"[A-Za-z][\w\-]{2,40}")


def echo_spans(text: str, source: bytes, keys: KeyNames) -> Iterator[Span]:
    """The values that messages repeat; `source` is the same text for RE2."""
    if _FIND.find(source) is None:
        return
    for match in _VALUE.finditer(text):
        yield from _named_around(text, match, keys)
    if ")=(" in text:
        yield from _of_table(text, keys)
    if "= " in text:
        yield from _compared(text, keys)
    for match in _PAIR.finditer(text):
        value = match["value"].rstrip(".:!")
        if not value[1:].islower():  # a word is said of it
            yield from _spans(match["name"].strip(), value, match.start("value"), keys)
    for match in _TOKEN.finditer(text):
        value = match["value"].rstrip(".")
        if any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
            line = text[max(text.rfind("\n", 0, match.start()) + 1, match.start() - _AROUND) : match.start()]
            for word in _WORDS.findall(line):
                if found := list(_spans(word, value, match.start("value"), keys)):
                    yield from found
                    break


def _spans(name: str, value: str, at: int, keys: KeyNames) -> list[Span]:
    sensitive = keys.judge(name)
    if sensitive is None or value.startswith(MARK_START):
        return []
    return secret_spans(sensitive, value, keys, at)


def _named_around(text: str, match: "re.Match[str]", keys: KeyNames) -> list[Span]:
    if match["opening"]:
        at = match.end()
        length = quoted_end(text[at : at + 2 * _AROUND], 0, match["opening"])
        if length is None:
            return []
        end = at + length
    else:
        at, end = match.span("list")
    name = None
    for found in _BEFORE.finditer(text, max(0, match.start() - _AROUND), match.start()):
        name = found[found.lastgroup or 0]
    if name is None and (found := _AFTER.search(text, end, end + _AROUND)):
        name = found[found.lastgroup or 0]
    return [] if name is None else _spans(name, text[at:end], at, keys)


def _of_table(text: str, keys: KeyNames) -> Iterator[Span]:
    """`Key (email, token)=(a, b) already exists`, as PostgreSQL says it."""
    at = text.find(")=(")
    while at >= 0:
        names = _KEY_OF_TABLE.search(text, max(0, at - _AROUND), at)
        end = text.find(")", at + 3, at + 3 + 4 * _AROUND)
        if names and end >= 0:
            values = text[at + 3 : end].split(", ")
            columns = names["names"].split(", ")
            start = at + 3
            if len(values) == len(columns):
                for column, value in zip(columns, values, strict=True):
                    yield from _spans(column.strip('"'), value, start, keys)
                    start += len(value) + 2
        at = text.find(")=(", at + 3)


def _compared(text: str, keys: KeyNames) -> Iterator[Span]:
    """`assert 'x' == answer['token']`."""
    for match in _COMPARED.finditer(text):
        closing = text[match.start() - 1 : match.start()]
        start = text.rfind(closing, max(0, match.start() - 2 * _AROUND), match.start() - 1) if closing in "\"'" else -1
        if closing and start >= 0:
            yield from _spans(match["name"], text[start + 1 : match.start() - 1], start + 1, keys)
