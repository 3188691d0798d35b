"""A template as a syntax tree whose nodes know line and column; Jinja's own know the line alone. Pure; renders nothing.

Sources have line feeds alone, as Jinja makes them before it reads them.

Jinja hands the line of each token on to the nodes, so a number that holds both passes through it:
https://jinja.palletsprojects.com/en/stable/extensions/#jinja2.ext.Extension.filter_stream.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from jinja2 import TemplateSyntaxError
from jinja2.environment import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream, ignored_tokens
from jinja2.nodes import Getattr, Name, Node, Template, Test
from jinja2.parser import Parser

_LINES: Final = 1 << 20
"""More than a file has: configurations are bounded, and so are files that are taken into them."""
_UNSEEN: Final = ignored_tokens | {"raw_begin", "raw_end"}
"""Tokens of the lexer that the parser does not get."""
_BEFORE_NAME: Final = re.compile(r"\.\s*|is\s+(?:not\s+)?")
_AT: Final = re.compile(r" at (\d+)$")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a template, counted from 1."""

    line: int
    column: int | None = None


class _Columns(Extension):
    """Gives every token its column."""

    _source = ""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's
        self._source = source
        return source

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        for token, (at, _, _) in zip(stream, _tokens(self._source, self.environment), strict=False):
            yield Token(token.lineno + (at.column or 0) * _LINES, token.type, token.value)


def _tokens(source: str, environment: Environment) -> Iterator[tuple[Spot, str, str]]:
    """What the parser gets of a source: place, type and text of each token."""
    end = 0
    for line, kind, value in environment.lex(source):
        begin = source.find(value, end)  # blanks that a `-` takes away lie between
        end = begin + len(value)
        if kind not in _UNSEEN:
            yield Spot(line, begin - source.rfind("\n", 0, begin)), kind, value


def parse(source: str, environment: Environment) -> Template:
    """The tree.

    Raises:
        jinja2.TemplateSyntaxError: it is no template. Quotes it; `spot_of_error` says where.
    """
    environment.add_extension(_Columns)
    return Parser(environment, source).parse()


def spot(node: Node, source: str) -> Spot:
    """Where a node is; of an attribute or test, its name."""
    line, column = node.lineno % _LINES, node.lineno // _LINES
    if column and isinstance(node, Getattr | Test):  # Jinja means the dot, or the `is`
        text = source.split("\n")[line - 1]
        column = match.end() + 1 if (match := _BEFORE_NAME.match(text, column - 1)) else column
    return Spot(line, column or None)


def spot_of_error(error: TemplateSyntaxError, source: str) -> Spot:
    """Where Jinja stopped reading."""
    line = min(error.lineno % _LINES, source.count("\n") + 1)
    if error.lineno >= _LINES:
        return Spot(line, error.lineno // _LINES)
    if (match := _AT.search(error.message or "")) is None:
        return Spot(line)
    offset = int(match[1])
    return Spot(line, offset - source.rfind("\n", 0, offset))


def spot_of_open_block(source: str, tag: str) -> Spot | None:
    """Where the last `tag` begins that has no end."""
    opened: list[Spot] = []
    before = ""
    for at, kind, value in _tokens(source, Environment()):
        if before == "block_begin" and value == tag:
            opened.append(at)
        elif before == "block_begin" and value == f"end{tag}" and opened:
            opened.pop()
        before = kind
    return opened[-1] if opened else None


def spots_of_names(tree: Template, source: str) -> dict[str, set[Spot]]:
    """Where each name stands that is written as one, not as a text in brackets."""
    spots: dict[str, set[Spot]] = {}
    for node in tree.find_all((Name, Getattr)):
        name = node.name if isinstance(node, Name) else str(getattr(node, "attr", ""))
        spots.setdefault(name, set()).add(spot(node, source))
    return spots
