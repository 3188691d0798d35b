"""Everything that keeps a template from working for every kind of record, at once, in plain words. Pure.

Jinja's own texts quote the template, which may hold secrets, and end at the first mistake. So its syntax tree is read
for names without a meaning, and it is rendered for every sample, where what is missing is noted and the rest goes on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Final

from jinja2 import Environment, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.nodes import Template as Tree

from ..config.places import TextError, TextFault
from .template import RenderedError, Template, environment
from .template_missing import Missing, noting
from .template_names import Shapes, Unknown, unknown_calls, unknown_names
from .template_tree import parse, spots_of_names
from .template_words import of_missing, of_syntax, of_unknown

Samples = Iterable[tuple[str, Mapping[str, Any]]]
"""Values to render a template with, each with a name for messages."""

_HOW: Final = (
    "Write {{ value }} within quotes for a part of a text and without quotes for the value itself; put commas between "
    "entries, and none after the last."
)
_BEYOND: Final = TextFault("this template cannot be compiled")


def check_template(source: str, samples: Samples, shapes: Shapes) -> None:
    """Read `source` and render it for each sample; `shapes` are what its values have besides.

    Raises:
        TextError: it does not work; all that is wrong, with places.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    faults: Iterable[TextFault]
    try:
        faults = tuple(_faults(source, tuple(samples), shapes))
    except TemplateSyntaxError as error:
        faults = (of_syntax(error, source),)
    except (RecursionError, MemoryError, OverflowError, SyntaxError):
        faults = (_BEYOND,)
    if faults:
        raise TextError(faults)  # out here, so that no `__context__` carries the template along


def _faults(source: str, samples: Iterable[tuple[str, Mapping[str, Any]]], shapes: Shapes) -> Iterator[TextFault]:
    made = environment()
    tree = parse(source, made)
    calls = list(unknown_calls(tree, source, made))
    _add(calls, made)
    values = tuple(sorted({name for _, sample in samples for name in sample}))
    names = list(unknown_names(tree, source, made, values, shapes))
    yield from map(of_unknown, calls)
    yield from map(of_unknown, names)
    yield from _Rendering(source, tree, [*calls, *names]).faults(samples)


def _add(calls: Iterable[Unknown], to: Environment) -> None:
    """Filters and tests that there are not, as such that do nothing, so that the rest can be judged all the same."""
    for call in calls:
        (to.filters if call.what == "filter" else to.tests)[call.name] = _first


def _first(value: object, *_: object, **__: object) -> object:
    return value


class _Rendering:
    """One template, rendered for sample after sample; the same fault is told once."""

    def __init__(self, source: str, tree: Tree, told: Sequence[Unknown]) -> None:
        self._source = source
        self._calls = [unknown for unknown in told if unknown.what != "value"]
        self._spots = spots_of_names(tree, source)
        self._keeps_lines = "{%" not in source and "{#" not in source
        """Whether each line that is rendered is that of the template."""
        self._told: set[object] = {(unknown.name, unknown.spot.line) for unknown in told}

    def faults(self, samples: Samples) -> Iterator[TextFault]:
        for name, values in samples:
            found: dict[Missing, None] = {}
            raised: Exception | None = None
            made = environment(noting(found))
            _add(self._calls, made)
            try:
                Template(self._source, made).render(values)
            except TemplateSyntaxError:
                raise
            except Exception as error:  # noqa: BLE001 - expressions of a template may raise anything
                raised = error
            lines = {missing.line for missing in found}
            for missing in found:
                if self._is_new((missing.name, missing.line)):
                    yield self._of_missing(missing, name, values)
            if isinstance(raised, RenderedError):
                same = (str(raised), raised.line, None if self._keeps_lines else raised.column)
                if self._is_new(("JSON", values.get("kind"))) and self._is_new(same):
                    yield self._of_rendered(raised, name)
            elif raised is not None:
                line = _line(raised.__traceback__)
                # in the line of what is missing it may well be a consequence
                if line not in lines and self._is_new((type(raised), line)):
                    yield _of_exception(raised, line, name)

    def _is_new(self, what: object) -> bool:
        if what in self._told:
            return False
        self._told.add(what)
        return True

    def _of_missing(self, missing: Missing, sample: str, values: Mapping[str, Any]) -> TextFault:
        spots = self._spots.get(missing.name or "")
        columns = [spot.column for spot in spots or () if spot.line == missing.line]
        fault = of_missing(missing, sample, values, columns[0] if len(columns) == 1 else None)
        return fault if spots else replace(fault, name="")  # asked for by a text, which may be secret

    def _of_rendered(self, error: RenderedError, sample: str) -> TextFault:
        message = f"for {sample}, {error}"
        if error.line is None or not self._keeps_lines:
            return TextFault(message, _HOW)
        line = self._source.split("\n")[error.line - 1 :][:1]
        column = None if not line or "{{" in line[0][: error.column] else error.column
        return TextFault(message, _HOW, error.line, column)


def _of_exception(error: Exception, line: int | None, sample: str) -> TextFault:
    if isinstance(error, SecurityError):
        return TextFault(f"for {sample}: the sandbox does not allow this", line=line)
    return TextFault(f"for {sample}, it fails ({type(error).__name__})", "An {% if %} around it may help.", line)


def _line(traceback: TracebackType | None) -> int | None:
    """The line of the template that was being rendered: Jinja writes its own frames with the template's lines."""
    line: int | None = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
