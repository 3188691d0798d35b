"""Names in a template that no record can give a meaning: read from its syntax tree, in every branch. Pure.

Only what is certain: a name that the template sets or asks for with `is defined` is left to the rendering.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jinja2.environment import Environment
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Const, Expr, Filter, Getattr, Getitem, Name, Node, Template, Test
from pydantic import BaseModel

from ..config.shape import fields, model_at
from .template_tree import Spot, spot

_ASKING: Final = frozenset({"defined", "undefined", "default", "d"})
"""Tests and filters that a value need not be there for."""

Shapes = Mapping[str, "type[BaseModel] | frozenset[str]"]
"""What a template's values have: a model, or names that are all there are."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name without a meaning."""

    name: str
    spot: Spot
    known: tuple[str, ...]
    """Names there are in its place."""
    what: str = "value"
    """What has no such name: `value`, `filter` or `test`."""
    at_top: bool = False
    """Whether it was to be a value of the template, and not of another value."""
    is_text: bool = False
    """Whether it is written as a text, in brackets: texts may be secret."""


def unknown_calls(tree: Template, source: str, environment: Environment) -> Iterator[Unknown]:
    """Filters and tests that there are not."""
    for node in tree.find_all((Filter, Test)):
        what, there_are = ("filter", environment.filters) if isinstance(node, Filter) else ("test", environment.tests)
        if (name := _called(node)) not in there_are:
            yield Unknown(name, spot(node, source), tuple(map(str, there_are)), what)


def unknown_names(
    tree: Template, source: str, environment: Environment, values: tuple[str, ...], shapes: Shapes
) -> Iterator[Unknown]:
    """Values of the template, and of its records, that there are not. The tree's filters and tests must be known."""
    asked = {id(node.node) for node in tree.find_all((Filter, Test)) if _called(node) in _ASKING}
    own = {name.name for name in tree.find_all(Name) if name.ctx != "load"}
    spared = {name.name for name in tree.find_all(Name) if id(name) in asked}
    undeclared = find_undeclared_variables(tree) - own - spared - {*values, *environment.globals}
    for name in tree.find_all(Name):
        if name.name in undeclared:
            yield Unknown(name.name, spot(name, source), values, at_top=True)
    for node in tree.find_all((Getattr, Getitem)):
        if id(node) not in asked and (path := _path(node)) and path[0] not in own and path[0] in shapes:
            known = _beside(path[1:], shapes[path[0]])
            if known and path[-1] not in known and not hasattr(dict, path[-1]):
                yield Unknown(path[-1], spot(node, source), known, is_text=isinstance(node, Getitem))


def _called(node: Node) -> str:
    return str(getattr(node, "name", ""))


def _path(node: Expr | Node) -> tuple[str, ...]:
    """`alert.run.name` as its parts; nothing if it does not begin with a name."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Getattr) and (above := _path(node.node)):
        return (*above, node.attr)
    if isinstance(node, Getitem) and isinstance(node.arg, Const) and isinstance(node.arg.value, str):
        return (*above, node.arg.value) if (above := _path(node.node)) else ()
    return ()


def _beside(path: tuple[str, ...], shape: type[BaseModel] | frozenset[str]) -> tuple[str, ...]:
    """All names that may stand where the last part of a path does; nothing if any may."""
    if isinstance(shape, frozenset):
        return tuple(sorted(shape)) if len(path) == 1 else ()
    model = model_at(shape, path[:-1], None)
    return tuple(fields(model)) if model else ()
